import { z } from 'zod';
import { MAX_ATTEMPTS } from '../contract/outcome.ts';
import type { FleetSurface } from '../contract/surface-name.ts';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Database } from '../platform/database.ts';
import { newQueueJobId, type Queue } from '../platform/queue.ts';
import { announceWork } from './channels.ts';
import { rowsOfKnownSurfaces } from './known-surfaces.ts';

const heldRow = z.object({
  id: z.string(),
  surface: fleetSurfaceSchema,
  queueJobId: z.string(),
  claimedRetry: z.int(),
  attempts: z.int(),
});

type Held = z.infer<typeof heldRow>;

/**
 * Takes the children of a dead worker back at once, instead of waiting for their heartbeats to run out: each goes to
 * the head of its queue under a new queue job, so that whatever is left of the dead attempt changes nothing. The lost
 * attempt counts; a child whose attempts are used up is left to the dead letter queue, one on a surface of a newer version
 * to that version. Returns how many were taken.
 */
export async function rescueChildrenOf(db: Database, queue: Queue, workerId: string): Promise<number> {
  const { rows } = await db.query(
    `SELECT id, surface, queue_job_id AS "queueJobId", claimed_retry AS "claimedRetry", attempts
     FROM fleet.child WHERE worker_id = $1 AND status = 'processing'`,
    [workerId],
  );
  let taken = 0;
  for (const child of rowsOfKnownSurfaces(heldRow, rows))
    if (await rescue(db, queue, child, workerId)) taken++;
  return taken;
}

async function rescue(db: Database, queue: Queue, child: Held, workerId: string): Promise<boolean> {
  const lease = { surface: child.surface, queueJobId: child.queueJobId, retryCount: child.claimedRetry };
  return db.transaction(async (sql) => {
    const queueJobId = newQueueJobId();
    const spent = child.attempts >= MAX_ATTEMPTS;
    const { rowCount } = await sql.query(
      `UPDATE fleet.child SET status = 'queued', worker_id = NULL, claimed_at = NULL,
         queue_job_id = CASE WHEN $5 THEN queue_job_id ELSE $4::uuid END,
         claimed_retry = CASE WHEN $5 THEN claimed_retry ELSE NULL END
       WHERE id = $1 AND status = 'processing' AND worker_id = $2 AND claimed_retry = $3`,
      [child.id, workerId, child.claimedRetry, queueJobId, spent],
    );
    if (rowCount !== 1) return false;
    if (spent) {
      await queue.fail(sql, lease, 'browser_crashed');
      return true;
    }
    await queue.drop(sql, lease);
    await queue.insert(sql, child.surface, [newJob(child, queueJobId)]);
    await announceWork(sql, [child.surface satisfies FleetSurface]);
    return true;
  });
}

function newJob(child: Held, queueJobId: string) {
  return {
    queueJobId,
    childId: child.id,
    retryLimit: Math.max(0, MAX_ATTEMPTS - 1 - child.attempts),
    priority: 1,
  };
}
