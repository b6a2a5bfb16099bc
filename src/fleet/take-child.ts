import { FleetError } from '../contract/errors.ts';
import { type ClaimedChild, claim } from '../jobs/claim.ts';
import type { ServedRegions } from '../jobs/fairness.ts';
import { release } from '../jobs/give-back.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Queue, QueuedJob } from '../platform/queue.ts';
import { traceFields } from '../platform/traces.ts';
import type { LaneGate } from './lane-gate.ts';
import { patiently } from './patiently.ts';

export interface TakingMeans {
  db: Database;
  queue: Queue;
  clock: Clock;
  workerId: string;
  regions?: ServedRegions;
  gate?: LaneGate | undefined;
}

/** `nothing`: there is nothing to capture now; `elsewhere`: it was put back for workers of other regions. */
export type Taken = { kind: 'taken'; child: ClaimedChild; log: Log } | { kind: 'nothing' | 'elsewhere' };

/**
 * From a fetched job to the child that may be captured for it, and the log of that attempt. A database that is away or busy
 * costs neither the job, whose lease would have to run out, nor one of its attempts: the claim is repeated as long as the
 * lease is ours.
 */
export async function takeChild(
  job: QueuedJob,
  means: TakingMeans,
  deadline: Deadline,
  log: Log,
): Promise<Taken> {
  const { db, queue, clock, workerId, regions, gate } = means;
  const barred = gate?.barred(job.surface);
  let again = false;
  const claimed = await patiently(clock, deadline, async () => {
    if (again && !(await queue.touch(job))) return { kind: 'superseded' as const };
    again = true;
    return claim(db, queue, job, { workerId, regions, barred, now: clock.now() });
  });
  if (claimed.kind !== 'claimed') {
    log.info({ claim: claimed.kind }, 'nothing to capture');
    return { kind: claimed.kind === 'elsewhere' ? 'elsewhere' : 'nothing' };
  }
  const { child } = claimed;
  const { id: childId, jobId, requestId, attempt, traceparent } = child;
  const ids = { requestId, jobId, childId, attempt, surface: job.surface };
  const ownLog = log.child({ ...ids, ...traceFields(traceparent) });
  if (gate !== undefined && !(await admitted(child, gate, means, ownLog))) return { kind: 'nothing' };
  return { kind: 'taken', child, log: ownLog };
}

/** Whether a child may be captured now; else it waits again, and its attempt does not count. */
async function admitted(child: ClaimedChild, gate: LaneGate, means: TakingMeans, log: Log): Promise<boolean> {
  try {
    return await gate.admit(child, means.queue);
  } catch (error) {
    if (error instanceof FleetError && error.code === 'LEASE_LOST') throw error;
    log.warn({ err: error }, 'its lane could not be asked; the child is given back');
    await releasePatiently(child, means);
    return false;
  }
}

/** Gives a child back as `release` does; an answer that was lost is found out by asking again. */
export async function releasePatiently(
  child: ClaimedChild,
  { db, queue, clock }: Pick<TakingMeans, 'db' | 'queue' | 'clock'>,
): Promise<void> {
  let again = false;
  await patiently(clock, undefined, async () => {
    try {
      await release(db, queue, child);
    } catch (error) {
      if (again && error instanceof FleetError && error.code === 'LEASE_LOST') return;
      again = true;
      throw error;
    }
  });
}
