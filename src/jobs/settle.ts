import type { Artifacts, Envelope, Failure } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { Outcome } from '../contract/outcome.ts';
import { storableJson } from '../contract/storable-text.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';
import { recordEnd } from './child-end.ts';
import type { ClaimedChild } from './claim.ts';
import { settleCredits } from './credits.ts';

/** The rows an attempt may still change: `WHERE` over `$1` id, `$2` queue job, `$3` retry count. */
export const FENCE = `id = $1 AND status = 'processing' AND queue_job_id = $2 AND claimed_retry = $3`;

/** Values of `FENCE`. */
export function fenceOf(child: ClaimedChild): [string, string, number] {
  return [child.id, child.lease.queueJobId, child.lease.retryCount];
}

/** Thrown when another attempt, or nobody, holds the child now; what was about to be written is void. */
export function leaseLost(child: ClaimedChild): FleetError {
  return new FleetError(
    'LEASE_LOST',
    `attempt ${child.attempt} of ${child.id} is no longer the one that counts`,
  );
}

/** How a capture ended, for the child's row. */
export interface CaptureEnd {
  status: 'completed' | 'failed';
  outcome: Outcome;
  failure: Failure | null;
  artifacts: Artifacts;
  /** Null for a page, which has none. */
  envelope: Envelope | null;
  /** ISO 8601. */
  completedAt: string;
}

/**
 * Ends a child, in one transaction of two round trips: the child's row, the queue job, its credits, the announcement.
 * Only the attempt that holds the lease can; any other gets FleetError LEASE_LOST and changes nothing. Safe to repeat
 * after a lost answer: the repetition gets LEASE_LOST, the end is stored once.
 */
export async function settleAs(
  db: Database,
  queue: Queue,
  child: ClaimedChild,
  end: CaptureEnd,
): Promise<void> {
  const completion = await queue.completion(child.lease);
  await db.briefTransaction(async (sql) => {
    // All at once, and looked at before the COMMIT. Who does not hold the child has changed nothing by it; even without a
    // transaction (see openBrief) credits and announcement would only follow a child that has ended.
    const written = awaitedLater(writeEnd(sql, child, end));
    const completed = awaitedLater(sql.query(completion.text, completion.values));
    const rest = awaitedLater(
      Promise.all([settleCredits(sql, [child.id], Date.parse(end.completedAt)), recordEnd(sql, [child.id])]),
    );
    if (!(await written) || !completion.held(await completed)) throw leaseLost(child);
    await rest;
  });
}

/** Ends a child with its Envelope: see `settleAs`. */
export async function settle(
  db: Database,
  queue: Queue,
  child: ClaimedChild,
  envelope: Envelope,
): Promise<void> {
  const { id, completedAt, status, outcome, failure, artifacts } = envelope.job;
  const ended = completedAt !== null && (status === 'completed' || status === 'failed');
  if (id !== child.id || !ended || outcome === null) {
    throw new TypeError(`not a terminal Envelope of ${child.id}: ${id} is ${status}`);
  }
  await settleAs(db, queue, child, { status, outcome, failure, artifacts, envelope, completedAt });
}

/** False when the attempt does not hold the child. */
async function writeEnd(sql: Sql, child: ClaimedChild, end: CaptureEnd): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.child SET status = $4, outcome = $5, failure = $6, artifacts = $7, envelope = $8, completed_at = $9
     WHERE ${FENCE}`,
    [
      ...fenceOf(child),
      end.status,
      end.outcome,
      end.failure === null ? null : storableJson(end.failure),
      storableJson(end.artifacts),
      end.envelope === null ? null : storableJson(end.envelope),
      end.completedAt,
    ],
  );
  return rowCount === 1;
}
