import type { CDPSession, Page } from 'playwright';
import type { CaptureRecord, Signals } from '../contract/capture-record.ts';
import type { Region } from '../contract/region.ts';
import type { DriveTools, Surface } from '../contract/surface.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { Log } from '../platform/log.ts';
import type { Budgets } from './budgets.ts';
import { PageTools } from './drive-tools.ts';
import { isForeignAbort } from './foreign-abort.ts';
import { type LossOf, PageGuard } from './page-guard.ts';
import { LOSS_FACT, PAGE_LOSSES } from './page-loss.ts';
import { type PhaseTimes, PhaseWatch, TimedTools } from './phases.ts';
import { outcomeOfError } from './playwright-errors.ts';
import { buildProofPage } from './proof-page.ts';
import { accountAddresses, Scrubber } from './scrubber.ts';
import { type DriveEnd, signalsOf } from './signals.ts';
import { type Proof, takeProof } from './take-proof.ts';
import type { TranscriptRecorder } from './transcript-recorder.ts';

/** A page that is ready to be driven: fresh context, recorder attached, nothing loaded yet. */
export interface ReadyPage {
  page: Page;
  cdp: CDPSession;
  recorder: TranscriptRecorder;
  browser: NonNullable<CaptureRecord['browser']>;
  /** Tells why page or browser went away. */
  lossOf?: LossOf;
}

export interface CaptureOrder {
  surface: Surface;
  query: string;
  region: Region | null;
  origin: 'live' | 'stage';
  deadline: Deadline;
  budgets: Budgets;
  clock: Clock;
  log: Log;
  /** The capture leaves through a proxy configured for its region's country. */
  throughEgress?: boolean;
  /** Values of a signed-in profile that must not be stored: tokens, account ids, addresses. */
  secrets?: readonly string[];
  /** Called when the first navigation is about to start; for measuring. */
  onDispatch?: () => void;
}

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

/**
 * Drives one surface once and takes the proof. Never throws for what the page does: a wall, a timeout, a crash are
 * facts of the record. Throws only when the deadline was aborted for a reason that is not the page's (lease lost).
 */
export async function runCapture(ready: ReadyPage, order: CaptureOrder): Promise<CaptureYield> {
  const { surface, deadline, budgets, clock, log } = order;
  const { page, recorder } = ready;
  const startedAt = clock.now();
  const origin = clock.monotonic();
  const sinceStart = (): number => Math.round(clock.monotonic() - origin);
  const guard = new PageGuard(log);
  // Of its own, so that a lost page ends this capture's steps and not what its caller still has to do.
  const pageDeadline = deadline.within(deadline.remainingMs());
  const unwatch = guard.watch(page.context(), page, pageDeadline, ready.lossOf);
  recorder.begin(surface.transcript, sinceStart);
  const driveDeadline = pageDeadline.within(Math.max(budgets.capture - budgets.proof, budgets.capture / 2));
  const tools = new PageTools({
    page,
    surface,
    deadline: driveDeadline,
    budgets,
    main: guard.main,
    transcript: () => recorder.transcript(),
    clock,
  });
  const phases = new PhaseWatch(clock);
  const requestedUrl = surface.entryUrl(order);
  order.onDispatch?.();
  const underWatch = { ...order, deadline: pageDeadline };
  const driven = await driveToEnd(ready, underWatch, new TimedTools(tools, phases));
  const proof = await phases.run('proof', () =>
    takeProof(ready, underWatch, driven?.outcome === 'browser_crashed'),
  );
  const ended = await withLoss(driven, proof, guard, tools);
  unwatch();
  const scrubber = scrubberFor(order, proof);
  const clean = (text: string): string => scrubber.clean(text);
  const record = recordOf(ready, order, {
    ...{ startedAt, requestedUrl, proof, scrubber },
    signals: () => signalsOf(tools.journal, guard, ended, proof.dom, clean),
  });
  const heading = { surface: surface.name, url: record.finalUrl, capturedAt: record.capturedAt };
  const proofHtml = record.html === null ? null : clean(buildProofPage(record.html, proof.parts, heading));
  return {
    ...{ record, screenshot: proof.shot?.png ?? null, thumbnail: proof.thumbnail, proofHtml },
    phases: phases.times,
    egress: order.throughEgress === true ? (order.region?.country ?? null) : null,
  };
}

function scrubberFor({ surface, secrets = [] }: CaptureOrder, { dom }: Proof): Scrubber {
  const addresses = secrets.length > 0 && dom !== null ? accountAddresses(dom.html) : [];
  return new Scrubber(surface.redact, secrets, addresses);
}

interface Seen {
  startedAt: number;
  requestedUrl: string;
  proof: Proof;
  scrubber: Scrubber;
  signals: () => Omit<Signals, 'region' | 'removed'>;
}

/** The record of what was seen, cleaned; ends the recording. */
function recordOf(
  { page, recorder, browser }: ReadyPage,
  order: CaptureOrder,
  { startedAt, requestedUrl, proof, scrubber, signals }: Seen,
): CaptureRecord {
  const clean = (text: string): string => scrubber.clean(text);
  const { surface, query, region } = order;
  return {
    recordVersion: 1,
    surface: surface.name,
    adapterVersion: surface.version,
    ...{ origin: order.origin, query, region, requestedUrl },
    finalUrl: clean(page.url()),
    startedAt: isoTime(startedAt),
    capturedAt: isoTime(order.clock.now()),
    browser,
    html: proof.dom && clean(proof.dom.html),
    transcript: recorder.finish().map((exchange) => ({
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
    signals: { ...signals(), region: egressRegion(order), removed: scrubber.removed },
  };
}

/** What the way out proves of the region: the country whose proxy was used. */
function egressRegion({ region, throughEgress }: CaptureOrder): Signals['region'] {
  if (region === null || throughEgress !== true) return null;
  return { effective: region.country.toLowerCase(), basis: 'egress' };
}

async function driveToEnd(ready: ReadyPage, order: CaptureOrder, tools: DriveTools): Promise<DriveEnd> {
  try {
    await order.surface.drive(ready.page, { query: order.query, region: order.region }, tools);
    return null;
  } catch (error) {
    const end = outcomeOfError(error);
    if (isForeignAbort(order.deadline)) throw error;
    order.log.debug({ err: error, outcome: end.outcome }, 'drive ended early');
    return end;
  }
}

/** Says in the record how the page was lost, where it was: ended, crashed, out of memory, or no longer reacting. */
async function withLoss(
  ended: DriveEnd,
  proof: Proof,
  guard: PageGuard,
  tools: PageTools,
): Promise<DriveEnd> {
  if (ended?.outcome === 'browser_crashed') {
    const loss = await guard.whyLost();
    tools.note(LOSS_FACT, loss);
    return { ...ended, message: PAGE_LOSSES[loss] };
  }
  if (ended?.outcome === 'timeout' && proof.dom === null) {
    const loss = guard.loss ?? 'renderer_unresponsive';
    tools.note(LOSS_FACT, loss);
    return { ...ended, message: `${ended.message}; ${PAGE_LOSSES[loss]}` };
  }
  // What was driven to its end may still be read from the transcript; that the page is lost is said all the same.
  if (proof.dom === null) tools.note(LOSS_FACT, guard.loss ?? 'renderer_unresponsive');
  return ended;
}
