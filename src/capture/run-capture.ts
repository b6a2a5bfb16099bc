import type { CDPSession, Page } from 'playwright';
import type { CaptureRecord, Signals } from '../contract/capture-record.ts';
import { CaptureError } from '../contract/errors.ts';
import type { Region } from '../contract/region.ts';
import type { DriveTools, Surface } from '../contract/surface.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { Log } from '../platform/log.ts';
import type { Budgets } from './budgets.ts';
import { PageTools } from './drive-tools.ts';
import { type MhtmlPart, parseMhtml } from './mhtml.ts';
import { type LossOf, PageGuard } from './page-guard.ts';
import { LOSS_FACT, PAGE_LOSSES } from './page-loss.ts';
import {
  type DomSnapshot,
  type Screenshot,
  snapshotDom,
  snapshotMhtml,
  takeScreenshot,
} from './page-snapshot.ts';
import { type PhaseTimes, PhaseWatch, TimedTools } from './phases.ts';
import { outcomeOfError } from './playwright-errors.ts';
import { buildProofPage } from './proof-page.ts';
import { accountAddresses, Scrubber } from './scrubber.ts';
import { makeThumbnail } from './thumbnail.ts';
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
  thumbnail: Buffer | null;
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
  const proof = await phases.run('proof', () => takeProof(ready, underWatch, driven));
  const ended = await withLoss(driven, proof, guard, tools);
  unwatch();
  const secrets = order.secrets ?? [];
  const addresses = secrets.length > 0 && proof.dom !== null ? accountAddresses(proof.dom.html) : [];
  const scrubber = new Scrubber(surface.redact, secrets, addresses);
  const clean = (text: string): string => scrubber.clean(text);
  const scrubbed = {
    finalUrl: clean(page.url()),
    html: proof.dom && clean(proof.dom.html),
    transcript: recorder.finish().map((exchange) => ({
      ...exchange,
      url: clean(exchange.url),
      frames: exchange.frames.map((frame) => ({ ...frame, data: clean(frame.data) })),
    })),
  };
  const capturedAt = isoTime(clock.now());
  const record: CaptureRecord = {
    recordVersion: 1,
    surface: surface.name,
    adapterVersion: surface.version,
    origin: order.origin,
    query: order.query,
    region: order.region,
    requestedUrl,
    finalUrl: scrubbed.finalUrl,
    startedAt: isoTime(startedAt),
    capturedAt,
    browser: ready.browser,
    html: scrubbed.html,
    transcript: scrubbed.transcript,
    screenshot: proof.shot && {
      width: proof.shot.width,
      height: proof.shot.height,
      sha256: sha256Hex(proof.shot.png),
    },
    signals: {
      ...signalsOf(tools, guard, ended, proof.dom, clean),
      region: egressRegion(order),
      removed: scrubber.removed,
    },
  };
  const heading = { surface: surface.name, url: record.finalUrl, capturedAt };
  const proofHtml = record.html === null ? null : clean(buildProofPage(record.html, proof.parts, heading));
  return {
    ...{ record, screenshot: proof.shot?.png ?? null, thumbnail: proof.thumbnail, proofHtml },
    phases: phases.times,
    egress: order.throughEgress === true ? (order.region?.country ?? null) : null,
  };
}

/** What the way out proves of the region: the country whose proxy was used. */
function egressRegion({ region, throughEgress }: CaptureOrder): Signals['region'] {
  if (region === null || throughEgress !== true) return null;
  return { effective: region.country.toLowerCase(), basis: 'egress' };
}

type DriveEnd = ReturnType<typeof outcomeOfError> | null;

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

/** True when the capture was aborted for a reason that is not the page's own: its lease is lost, the worker drains. */
function isForeignAbort(deadline: Deadline): boolean {
  try {
    deadline.throwIfAborted();
    return false;
  } catch (reason) {
    return !(reason instanceof CaptureError);
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

interface Proof {
  dom: DomSnapshot | null;
  shot: Screenshot | null;
  thumbnail: Buffer | null;
  parts: MhtmlPart[];
}

/** Pages beyond this size get a proof page without styles: archiving them would cost seconds. */
const MAX_STYLED_CHARS = 8 * 1024 * 1024;

/** Takes what the page still gives. Each piece may fail alone: a page without a picture is still evidence. */
async function takeProof({ page, cdp }: ReadyPage, order: CaptureOrder, ended: DriveEnd): Promise<Proof> {
  const { deadline, budgets, log } = order;
  const lost = ended?.outcome === 'browser_crashed';
  const attempt = async <T>(what: string, step: () => Promise<T>): Promise<T | null> => {
    if (lost) return null;
    try {
      return await deadline.run(what, step, { budgetMs: Math.max(budgets.proof / 2, 1_000) });
    } catch (error) {
      if (isForeignAbort(deadline)) throw error;
      log.warn({ err: error }, `no ${what} could be taken`);
      return null;
    }
  };
  const dom = await attempt('html', () => snapshotDom(page));
  const heavy = dom === null || dom.html.length > MAX_STYLED_CHARS;
  const mhtml = heavy ? null : await attempt('style sheets', () => snapshotMhtml(cdp));
  const shot = await attempt('screenshot', () => takeScreenshot(page, cdp));
  const thumbnail = shot && (await attempt('thumbnail', () => makeThumbnail(shot.png)));
  return { dom, shot, thumbnail, parts: mhtml === null ? [] : parseMhtml(mhtml) };
}

/** Outcomes that come from a wall rather than from the drive failing. */
const WALL_OUTCOMES: ReadonlySet<string> = new Set(['challenge', 'login_wall', 'throttled', 'declined']);

function signalsOf(
  tools: PageTools,
  guard: PageGuard,
  ended: DriveEnd,
  dom: DomSnapshot | null,
  clean: (text: string) => string,
): Omit<Signals, 'region' | 'removed'> {
  const { journal } = tools;
  const isWall = ended !== null && (WALL_OUTCOMES.has(ended.outcome) || ended.mark !== undefined);
  return {
    ending: ended?.outcome === 'timeout' ? 'deadline' : journal.ending,
    endMarks: journal.endMarks,
    selectors: [...journal.selectors.values()],
    interstitials: journal.interstitials,
    wall: ended && isWall ? { outcome: ended.outcome, mark: ended.mark ?? ended.outcome } : null,
    failure: ended && !isWall ? { outcome: ended.outcome, message: clean(ended.message) } : null,
    httpStatus: guard.main.status,
    responseHeaders: guard.main.headers,
    loginState: loginStateOf(journal.facts.loginState),
    facts: journal.facts,
    dialogs: guard.counts.dialogs,
    popups: guard.counts.popups,
    downloads: guard.counts.downloads,
    htmlClipped: dom?.clipped ?? false,
  };
}

function loginStateOf(fact: string | undefined): Signals['loginState'] {
  return fact === 'anonymous' || fact === 'signed_in' ? fact : 'unknown';
}
