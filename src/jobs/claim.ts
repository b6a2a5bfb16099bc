import type { ChildId, JobId, RequestId } from '../contract/ids.ts';
import type { Region } from '../contract/region.ts';
import type { FleetSurface } from '../contract/surface-name.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Lease, Queue, QueuedJob } from '../platform/queue.ts';
import { recordEnd } from './child-end.ts';
import { CHILD_COLUMNS, type ChildRow, childRowSchema } from './child-row.ts';
import { settleCredits } from './credits.ts';
import {
  childByTurn,
  lockTurns,
  noteTurn,
  type ServedRegions,
  servesRegion,
  swapTokens,
} from './fairness.ts';
import { putBack } from './put-back.ts';
import type { Route } from './waiting-routes.ts';

/** A child in a worker's hands, and all it needs to know about it. */
export interface ClaimedChild {
  id: ChildId;
  jobId: JobId;
  /** The request that asked for it; in every log line about it. */
  requestId: RequestId;
  surface: FleetSurface;
  method: 'own-fleet';
  region: Region | null;
  regionKey: string;
  replicate: number;
  query: string;
  origin: 'live' | 'stage';
  /** 1 for the first. */
  attempt: number;
  /** Epoch milliseconds. */
  requestedAt: number;
  /** Epoch milliseconds after which no further attempt should start. */
  deadlineAt: number;
  /**
   * Trace of its job, null when it was submitted untraced. From the job's row, not from the queue job: those are
   * exchanged between children here, so pg-boss's own propagation would mix up the traces.
   */
  traceparent: string | null;
  /** What the attempt before this one came to, for the case that this one is given back uncounted. */
  before: Pick<ChildRow, 'lastOutcome' | 'lastMessage'>;
  lease: Lease;
}

/**
 * `elsewhere`: nothing of the worker's regions waits; the job is back in its queue. `superseded`: another attempt holds the child. `terminal`, `expired`, `unknown`: nothing to do, and the queue job
 * is already gone.
 */
export type Claim =
  | { kind: 'claimed'; child: ClaimedChild }
  | { kind: 'terminal' | 'expired' | 'superseded' | 'unknown' | 'elsewhere' };

type ClaimDecision = Exclude<Claim['kind'], 'elsewhere'>;

/**
 * Whether a fetched attempt may start on a child in this state. A worker that fetched an attempt long ago must not
 * take the child from a newer one; the same worker may repeat its claim (its first answer may have been lost).
 */
export function decideClaim(
  child: ChildRow | undefined,
  attempt: { queueJobId: string; retryCount: number; workerId: string; now: number },
): ClaimDecision {
  if (child === undefined) return 'unknown';
  if (child.status !== 'queued' && child.status !== 'processing') return 'terminal';
  if (child.queueJobId !== attempt.queueJobId) return 'superseded';
  if (child.claimedRetry !== null && child.claimedRetry > attempt.retryCount) return 'superseded';
  if (child.claimedRetry === attempt.retryCount && child.workerId !== attempt.workerId) return 'superseded';
  if (child.attempts === 0 && child.deadlineAt.getTime() <= attempt.now) return 'expired';
  return 'claimed';
}

/** Who claims, and what of the surface it can take. */
export interface ClaimBy {
  workerId: string;
  /** Epoch milliseconds. */
  now: number;
  regions?: ServedRegions | undefined;
  /** Routes whose children have to wait. */
  barred?: readonly Route[] | undefined;
}

/**
 * Takes a child for this worker: marks it processing and counts the attempt. Which one is decided here: a job whose
 * child never ran is exchanged for that of the child whose turn it is (fairness.ts). Two round trips: what decides is
 * asked at once, what follows is written together with the COMMIT.
 */
export async function claim(db: Database, queue: Queue, job: QueuedJob, by: ClaimBy): Promise<Claim> {
  return db.briefTransaction(async (sql, last) => {
    const child = await nextChild(sql, last, { ...job, ...by });
    const decision = decideClaim(child, { ...job, ...by });
    if (child === undefined || decision === 'terminal' || decision === 'unknown') {
      await queue.complete(sql, job);
      return { kind: child === undefined ? 'unknown' : 'terminal' };
    }
    if (decision === 'superseded') return { kind: 'superseded' };
    if (!servesRegion(by.regions, child.regionKey)) {
      await putBack(sql, queue, child, job);
      return { kind: 'elsewhere' };
    }
    if (decision === 'expired') {
      await markExpired(sql, child, by.now);
      await queue.complete(sql, job);
      return { kind: 'expired' };
    }
    // The row is locked: the number it has now is the one it will have.
    const attempts = child.attempts + (child.claimedRetry === job.retryCount ? 0 : 1);
    last(noteTurn(sql, child.id));
    last(markProcessing(sql, child, attempts, { ...job, ...by }));
    return { kind: 'claimed', child: claimedChild(child, attempts, job) };
  });
}

/** The fetched job's own child, or the one whose turn it is, which then has this job. */
async function nextChild(
  sql: Sql,
  last: (statement: Promise<unknown>) => void,
  attempt: QueuedJob & ClaimBy,
): Promise<ChildRow | undefined> {
  const [, own, next] = await Promise.all([
    lockTurns(sql, attempt.surface),
    lockChild(sql, attempt.queueJobId),
    childByTurn(sql, attempt.surface, attempt.regions, attempt.barred),
  ]);
  if (own === undefined || own.attempts > 0 || decideClaim(own, attempt) !== 'claimed') return own;
  if (next === undefined || next.id === own.id) return own;
  last(swapTokens(sql, own.id, next.id));
  return { ...next, queueJobId: own.queueJobId };
}

async function lockChild(sql: Sql, queueJobId: string): Promise<ChildRow | undefined> {
  const { rows } = await sql.query(
    `SELECT ${CHILD_COLUMNS} FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.queue_job_id = $1 FOR UPDATE OF c`,
    [queueJobId],
  );
  return childRowSchema.optional().parse(rows[0]);
}

async function markExpired(sql: Sql, child: ChildRow, now: number): Promise<void> {
  await sql.query(`UPDATE fleet.child SET status = 'expired', completed_at = $2 WHERE id = $1`, [
    child.id,
    new Date(now),
  ]);
  await settleCredits(sql, [child.id], now);
  await recordEnd(sql, [child.id]);
}

async function markProcessing(
  sql: Sql,
  child: ChildRow,
  attempts: number,
  by: { retryCount: number; workerId: string; now: number },
): Promise<void> {
  await sql.query(
    `UPDATE fleet.child SET status = 'processing', attempts = $2, claimed_retry = $3, worker_id = $4, claimed_at = $5,
       last_outcome = NULL, last_message = NULL
     WHERE id = $1`,
    [child.id, attempts, by.retryCount, by.workerId, new Date(by.now)],
  );
}

/** Pure. */
function claimedChild(child: ChildRow, attempt: number, job: QueuedJob): ClaimedChild {
  return {
    id: child.id,
    jobId: child.jobId,
    requestId: child.requestId,
    surface: child.surface,
    method: child.method,
    region: child.region,
    regionKey: child.regionKey,
    replicate: child.replicate,
    query: child.query,
    origin: child.origin,
    attempt,
    requestedAt: child.createdAt.getTime(),
    deadlineAt: child.deadlineAt.getTime(),
    traceparent: child.traceparent,
    before: { lastOutcome: child.lastOutcome, lastMessage: child.lastMessage },
    lease: { surface: job.surface, queueJobId: job.queueJobId, retryCount: job.retryCount },
  };
}
