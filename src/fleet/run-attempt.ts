import { FleetError } from '../contract/errors.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { AttemptEnd } from './capture-child.ts';
import { tracedCapture } from './capture-span.ts';
import { countAttempt } from './count-attempt.ts';
import { isUnseated } from './promised-slot.ts';
import { releasePatiently } from './take-child.ts';
import { StuckError, unlessStuck } from './unless-stuck.ts';
import type { WorkerOptions } from './worker-options.ts';

type Means = Omit<WorkerOptions, 'surfaces' | 'slots'>;

/** What an attempt waits for, and where it tells how far it is. */
export interface AttemptNews {
  /** Resolves when the attempt has its slot: no page may be used before. See `awaitSlot`. */
  seated: () => Promise<void>;
  /** The browser's hard work is done: the capture waits for its answer. */
  onAsked: () => void;
  /** The drive is over: the page will be given back as soon as its proof is taken. */
  onDriven: () => void;
  /** The browser's part is over, however it ended. Told again it says nothing new. */
  onPageGivenBack: () => void;
}

/** What an attempt does with its child, from the first request to the settled row. */
export type CaptureWork = (
  child: ClaimedChild,
  deadline: Deadline,
  log: Log,
  news: AttemptNews,
) => Promise<AttemptEnd>;

export interface Attempt {
  deadline: Deadline;
  log: Log;
  /** Monotonic, when the job was fetched. */
  startedAt: number;
  /** Told when no browser could be had or the proof not be stored: this machine or the store needs a person. */
  onUnfit: () => void;
  news: AttemptNews;
}

/**
 * One attempt at a claimed child: keeps its lease while it is captured, counts and logs how it ended; where it could not
 * be brought to an end, the child is given back.
 */
export async function runAttempt(
  child: ClaimedChild,
  work: CaptureWork,
  means: Means,
  attempt: Attempt,
): Promise<void> {
  const { deadline, log, startedAt } = attempt;
  const { clock, metrics } = means;
  const stopBeating = keepLease(child, means, deadline, log);
  let holdsPage = true;
  const news: AttemptNews = {
    ...attempt.news,
    onPageGivenBack: () => {
      holdsPage = false;
      attempt.news.onPageGivenBack();
    },
  };
  try {
    const end = await tracedCapture(child, () =>
      unlessStuck(work(child, deadline, log, news), deadline, () => holdsPage),
    );
    const ms = Math.round(clock.monotonic() - startedAt);
    if (metrics !== undefined) countAttempt(metrics, child, end, ms);
    const { story, tally: _counted, ...what } = end;
    log.info({ ...what, ms, ...story, requestedAt: child.requestedAt }, 'capture.finished');
  } catch (error) {
    await undo(child, error, means, attempt);
  } finally {
    stopBeating();
  }
}

/** What is no fault of a child: it costs it no attempt, and others may do better. */
const UNFIT: ReadonlyMap<string, string> = new Map([
  ['ARTIFACT_WRITE_FAILED', 'proof cannot be stored'],
  ['BROWSER_LAUNCH_FAILED', 'no browser can be launched'],
]);

async function undo(
  child: ClaimedChild,
  error: unknown,
  { gate, metrics, db, queue, clock }: Means,
  { log, onUnfit, news }: Attempt,
): Promise<void> {
  if (error instanceof StuckError) news.onPageGivenBack(); // The slot waits for nothing more of it.
  await gate?.report(child, null);
  if (error instanceof StuckError) {
    // Its lease is no longer kept: the queue hands the child to the next attempt, and whatever this one still does is void.
    metrics?.stuck.inc();
    log.error({ err: error }, 'attempt is stuck; its slot is given back without it');
    return;
  }
  const code = error instanceof FleetError ? error.code : undefined;
  if (code === 'LEASE_LOST') {
    metrics?.leaseLost.inc();
    log.warn({ attempt: child.attempt }, 'lease lost: another attempt holds the child; nothing was changed');
    return;
  }
  const unfit = UNFIT.get(code ?? '');
  if (unfit !== undefined) {
    onUnfit();
    const fix = error instanceof FleetError ? error.fix : undefined;
    log.error({ err: error, fix }, `${unfit}; the child waits and this worker pauses`);
  } else if (isUnseated(error)) {
    log.info('its slot did not come free in time; the child is given back');
  } else if (code !== 'DRAINING') {
    log.error({ err: error }, 'attempt failed; the child is given back');
  }
  await releasePatiently(child, { db, queue, clock });
}

/** Beats for the lease until the returned function is called; when it is lost, the capture is aborted at once. */
function keepLease(
  child: ClaimedChild,
  { queue, heartbeatS }: Pick<Means, 'queue' | 'heartbeatS'>,
  deadline: Deadline,
  log: Log,
): () => void {
  const beat = async (): Promise<void> => {
    try {
      const held = await queue.touch(child.lease);
      if (!held) deadline.abort(new FleetError('LEASE_LOST', `the lease on ${child.id} is lost`));
    } catch (error) {
      log.warn({ err: error }, 'heartbeat failed; the next one tries again');
    }
  };
  const timer = setInterval(() => void beat(), (heartbeatS * 1000) / 3);
  return () => clearInterval(timer);
}
