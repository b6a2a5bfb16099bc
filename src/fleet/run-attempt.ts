import { FleetError } from '../contract/errors.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { AttemptEnd } from './capture-child.ts';
import { tracedCapture } from './capture-span.ts';
import { countAttempt } from './count-attempt.ts';
import { releasePatiently } from './take-child.ts';
import type { WorkerOptions } from './worker-options.ts';

type Means = Omit<WorkerOptions, 'surfaces' | 'slots'>;

/** Told how far an attempt is. */
export interface AttemptNews {
  /** The browser's hard work is done: the capture waits for its answer. */
  onAsked: () => void;
  /** The browser's part is over. */
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
  /** Told when the proof could not be stored: the disk or the store needs a person. */
  onProofNotStored: () => void;
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
  const { deadline, log, startedAt, news } = attempt;
  const { clock, metrics } = means;
  const stopBeating = keepLease(child, means, deadline, log);
  try {
    const end = await tracedCapture(child, () => work(child, deadline, log, news));
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

async function undo(
  child: ClaimedChild,
  error: unknown,
  { gate, metrics, db, queue, clock }: Means,
  { log, onProofNotStored }: Attempt,
): Promise<void> {
  await gate?.report(child, null);
  const code = error instanceof FleetError ? error.code : undefined;
  if (code === 'LEASE_LOST') {
    metrics?.leaseLost.inc();
    log.warn({ attempt: child.attempt }, 'lease lost: another attempt holds the child; nothing was changed');
    return;
  }
  if (code === 'ARTIFACT_WRITE_FAILED') {
    onProofNotStored();
    const fix = error instanceof FleetError ? error.fix : undefined;
    log.error({ err: error, fix }, 'proof cannot be stored; the child waits and this worker pauses');
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
