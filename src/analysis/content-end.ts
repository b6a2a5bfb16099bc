import type { PageScore } from '../contract/page-score.ts';
import { storableJson } from '../contract/storable-text.ts';
import { resolveWork } from '../jobs/open-work.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';
import { cancelPages } from './content-pages.ts';
import { creditsAtEnd, partsOfRun, sumOf } from './content-prices.ts';
import { type ContentRun, RUN_STARTED, RUN_STATUS } from './content-run.ts';
import { type RunEvent, statusAfter, statusesBefore } from './content-run-state.ts';

/** How a run ends. */
export interface RunEnd {
  event: Exclude<RunEvent, 'start'>;
  score: PageScore | null;
  issue: { code: string; message: string } | null;
  /** Where the records and pictures of its pages lie. */
  page: unknown;
}

/** What a run ends with that nothing was made of. */
export const NOTHING_FOUND = { score: null, issue: null, page: null } as const;

/**
 * Ends a run in the caller's transaction: its row, what is left of its pages, its credits. False, and nothing changed, when
 * it has ended before: whoever comes second finds so, and no run is charged twice.
 */
export async function endRun(
  sql: Sql,
  queue: Queue,
  run: ContentRun,
  end: RunEnd,
  now: number,
): Promise<boolean> {
  const status = statusAfter(end.event);
  const { settled, released } = creditsAtEnd(partsOfRun(run), status);
  const { rowCount } = await sql.query(
    `UPDATE fleet.content_run SET status = $3, settled = $4, released = $5, completed_at = $6, issue_code = $7,
       issue_message = $8, score = $9, page = $10, started_at = ${RUN_STARTED}
     WHERE id = $1 AND completed_at IS NULL AND ${RUN_STATUS} = ANY($2)`,
    [
      ...[run.id, statusesBefore(end.event), status, sumOf(settled), sumOf(released), new Date(now)],
      ...[end.issue?.code ?? null, end.issue?.message ?? null],
      end.score === null ? null : storableJson(end.score),
      end.page === null ? null : storableJson(end.page),
    ],
  );
  if (rowCount !== 1) return false;
  // Children before balances, as everywhere: no two ends can wait for each other.
  await cancelPages(sql, queue, run.id, now);
  await resolveWork(sql, idsOf(settled), 'settle', now);
  await resolveWork(sql, idsOf(released), 'release', now);
  return true;
}

function idsOf(parts: readonly { id: string }[]): string[] {
  return parts.map(({ id }) => id);
}

/**
 * Cancels a run of an account that has not ended, with its pages, and gives its credits back; false when it has. A worker
 * that has one of them in hand finds its lease lost at the next heartbeat.
 */
export async function cancelRun(db: Database, queue: Queue, run: ContentRun, now: number): Promise<boolean> {
  return db.transaction((sql) => endRun(sql, queue, run, { event: 'cancel', ...NOTHING_FOUND }, now));
}
