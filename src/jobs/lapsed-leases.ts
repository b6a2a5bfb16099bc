import { FLEET_SURFACES } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';

/**
 * Lets children wait whose lease ran out (a worker that was frozen or cut off): pg-boss has put their queue jobs back by
 * itself, but until one is fetched their rows would still say that somebody captures them. Behind a lane that is shut, or
 * without a worker, that can be long; as waiting ones their lanes and their deadlines are looked at. The attempt counts;
 * their jobs and what fences the old attempt stay. Returns how many.
 */
export async function releaseLapsed(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.child SET status = 'queued', worker_id = NULL, claimed_at = NULL
     WHERE id IN (
       SELECT c.id FROM fleet.child c JOIN pgboss.job j ON j.name = 'capture.' || c.surface AND j.id = c.queue_job_id
       WHERE c.status = 'processing' AND c.surface = ANY ($1) AND j.state = 'retry' AND j.retry_count >= c.claimed_retry
       ORDER BY c.id FOR UPDATE OF c SKIP LOCKED)`,
    [[...FLEET_SURFACES]],
  );
  return rowCount;
}
