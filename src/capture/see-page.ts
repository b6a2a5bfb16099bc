import type { CDPSession, Page } from 'playwright';
import type { CaptureRecord, Exchange } from '../contract/capture-record.ts';
import type { Region } from '../contract/region.ts';
import type { Surface } from '../contract/surface.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Budgets } from './budgets.ts';
import type { DriveJournal } from './drive-journal.ts';
import { PageTools } from './drive-tools.ts';
import { isForeignAbort } from './foreign-abort.ts';
import { type LossOf, PageGuard } from './page-guard.ts';
import { LOSS_FACT, PAGE_LOSSES } from './page-loss.ts';
import { type PhaseTimes, PhaseWatch, TimedTools } from './phases.ts';
import { outcomeOfError } from './playwright-errors.ts';
import type { DriveEnd } from './signals.ts';
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
  /** Called when a page that the drive opened is there. */
  onOpened?: () => void;
  /** Called when the query is sent and the wait for its answer begins. */
  onAsked?: () => void;
  /** Called when the drive is over, however it ended, and only the proof is still to be taken. */
  onDriven?: () => void;
}

/** What was seen of a page, with nothing left to ask of it: the record and the proof page can be written without it. */
export interface SeenPage {
  startedAt: number;
  capturedAt: number;
  requestedUrl: string;
  finalUrl: string;
  journal: DriveJournal;
  guard: PageGuard;
  ended: DriveEnd;
  proof: Proof;
  transcript: readonly Exchange[];
  phases: PhaseTimes;
}

/**
 * Drives one surface once and takes the proof; the page is needed no longer then. Never throws for what the page does: a
 * wall, a timeout, a crash are facts of the record. Throws only when the deadline was aborted for a reason that is not
 * the page's (lease lost).
 */
export async function seePage(ready: ReadyPage, order: CaptureOrder): Promise<SeenPage> {
  const { surface, query, region, deadline, budgets, clock, log } = order;
  const { page, cdp, recorder } = ready;
  const startedAt = clock.now();
  const origin = clock.monotonic();
  const guard = new PageGuard(log);
  // Of its own, so that a lost page ends this capture's steps and not what its caller still has to do.
  const pageDeadline = deadline.within(deadline.remainingMs());
  const unwatch = guard.watch(page.context(), page, pageDeadline, ready.lossOf);
  recorder.begin(surface.transcript, () => Math.round(clock.monotonic() - origin));
  const driveDeadline = pageDeadline.within(Math.max(budgets.capture - budgets.proof, budgets.capture / 2));
  const tools = new PageTools({
    page,
    cdp,
    surface,
    deadline: driveDeadline,
    budgets,
    main: guard.main,
    transcript: () => recorder.transcript(),
    nextEnd: () => recorder.nextEnd(),
    clock,
  });
  const phases = new PhaseWatch(clock);
  const requestedUrl = surface.entryUrl(order);
  order.onDispatch?.();
  const underWatch = { ...order, deadline: pageDeadline };
  const timed = new TimedTools(tools, phases, order);
  const driven = await endOf(underWatch, () => surface.drive(page, { query, region }, timed));
  order.onDriven?.();
  const [proof, beside] = await Promise.all([
    phases.run('proof', () => takeProof(ready, underWatch, driven?.outcome === 'browser_crashed')),
    endOf(underWatch, () => tools.caughtUp()),
  ]);
  const ended = await withLoss(firstCause(driven, beside), proof, guard, tools);
  unwatch();
  return {
    ...{ startedAt, capturedAt: clock.now(), requestedUrl, finalUrl: page.url() },
    ...{ journal: tools.journal, guard, ended, proof },
    ...{ transcript: recorder.finish(), phases: phases.times },
  };
}

/** How a step ended early; null when it did not. */
async function endOf(
  order: Pick<CaptureOrder, 'deadline' | 'log'>,
  step: () => Promise<void>,
): Promise<DriveEnd> {
  try {
    await step();
    return null;
  } catch (error) {
    const end = outcomeOfError(error);
    if (isForeignAbort(order.deadline)) throw error;
    order.log.debug({ err: error, outcome: end.outcome }, 'drive ended early');
    return end;
  }
}

/** Of how a drive ended and what was met beside it: a wall explains whatever else failed. Pure. */
function firstCause(driven: DriveEnd, beside: DriveEnd): DriveEnd {
  return beside?.mark === undefined ? (driven ?? beside) : beside;
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
