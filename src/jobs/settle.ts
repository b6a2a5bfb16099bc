import type { Envelope } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import { storableJson } from '../contract/storable-text.ts';
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

/**
 * Ends a child with its Envelope, in one transaction: the child's row, the queue job, its credits, the announcement. Only the
 * attempt that holds the lease can; any other gets FleetError LEASE_LOST and changes nothing. Safe to repeat after a
 * lost answer: the repetition gets LEASE_LOST, the Envelope is stored once.
 */
export async function settle(
  db: Database,
  queue: Queue,
  child: ClaimedChild,
  envelope: Envelope,
): Promise<void> {
  const { job } = envelope;
  if (
    job.id !== child.id ||
    job.completedAt === null ||
    (job.status !== 'completed' && job.status !== 'failed')
  ) {
    throw new TypeError(`not a terminal Envelope of ${child.id}: ${job.id} is ${job.status}`);
  }
  await db.transaction(async (sql) => {
    await writeEnd(sql, child, envelope);
    if (!(await queue.complete(sql, child.lease))) throw leaseLost(child);
    await settleCredits(sql, [child.id], Date.parse(job.completedAt ?? ''));
    await recordEnd(sql, [child.id]);
  });
}

async function writeEnd(sql: Sql, child: ClaimedChild, envelope: Envelope): Promise<void> {
  const { job } = envelope;
  const { rowCount } = await sql.query(
    `UPDATE fleet.child SET status = $4, outcome = $5, failure = $6, artifacts = $7, envelope = $8, completed_at = $9
     WHERE ${FENCE}`,
    [
      ...fenceOf(child),
      job.status,
      job.outcome,
      job.failure === null ? null : storableJson(job.failure),
      storableJson(job.artifacts),
      storableJson(envelope),
      job.completedAt,
    ],
  );
  if (rowCount !== 1) throw leaseLost(child);
}
