import { z } from 'zod';
import { childStatusSchema } from '../contract/envelope.ts';
import { ApiError } from '../contract/errors.ts';
import type { ChildId, ChildIdParts, JobId } from '../contract/ids.ts';
import { type JobStatus, jobStatusSchema } from '../contract/job-view.ts';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';
import { recordEnd } from './child-end.ts';
import { settleCredits } from './credits.ts';
import { lockTurns } from './fairness.ts';

/** What to cancel: all of a job, or one of its children. */
export interface CancelAsked {
  accountId: string;
  jobId: JobId;
  child: ChildIdParts | null;
  now: number;
}

const childRow = z.object({
  id: z.string().transform((id) => id as ChildId),
  surface: fleetSurfaceSchema,
  status: childStatusSchema,
});
type Child = z.infer<typeof childRow>;

const endedRow = z.object({
  id: z.string().transform((id) => id as ChildId),
  surface: fleetSurfaceSchema,
  queueJobId: z.string(),
});

/**
 * Ends what is not over yet as `canceled`, free of charge, in one transaction: rows, queue jobs, credits,
 * announcement. A worker that runs one of them finds its lease lost at the next heartbeat, and whatever it still
 * finishes changes nothing. False when this account has no such job. Throws ApiError JOB_NOT_CANCELABLE.
 */
export async function cancel(db: Database, queue: Queue, asked: CancelAsked): Promise<boolean> {
  return db.transaction(async (sql) => {
    const children = await childrenOf(sql, asked);
    if (children.length === 0) return false;
    if ((await cancelOpen(sql, queue, children, asked.now)) === 0) throw await tooLate(sql, asked, children);
    return true;
  });
}

/** Ends those of these children that have not ended, in the caller's transaction; returns how many. See `cancel`. */
export async function cancelOpen(
  sql: Sql,
  queue: Queue,
  children: readonly Child[],
  now: number,
): Promise<number> {
  // No claim may exchange queue jobs meanwhile; in one order, so that two cancels do not wait for each other.
  for (const surface of [...new Set(children.map((child) => child.surface))].sort()) {
    await lockTurns(sql, surface);
  }
  const ended = await end(sql, children, now);
  for (const [surface, of] of Map.groupBy(ended, (child) => child.surface)) {
    await queue.remove(
      sql,
      surface,
      of.map((child) => child.queueJobId),
    );
  }
  const ids = ended.map((child) => child.id);
  await settleCredits(sql, ids, now);
  await recordEnd(sql, ids);
  return ended.length;
}

async function childrenOf(sql: Sql, { jobId, accountId, child }: CancelAsked): Promise<Child[]> {
  const { rows } = await sql.query(
    `SELECT c.id, c.surface, c.status FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE j.id = $1 AND j.account_id = $2 AND j.kind = 'search' AND ($3::text IS NULL
       OR (c.surface = $3 AND c.method = $4 AND c.region_key = $5 AND c.replicate = $6))
     ORDER BY c.id`,
    [
      ...[jobId, accountId, child?.surface ?? null, child?.method ?? null],
      ...[child?.regionKey ?? null, child?.replicate ?? null],
    ],
  );
  return z.array(childRow).parse(rows);
}

async function end(sql: Sql, children: readonly Child[], now: number): Promise<z.infer<typeof endedRow>[]> {
  const { rows } = await sql.query(
    `UPDATE fleet.child SET status = 'canceled', completed_at = $2
     WHERE id IN (
       SELECT id FROM fleet.child WHERE id = ANY($1) AND status IN ('queued', 'processing') ORDER BY id FOR UPDATE)
     RETURNING id, surface, queue_job_id AS "queueJobId"`,
    [children.map((child) => child.id), new Date(now)],
  );
  return z.array(endedRow).parse(rows);
}

async function tooLate(sql: Sql, asked: CancelAsked, children: readonly Child[]): Promise<ApiError> {
  const { rows } = await sql.query(
    asked.child === null
      ? 'SELECT status FROM fleet.job_rollup WHERE job_id = $1'
      : 'SELECT status FROM fleet.child WHERE id = $1',
    [asked.child === null ? asked.jobId : (children[0]?.id ?? '')],
  );
  const status: JobStatus = z.object({ status: jobStatusSchema }).parse(rows[0]).status;
  return new ApiError('JOB_NOT_CANCELABLE', `job is already ${status}`);
}
