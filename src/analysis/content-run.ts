import { z } from 'zod';
import { type PageScore, pageScoreSchema } from '../contract/page-score.ts';
import type { Sql } from '../platform/database.ts';
import { DEPTHS } from './content-prices.ts';
import { RUN_STATUSES, type RunStatus } from './content-run-state.ts';

/**
 * A run that has not ended runs from the moment a worker first took its page: nothing is written then, its children say so.
 * An expression over `content_run`.
 */
export const RUN_STATUS = `CASE WHEN content_run.status = 'queued' AND EXISTS (
    SELECT 1 FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id
    WHERE p.run_id = content_run.id AND c.attempts > 0) THEN 'running' ELSE content_run.status END`;

/** When a worker first took one of its pages, as far as known. An expression over `content_run`. */
export const RUN_STARTED = `coalesce(content_run.started_at, (
    SELECT min(c.claimed_at) FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id
    WHERE p.run_id = content_run.id))`;

/** Columns of `content_run` in the names of `contentRunSchema`; the score apart, it is large. */
export const RUN_COLUMNS = `id, account_id AS "accountId", mode, url, language, country, depth,
  ${RUN_STATUS} AS status, estimated, settled, released, created_at AS "createdAt", deadline_at AS "deadlineAt",
  ${RUN_STARTED} AS "startedAt", completed_at AS "completedAt", issue_code AS "issueCode",
  issue_message AS "issueMessage", (score ->> 'overall_score')::float8 AS "overallScore",
  score ->> 'overall_band' AS "overallBand"`;

export const contentRunSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  mode: z.enum(['live', 'test']),
  url: z.string(),
  /** Null: the caller named none. */
  language: z.string().nullable(),
  country: z.string().nullable(),
  depth: z.enum(DEPTHS),
  status: z.enum(RUN_STATUSES),
  estimated: z.int(),
  settled: z.int(),
  released: z.int(),
  createdAt: z.date(),
  deadlineAt: z.date(),
  startedAt: z.date().nullable(),
  completedAt: z.date().nullable(),
  issueCode: z.string().nullable(),
  issueMessage: z.string().nullable(),
  overallScore: z.number().nullable(),
  overallBand: z.string().nullable(),
});

export type ContentRun = z.infer<typeof contentRunSchema>;

/** A run of this account; undefined when there is none with this id. */
export async function readContentRun(
  sql: Sql,
  accountId: string,
  id: string,
): Promise<ContentRun | undefined> {
  if (!z.uuid().safeParse(id).success) return undefined;
  const { rows } = await sql.query(
    `SELECT ${RUN_COLUMNS} FROM fleet.content_run WHERE id = $1 AND account_id = $2`,
    [id, accountId],
  );
  return contentRunSchema.optional().parse(rows[0]);
}

const scoreRow = z.object({ score: pageScoreSchema.nullable() });

/** The score a run of this account ended with; null when it has none. */
export async function readRunScore(sql: Sql, accountId: string, id: string): Promise<PageScore | null> {
  const { rows } = await sql.query('SELECT score FROM fleet.content_run WHERE id = $1 AND account_id = $2', [
    id,
    accountId,
  ]);
  return scoreRow.optional().parse(rows[0])?.score ?? null;
}

export interface RunListAsked {
  accountId: string;
  status: RunStatus | null;
  limit: number;
  /** The last run of the page before. */
  after: Pick<ContentRun, 'id' | 'createdAt'> | null;
}

/** A page of an account's runs, newest first; `hasMore` tells whether another follows. */
export async function listContentRuns(
  sql: Sql,
  { accountId, status, limit, after }: RunListAsked,
): Promise<{ runs: ContentRun[]; hasMore: boolean }> {
  const { rows } = await sql.query(
    `SELECT ${RUN_COLUMNS} FROM fleet.content_run
     WHERE account_id = $1 AND ($2::text IS NULL OR ${RUN_STATUS} = $2)
       AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $5`,
    [accountId, status, after?.createdAt ?? null, after?.id ?? null, limit + 1],
  );
  const runs = z.array(contentRunSchema).parse(rows);
  return { runs: runs.slice(0, limit), hasMore: runs.length > limit };
}

const earlierRow = z.object({
  captured_at: z.string(),
  text_simhash: z.string(),
  last_change: z.string().nullable(),
});

/** The page as the account's latest scored run of the same address saw it; undefined when there is none. */
export async function readEarlierPage(
  sql: Sql,
  { id, accountId, url }: Pick<ContentRun, 'id' | 'accountId' | 'url'>,
): Promise<z.infer<typeof earlierRow> | undefined> {
  const { rows } = await sql.query(
    `SELECT score -> 'page' ->> 'captured_at' AS captured_at, score -> 'page' ->> 'text_simhash' AS text_simhash,
       score -> 'freshness' ->> 'last_change' AS last_change
     FROM fleet.content_run
     WHERE account_id = $1 AND url = $2 AND id <> $3 AND score -> 'page' ->> 'text_simhash' IS NOT NULL
     ORDER BY completed_at DESC LIMIT 1`,
    [accountId, url, id],
  );
  return earlierRow.optional().parse(rows[0]);
}

const askerRow = z.object({ accountId: z.string(), keyId: z.string().nullable() });

/** Who asked for a run. */
export async function readRunAsker(sql: Sql, id: string): Promise<z.infer<typeof askerRow>> {
  const { rows } = await sql.query(
    'SELECT account_id AS "accountId", key_id AS "keyId" FROM fleet.content_run WHERE id = $1',
    [id],
  );
  return askerRow.parse(rows[0]);
}
