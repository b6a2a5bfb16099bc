import { z } from 'zod';
import { type PageScore, pageScoreSchema } from '../contract/page-score.ts';
import type { Sql } from '../platform/database.ts';
import { DEPTHS } from './content-prices.ts';
import { RUN_STATUSES, type RunStatus } from './content-run-state.ts';

/** Columns of a run, in the names of `contentRunSchema`; the score apart, it is large. */
export const RUN_COLUMNS = `id, account_id AS "accountId", mode, url, language, country, depth, status, estimated,
  settled, released, created_at AS "createdAt", deadline_at AS "deadlineAt", started_at AS "startedAt",
  completed_at AS "completedAt", issue_code AS "issueCode", issue_message AS "issueMessage",
  (score ->> 'overall_score')::float8 AS "overallScore", score ->> 'overall_band' AS "overallBand"`;

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
     WHERE account_id = $1 AND status = coalesce($2, status)
       AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $5`,
    [accountId, status, after?.createdAt ?? null, after?.id ?? null, limit + 1],
  );
  const runs = z.array(contentRunSchema).parse(rows);
  return { runs: runs.slice(0, limit), hasMore: runs.length > limit };
}

const earlierRow = z.object({ captured_at: z.string(), text_simhash: z.string() });

/** The page as the account's latest scored run of the same address saw it; undefined when there is none. */
export async function readEarlierPage(
  sql: Sql,
  { id, accountId, url }: Pick<ContentRun, 'id' | 'accountId' | 'url'>,
): Promise<z.infer<typeof earlierRow> | undefined> {
  const { rows } = await sql.query(
    `SELECT score -> 'page' ->> 'captured_at' AS captured_at, score -> 'page' ->> 'text_simhash' AS text_simhash
     FROM fleet.content_run
     WHERE account_id = $1 AND url = $2 AND id <> $3 AND score -> 'page' ->> 'text_simhash' IS NOT NULL
     ORDER BY completed_at DESC LIMIT 1`,
    [accountId, url, id],
  );
  return earlierRow.optional().parse(rows[0]);
}
