import { MAX_ATTEMPTS } from '../contract/outcome.ts';
import type { Sql } from '../platform/database.ts';
import { type Lease, newQueueJobId, type Queue } from '../platform/queue.ts';
import type { ChildRow } from './child-row.ts';

/**
 * Puts a fetched job back, because its child belongs to a region this worker does not serve: the child waits again
 * under a new queue job, at the end of the line so that it does not stand in the way of others, and the attempt does
 * not count. Nobody is woken: the worker itself would be the first to fetch it again; others find it within a poll.
 */
export async function putBack(sql: Sql, queue: Queue, child: ChildRow, lease: Lease): Promise<void> {
  const queueJobId = newQueueJobId();
  // Whoever has it by now: this worker's own lease may have run out while it asked.
  await queue.remove(sql, lease.surface, [lease.queueJobId]);
  await sql.query(
    `UPDATE fleet.child SET status = 'queued', queue_job_id = $2, claimed_retry = NULL, worker_id = NULL,
       claimed_at = NULL
     WHERE id = $1`,
    [child.id, queueJobId],
  );
  const retryLimit = Math.max(0, MAX_ATTEMPTS - 1 - child.attempts);
  await queue.insert(sql, child.surface, [{ queueJobId, childId: child.id, retryLimit }]);
}
