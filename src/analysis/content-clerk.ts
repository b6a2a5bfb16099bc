import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { releaseExpired } from '../jobs/open-work.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { endRun, NOTHING_FOUND } from './content-end.ts';
import { pagesOf } from './content-pages.ts';
import { retireContentRuns } from './content-retention.ts';
import { type ContentRun, contentRunSchema, RUN_COLUMNS } from './content-run.ts';

/** What runs are ended with. */
export interface ContentMeans {
  db: Database;
  queue: Queue;
  store: ArtifactStore;
  /** Against what this fleet's captures of answers run. */
  origin: 'live' | 'stage';
  log: Log;
}

const OVERDUE = {
  code: 'run_expired',
  message: 'The run did not end within 14 minutes: no process of the fleet had time for it.',
};

/**
 * Brings one run a step further whose pages have all been captured, in one transaction: a process that is killed anywhere
 * in it leaves the run as it was, for the next one. False when there is none. A run that cannot be
 * judged now is added to `passedOver`, so that it keeps no other waiting.
 */
export async function advanceRun(means: ContentMeans, now: number, passedOver: string[]): Promise<boolean> {
  let id: string | undefined;
  try {
    return await means.db.transaction(async (sql) => {
      const run = await dueRun(sql, now, passedOver);
      if (run === undefined) return false;
      id = run.id;
      await advance(sql, means, run, now);
      return true;
    });
  } catch (error) {
    if (id === undefined) throw error;
    means.log.warn({ err: error, runId: id }, 'a content run could not be ended; the next round tries again');
    passedOver.push(id);
    return true;
  }
}

async function dueRun(sql: Sql, now: number, passedOver: readonly string[]): Promise<ContentRun | undefined> {
  const { rows } = await sql.query(
    `SELECT ${RUN_COLUMNS} FROM fleet.content_run
     WHERE completed_at IS NULL AND id <> ALL($2::uuid[]) AND deadline_at > $1 AND NOT EXISTS (
       SELECT 1 FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id
       WHERE p.run_id = content_run.id AND c.status IN ('queued', 'processing'))
     ORDER BY created_at, id LIMIT 1 FOR UPDATE OF content_run SKIP LOCKED`,
    [new Date(now), [...passedOver]],
  );
  return contentRunSchema.optional().parse(rows[0]);
}

async function advance(sql: Sql, means: ContentMeans, run: ContentRun, now: number): Promise<void> {
  const { queue, log } = means;
  const pages = await pagesOf(sql, run.id);
  // Between the look and the lock another process may have asked for more pages.
  if (pages.some(({ status }) => status === 'queued' || status === 'processing')) return;
  // The code that judges pages is half as much as a worker's own: read by whoever has one to judge, not at each start.
  const { concludeRun } = await import('./conclude-content-run.ts');
  const end = await concludeRun(sql, means, run, pages, now);
  if (end === undefined) return;
  const counted = await endRun(sql, queue, run, end, now);
  log.info({ runId: run.id, event: end.event, issue: end.issue?.code, counted }, 'content run ended');
}

const overdueRow = z.object({ id: z.string() });

/** Ends, each in a transaction of its own, the runs whose time is over; how many. */
export async function expireRuns(
  { db, queue }: Pick<ContentMeans, 'db' | 'queue'>,
  now: number,
): Promise<number> {
  const { rows } = await db.query(
    'SELECT id FROM fleet.content_run WHERE completed_at IS NULL AND deadline_at <= $1 ORDER BY created_at LIMIT 100',
    [new Date(now)],
  );
  let count = 0;
  for (const { id } of z.array(overdueRow).parse(rows)) {
    const ended = await db.transaction(async (sql) => {
      const found = await sql.query(
        `SELECT ${RUN_COLUMNS} FROM fleet.content_run WHERE id = $1 AND completed_at IS NULL FOR UPDATE OF content_run`,
        [id],
      );
      const run = contentRunSchema.optional().parse(found.rows[0]);
      const end = { event: 'expire', ...NOTHING_FOUND, issue: OVERDUE } as const;
      return run !== undefined && endRun(sql, queue, run, end, now);
    });
    if (ended) count++;
  }
  return count;
}

export interface ContentClerkOptions extends ContentMeans {
  clock: Clock;
  /** False (an API without workers): only ends what nobody else will. */
  judges: boolean;
  /** Days after its end that a run is kept; absent: for ever. Swept once an hour. */
  retentionDays?: number;
  /** Default 500 ms. */
  everyMs?: number;
}

const EVERY_MS = 500;
const SWEEP_EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** Ends runs as the fleet captures their pages. Any number of processes may run one; a failing round is tried again. */
export function startContentClerk(options: ContentClerkOptions): Rounds {
  const { db, clock, log, judges, everyMs = EVERY_MS } = options;
  let sweepAt = Number.NEGATIVE_INFINITY;
  return startRounds({
    round: async (stopping) => {
      const passedOver: string[] = [];
      await expireRuns(options, clock.now());
      await releaseExpired(db, clock.now());
      while (judges && !stopping() && (await advanceRun(options, clock.now(), passedOver)));
      if (clock.monotonic() < sweepAt) return;
      await sweep(options);
      sweepAt = clock.monotonic() + SWEEP_EVERY_MS;
    },
    everyMs,
    failed: (err) => log.warn({ err }, 'content runs could not be looked after; the next round tries again'),
  });
}

async function sweep(options: ContentClerkOptions): Promise<void> {
  const { clock, log, retentionDays } = options;
  if (retentionDays === undefined) return;
  const retired = await retireContentRuns(options, clock.now() - retentionDays * DAY_MS);
  if (retired > 0) log.info({ retired, days: retentionDays }, 'old content runs forgotten');
}
