import { MAX_ATTEMPTS, type Outcome } from '../contract/outcome.ts';
import { storable } from '../contract/storable-text.ts';
import type { Database } from '../platform/database.ts';
import { newQueueJobId, type Queue } from '../platform/queue.ts';
import { announceWork } from './channels.ts';
import type { ClaimedChild } from './claim.ts';
import { FENCE, fenceOf, leaseLost } from './settle.ts';

/**
 * Ends an attempt whose outcome may pass by itself: the child waits for the next attempt (the queue's backoff), and
 * remembers this outcome in case none comes. Throws LEASE_LOST as `settle` does.
 */
export async function giveBack(
  db: Database,
  queue: Queue,
  child: ClaimedChild,
  end: { outcome: Outcome; message: string },
): Promise<void> {
  await db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE fleet.child SET status = 'queued', last_outcome = $4, last_message = $5 WHERE ${FENCE}`,
      [...fenceOf(child), end.outcome, storable(end.message)],
    );
    if (rowCount !== 1 || !(await queue.fail(sql, child.lease, end.outcome))) throw leaseLost(child);
  });
}

/**
 * Puts a child back untouched because this worker must stop: the attempt does not count, what the one before it came to
 * is known again, and another worker is woken at once and takes it before younger children. The queue job is replaced, so
 * that whatever this worker still does with its old lease changes nothing. With `notBeforeMs` nobody is woken and nobody takes it before that time has
 * passed. Throws LEASE_LOST as `settle` does.
 */
export async function release(
  db: Database,
  queue: Queue,
  child: ClaimedChild,
  notBeforeMs = 0,
): Promise<void> {
  const queueJobId = newQueueJobId();
  const retryLimit = Math.max(0, MAX_ATTEMPTS - child.attempt);
  await db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE fleet.child SET status = 'queued', attempts = attempts - 1, queue_job_id = $4, claimed_retry = NULL,
         worker_id = NULL, claimed_at = NULL, not_before = now() + $5 * interval '1 millisecond',
         last_outcome = $6, last_message = $7
       WHERE ${FENCE}`,
      [...fenceOf(child), queueJobId, notBeforeMs, child.before.lastOutcome, child.before.lastMessage],
    );
    if (rowCount !== 1 || !(await queue.drop(sql, child.lease))) throw leaseLost(child);
    const job = { queueJobId, childId: child.id, retryLimit, priority: 1, notBeforeMs };
    await queue.insert(sql, child.surface, [job]);
    if (notBeforeMs === 0) await announceWork(sql, [child.surface]);
  });
}
