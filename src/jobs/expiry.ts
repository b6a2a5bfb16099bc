import { z } from 'zod';
import type { ChildId } from '../contract/ids.ts';
import { FLEET_SURFACES, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Database } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';
import { recordEnd } from './child-end.ts';
import { settleCredits } from './credits.ts';

const BATCH = 500;

const overdueRow = z.object({
  id: z.string().transform((id) => id as ChildId),
  surface: fleetSurfaceSchema,
  queueJobId: z.string(),
});

/**
 * Ends the children that wait beyond their job's deadline: `expired` when they never started, failed with the last
 * attempt's outcome when they wait for a retry that would come too late. Running ones are left alone, and those on
 * surfaces of a newer version. Returns how many.
 */
export async function expireOverdue(db: Database, queue: Queue, now: number): Promise<number> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `UPDATE fleet.child SET completed_at = $1,
         status = CASE WHEN attempts = 0 THEN 'expired' ELSE 'failed' END,
         outcome = CASE WHEN attempts = 0 THEN NULL ELSE coalesce(last_outcome, 'browser_crashed') END,
         failure = CASE WHEN attempts = 0 THEN NULL ELSE json_build_object(
           'code', coalesce(last_outcome, 'browser_crashed'),
           'message', coalesce(last_message, 'the worker was lost and the job''s deadline passed'),
           'retryable', true) END
       WHERE id IN (
         SELECT c.id FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
         WHERE c.status = 'queued' AND c.surface = ANY ($2) AND j.deadline_at <= $1 ORDER BY c.id LIMIT ${BATCH} FOR UPDATE OF c SKIP LOCKED)
       RETURNING id, surface, queue_job_id AS "queueJobId"`,
      [new Date(now), [...FLEET_SURFACES]],
    );
    const overdue = z.array(overdueRow).parse(rows);
    for (const [surface, children] of Map.groupBy(overdue, (child) => child.surface)) {
      await queue.remove(
        sql,
        surface,
        children.map((child) => child.queueJobId),
      );
    }
    const ids = overdue.map((child) => child.id);
    await settleCredits(sql, ids, now);
    await recordEnd(sql, ids);
    return overdue.length;
  });
}
