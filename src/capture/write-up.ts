import { setImmediate as othersTurn } from 'node:timers/promises';
import type { CaptureRecord, Signals } from '../contract/capture-record.ts';
import { isoTime } from '../platform/clock.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { PhaseTimes } from './phases.ts';
import { buildProofPage } from './proof-page.ts';
import { accountAddresses, Scrubber } from './scrubber.ts';
import type { CaptureOrder, SeenPage } from './see-page.ts';
import { signalsOf } from './signals.ts';

/** Everything one capture leaves behind. The pictures are null where the page could give none any more. */
export interface CaptureYield {
  record: CaptureRecord;
  screenshot: Buffer | null;
  /** Still being made perhaps; never rejects. */
  thumbnail: Promise<Buffer | null>;
  proofHtml: string | null;
  phases: PhaseTimes;
  /** Country whose proxy it left through (upper case); null without one. */
  egress: string | null;
}

type WrittenOrder = Pick<
  CaptureOrder,
  'surface' | 'query' | 'region' | 'origin' | 'throughEgress' | 'secrets'
>;

/**
 * The record and the proof page of what was seen, cleaned of what must not be stored. Needs no page and no clock. Each is one
 * long step for a large page: between them the other captures have a turn.
 */
export async function writeUp(
  seen: SeenPage,
  browser: NonNullable<CaptureRecord['browser']>,
  order: WrittenOrder,
): Promise<CaptureYield> {
  const { surface, secrets = [] } = order;
  const { proof } = seen;
  const addresses = secrets.length > 0 && proof.dom !== null ? accountAddresses(proof.dom.html) : [];
  const scrubber = new Scrubber(surface.redact, secrets, addresses);
  const record = recordOf(seen, browser, order, scrubber);
  await othersTurn();
  const heading = { surface: surface.name, url: record.finalUrl, capturedAt: record.capturedAt };
  const proofHtml =
    record.html === null ? null : scrubber.clean(buildProofPage(record.html, proof.parts, heading));
  return {
    ...{ record, screenshot: proof.shot?.png ?? null, thumbnail: proof.thumbnail, proofHtml },
    phases: seen.phases,
    egress: order.throughEgress === true ? (order.region?.country ?? null) : null,
  };
}

function recordOf(
  { startedAt, capturedAt, requestedUrl, finalUrl, transcript, proof, journal, guard, ended }: SeenPage,
  browser: NonNullable<CaptureRecord['browser']>,
  order: WrittenOrder,
  scrubber: Scrubber,
): CaptureRecord {
  const clean = (text: string): string => scrubber.clean(text);
  const { surface, query, region, origin } = order;
  return {
    recordVersion: 1,
    surface: surface.name,
    adapterVersion: surface.version,
    ...{ origin, query, region, requestedUrl },
    finalUrl: clean(finalUrl),
    startedAt: isoTime(startedAt),
    capturedAt: isoTime(capturedAt),
    browser,
    html: proof.dom && clean(proof.dom.html),
    transcript: transcript.map((exchange) => ({
      ...exchange,
      url: clean(exchange.url),
      frames: exchange.frames.map((frame) => ({ ...frame, data: clean(frame.data) })),
    })),
    screenshot: proof.shot && {
      width: proof.shot.width,
      height: proof.shot.height,
      sha256: sha256Hex(proof.shot.png),
    },
    // Last, because `removed` counts what all of the above was cleaned of.
    signals: {
      ...signalsOf(journal, guard, ended, proof.dom, clean),
      region: egressRegion(order),
      removed: scrubber.removed,
    },
  };
}

/** What the way out proves of the region: the country whose proxy was used. */
function egressRegion({ region, throughEgress }: WrittenOrder): Signals['region'] {
  if (region === null || throughEgress !== true) return null;
  return { effective: region.country.toLowerCase(), basis: 'egress' };
}
