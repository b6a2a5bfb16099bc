import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PageScore } from '../contract/page-score.ts';
import { storableJson } from '../contract/storable-text.ts';
import { resolveWork } from '../jobs/open-work.ts';
import type { Database, Sql } from '../platform/database.ts';
import { creditsAtEnd, partsOfRun, sumOf } from './content-prices.ts';
import { type ContentRun, contentRunSchema, RUN_COLUMNS } from './content-run.ts';
import { type RunEvent, statusAfter, statusesBefore } from './content-run-state.ts';

/** Channel that wakes whoever executes runs; a payload is the id of a run that was cancelled. */
export const CONTENT_CHANNEL = 'fleet_content_run';

/** Attempts a run gets when the processes executing it are lost or fail. */
export const MAX_ATTEMPTS = 3;

/** A run in the hands of one process, for as long as its lease is renewed. */
export interface LeasedRun extends ContentRun {
  lease: string;
}

const leasedSchema = contentRunSchema.extend({ lease: z.string() });

/**
 * Leases the next run to this process: one that waits, or one whose process was lost. Of several the account with the fewest
 * runs under way is served first, then the oldest. Undefined when there is none.
 */
export async function claimRun(sql: Sql, now: number, leaseMs: number): Promise<LeasedRun | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.content_run SET status = 'running', lease = $1, lease_until = $3, attempts = attempts + 1,
       started_at = coalesce(started_at, $2)
     WHERE id = (
       SELECT id FROM fleet.content_run r
       WHERE (status = 'queued' OR (status = 'running' AND lease_until < $2))
         AND deadline_at > $2 AND attempts < ${MAX_ATTEMPTS}
       ORDER BY (SELECT count(*) FROM fleet.content_run o
         WHERE o.account_id = r.account_id AND o.status = 'running' AND o.lease_until >= $2), created_at, id
       LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${RUN_COLUMNS}, lease`,
    [randomUUID(), new Date(now), new Date(now + leaseMs)],
  );
  return leasedSchema.optional().parse(rows[0]);
}

/** Keeps a lease for `leaseMs` more; false when it is lost: another process has the run, or it has ended. */
export async function renewLease(
  sql: Sql,
  { id, lease }: Pick<LeasedRun, 'id' | 'lease'>,
  until: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.content_run SET lease_until = $3 WHERE id = $1 AND lease = $2 AND status = 'running'`,
    [id, lease, new Date(until)],
  );
  return rowCount === 1;
}

/**
 * Hands a run back whose process stops: it can be taken again at once, and the attempt does not count. False when the lease
 * was lost before.
 */
export async function giveRunBack(
  sql: Sql,
  { id, lease }: Pick<LeasedRun, 'id' | 'lease'>,
  now: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.content_run SET lease_until = $3, attempts = attempts - 1
     WHERE id = $1 AND lease = $2 AND status = 'running'`,
    [id, lease, new Date(now - 1)],
  );
  return rowCount === 1;
}

/** How a run ended, as its executor found out. */
export interface RunEnd {
  event: Exclude<RunEvent, 'start' | 'cancel' | 'expire'>;
  score: PageScore | null;
  issue: { code: string; message: string } | null;
  /** Where the page's record and picture lie. */
  page: unknown;
}

/**
 * Ends a run with what was found, in one transaction: its row and its credits. Only the process that holds the lease can;
 * false, and nothing changed, for any other. Safe to repeat after a lost answer.
 */
export async function endRun(db: Database, run: LeasedRun, end: RunEnd, now: number): Promise<boolean> {
  return db.transaction((sql) => ended(sql, run, { ...end, lease: run.lease }, now));
}

interface EndWritten extends Omit<RunEnd, 'event'> {
  event: RunEvent;
  /** Only while this lease holds; null: whoever has it. */
  lease: string | null;
}

async function ended(sql: Sql, run: ContentRun, end: EndWritten, now: number): Promise<boolean> {
  const status = statusAfter(end.event);
  const { settled, released } = creditsAtEnd(partsOfRun(run), status);
  const { rowCount } = await sql.query(
    `UPDATE fleet.content_run SET status = $3, settled = $4, released = $5, completed_at = $6, issue_code = $7,
       issue_message = $8, score = $9, page = $10, lease = NULL, lease_until = NULL
     WHERE id = $1 AND status = ANY($2) AND ($11::uuid IS NULL OR lease = $11)`,
    [
      ...[run.id, statusesBefore(end.event), status, sumOf(settled), sumOf(released), new Date(now)],
      ...[end.issue?.code ?? null, end.issue?.message ?? null],
      end.score === null ? null : storableJson(end.score),
      end.page === null ? null : storableJson(end.page),
      end.lease,
    ],
  );
  if (rowCount !== 1) return false;
  await resolveWork(sql, idsOf(settled), 'settle', now);
  await resolveWork(sql, idsOf(released), 'release', now);
  return true;
}

function idsOf(parts: readonly { id: string }[]): string[] {
  return parts.map(({ id }) => id);
}

/**
 * Cancels a run of an account that has not ended, and gives its credits back; false when it has. Whoever executes it is told
 * to leave off.
 */
export async function cancelRun(db: Database, run: ContentRun, now: number): Promise<boolean> {
  const nothing = { score: null, page: null, issue: null, lease: null };
  return db.transaction(async (sql) => {
    const cancelled = await ended(sql, run, { event: 'cancel', ...nothing }, now);
    if (cancelled) await sql.query('SELECT pg_notify($1, $2)', [CONTENT_CHANNEL, run.id]);
    return cancelled;
  });
}

const OVERDUE = {
  code: 'run_expired',
  message: 'The run did not end within 14 minutes: no process of the fleet had time for it.',
};
const LOST = {
  code: 'run_lost',
  message: `The run could not be finished in ${MAX_ATTEMPTS} attempts; the fault is the fleet's.`,
};

/** Ends, each in a transaction of its own, runs whose time is over or whose processes were lost too often; how many. */
export async function expireRuns(db: Database, now: number): Promise<number> {
  const { rows } = await db.query(
    `SELECT ${RUN_COLUMNS} FROM fleet.content_run
     WHERE status IN ('queued', 'running') AND (deadline_at <= $1
       OR (attempts >= ${MAX_ATTEMPTS} AND status = 'running' AND lease_until < $1))
     ORDER BY created_at LIMIT 100`,
    [new Date(now)],
  );
  let count = 0;
  for (const run of z.array(contentRunSchema).parse(rows)) {
    const issue = run.deadlineAt.getTime() <= now ? OVERDUE : LOST;
    const end: EndWritten = { event: 'expire', score: null, page: null, issue, lease: null };
    if (await db.transaction((sql) => ended(sql, run, end, now))) count++;
  }
  return count;
}
