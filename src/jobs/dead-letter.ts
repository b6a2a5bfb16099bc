import type { ChildId } from '../contract/ids.ts';
import { OUTCOME_RULES } from '../contract/outcome.ts';
import type { Database } from '../platform/database.ts';
import type { DeadJob, Queue } from '../platform/queue.ts';
import { recordEnd } from './child-end.ts';
import { settleCredits } from './credits.ts';

const BATCH = 50;

/**
 * Ends the children whose queue jobs used up their retries without anybody settling them: failed with the outcome
 * their last attempt reported, or `browser_crashed` when it reported none. Returns how many queue jobs were handled.
 */
export async function settleDeadLetters(db: Database, queue: Queue, now: number): Promise<number> {
  const dead = await queue.fetchDead(BATCH);
  for (const job of dead) await settleDead(db, queue, job, now);
  return dead.length;
}

/** One dead letter. A child that ended meanwhile, or lives on under another queue job, stays as it is. */
export async function settleDead(db: Database, queue: Queue, job: DeadJob, now: number): Promise<void> {
  const lost = OUTCOME_RULES.browser_crashed;
  await db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE fleet.child SET status = 'failed', outcome = coalesce(last_outcome, 'browser_crashed'),
         failure = json_build_object('code', coalesce(last_outcome, 'browser_crashed'),
           'message', coalesce(last_message, $3::text), 'retryable', true),
         completed_at = $4
       WHERE id = $1 AND status IN ('queued', 'processing') AND queue_job_id = coalesce($2::uuid, queue_job_id)`,
      [job.childId, job.queueJobId, lost.message, new Date(now)],
    );
    await queue.completeDead(sql, job);
    if (rowCount !== 1) return;
    await settleCredits(sql, [job.childId as ChildId], now);
    await recordEnd(sql, [job.childId as ChildId]);
  });
}
