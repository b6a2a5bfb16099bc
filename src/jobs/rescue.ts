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
  jobId: z.string(),
  requestId: z.string(),
  traceparent: z.string().nullable(),
});

type Held = z.infer<typeof heldRow>;

/** An attempt that ended with its worker, which can no longer tell its story. */
export type LostAttempt = Readonly<
  Pick<Held, 'id' | 'surface' | 'attempts' | 'jobId' | 'requestId' | 'traceparent'>
>;

/**
 * Takes the children of a dead worker back at once, instead of waiting for their heartbeats to run out: each goes to
 * the head of its queue under a new queue job, so that whatever is left of the dead attempt changes nothing. The lost
 * attempt counts; a child whose attempts are used up is left to the dead letter queue, one on a surface of a newer version
 * to that version. Returns how many were taken; `tell` hears of each.
 */
export async function rescueChildrenOf(
  db: Database,
  queue: Queue,
  workerId: string,
  tell: (lost: LostAttempt) => void = () => undefined,
): Promise<number> {
  const { rows } = await db.query(
    `SELECT c.id, c.surface, c.queue_job_id AS "queueJobId", c.claimed_retry AS "claimedRetry", c.attempts,
       c.job_id AS "jobId", j.request_id AS "requestId", j.traceparent
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id WHERE c.worker_id = $1 AND c.status = 'processing'`,
    [workerId],
  );
  let taken = 0;
  for (const child of rowsOfKnownSurfaces(heldRow, rows)) {
    if (!(await rescue(db, queue, child, workerId))) continue;
    taken++;
    tell(child);
  }
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
    // Whoever has it: its heartbeat may have run out by now, and another worker may have fetched it and not yet claimed.
    await queue.remove(sql, child.surface, [child.queueJobId]);
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
