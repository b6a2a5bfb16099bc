import { z } from 'zod';
import type { ChildId } from '../contract/ids.ts';
import { OUTCOME_RULES } from '../contract/outcome.ts';
import { FLEET_SURFACES, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Database, Sql } from '../platform/database.ts';
import { type DeadJob, newQueueJobId, type Queue } from '../platform/queue.ts';
import { announceWork } from './channels.ts';
import { recordEnd } from './child-end.ts';
import { settleCredits } from './credits.ts';
import { lockTurns } from './fairness.ts';

const BATCH = 50;

const idRow = z.object({ id: z.string().transform((id) => id as ChildId) });
const surfaceRow = z.object({ surface: fleetSurfaceSchema });
const waitingRow = z.object({ id: z.string(), surface: fleetSurfaceSchema });

/**
 * Ends the children whose queue jobs used up their retries without anybody settling them: failed with the outcome
 * their last attempt reported, or `browser_crashed` when it reported none. Returns how many queue jobs were handled.
 */
export async function settleDeadLetters(db: Database, queue: Queue, now: number): Promise<number> {
  const dead = await queue.fetchDead(BATCH);
  for (const job of dead) await settleDead(db, queue, job, now);
  return dead.length;
}

/**
 * One dead letter. A child that ended meanwhile, or lives on under another queue job, stays as it is; one that nobody ever
 * began to capture waits again.
 */
export async function settleDead(db: Database, queue: Queue, job: DeadJob, now: number): Promise<void> {
  const lost = OUTCOME_RULES.browser_crashed;
  // The job's own child may have been exchanged for another when it was claimed (fairness.ts).
  const whose = job.queueJobId === null ? 'id = $1' : 'queue_job_id = $1';
  await db.transaction(async (sql) => {
    await lockTurnsOf(sql, job);
    if (await waitsAgain(sql, queue, job)) return queue.completeDead(sql, job);
    const { rows } = await sql.query(
      `UPDATE fleet.child SET status = 'failed', outcome = coalesce(last_outcome, 'browser_crashed'),
         failure = json_build_object('code', coalesce(last_outcome, 'browser_crashed'),
           'message', coalesce(last_message, $2::text), 'retryable', true),
         completed_at = $3
       WHERE ${whose} AND status IN ('queued', 'processing') RETURNING id`,
      [job.queueJobId ?? job.childId, lost.message, new Date(now)],
    );
    await queue.completeDead(sql, job);
    const ended = z.array(idRow).parse(rows);
    const ids = ended.map(({ id }) => id);
    await settleCredits(sql, ids, now);
    await recordEnd(sql, ids);
  });
}

/** No claim may exchange the letter's child for another while it is decided what becomes of it. */
async function lockTurnsOf(sql: Sql, job: DeadJob): Promise<void> {
  const { rows } = await sql.query(
    'SELECT surface FROM fleet.child WHERE queue_job_id = $1 AND surface = ANY ($2)',
    [job.queueJobId, [...FLEET_SURFACES]],
  );
  const child = surfaceRow.optional().parse(rows[0]);
  if (child !== undefined) await lockTurns(sql, child.surface);
}

/**
 * Whether the letter's child never ran: workers fetched its queue job and fell away, or lost the database, before they could
 * claim it. No attempt of it failed, so it gets a new queue job; its job's deadline ends it if it must.
 */
async function waitsAgain(sql: Sql, queue: Queue, job: DeadJob): Promise<boolean> {
  const queueJobId = newQueueJobId();
  const { rows } = await sql.query(
    `UPDATE fleet.child SET queue_job_id = $2
     WHERE queue_job_id = $1 AND status = 'queued' AND attempts = 0 AND surface = ANY ($3)
     RETURNING id, surface`,
    [job.queueJobId, queueJobId, [...FLEET_SURFACES]],
  );
  const child = waitingRow.optional().parse(rows[0]);
  if (child === undefined) return false;
  await queue.insert(sql, child.surface, [{ queueJobId, childId: child.id, priority: 1 }]);
  await announceWork(sql, [child.surface]);
  return true;
}
