import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { storableJson } from '../contract/storable-text.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Answer, TextSource } from './language-model.ts';

/** Whose texts they are: a report's or a content run's. */
export type TextOwner = { reportId: string; runId: null } | { reportId: null; runId: string };

/** What a model wrote, or why it wrote nothing that could be used. */
export interface StoredText {
  /** Null: see `problem`. */
  value: unknown;
  problem: string | null;
  source: TextSource;
}

const textRow = z.object({
  hash: z.string(),
  model: z.string(),
  temperature: z.number(),
  value: z.unknown(),
  problem: z.string().nullable(),
});

/** All texts of an owner, by the hash of what was asked. */
export async function readTexts(sql: Sql, { reportId, runId }: TextOwner): Promise<Map<string, StoredText>> {
  const { rows } = await sql.query(
    `SELECT prompt_hash AS hash, model, temperature, value, problem FROM fleet.model_text
     WHERE owner_id = coalesce($1::uuid, $2::uuid)`,
    [reportId, runId],
  );
  return new Map(
    z
      .array(textRow)
      .parse(rows)
      .map(({ hash, model, temperature, value, problem }) => [
        hash,
        { value, problem, source: { basis: 'llm', model, prompt_hash: hash, temperature } },
      ]),
  );
}

/** Keeps what came of a question; the first answer stays. */
export async function keepText(
  sql: Sql,
  { reportId, runId }: TextOwner,
  field: string,
  answer: Answer<unknown>,
  now: number,
): Promise<void> {
  const { source } = answer;
  const written = answer.kind === 'written';
  await sql.query(
    `INSERT INTO fleet.model_text (report_id, run_id, prompt_hash, field, model, temperature, value, problem, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      ...[reportId, runId, source.prompt_hash, field, source.model, source.temperature],
      ...[written ? storableJson(answer.value) : null, written ? null : answer.reason, new Date(now)],
    ],
  );
}

/** Texts of one owner, to be written by whoever holds the lease. */
export interface TextTask {
  owner: TextOwner;
  lease: string;
}

const taskRow = z.object({
  reportId: z.string().nullable(),
  runId: z.string().nullable(),
  lease: z.string(),
});

/** Attempts at an owner's texts while the model's server is away. */
const MOST_ATTEMPTS = 3;
/** What is older when a model is configured keeps its templates. */
const RECENT_MS = 24 * 3_600_000;

/**
 * Takes the oldest owner whose texts nobody has asked for since it was measured, or whose process was lost, for `leaseMs`;
 * undefined when there is none.
 */
export async function claimTask(db: Database, now: number, leaseMs: number): Promise<TextTask | undefined> {
  const { rows } = await db.query(
    `WITH due AS (
       SELECT report_id, NULL::uuid AS run_id, max(measured_at) AS since FROM fleet.report_metrics
       WHERE measured_at > $1 GROUP BY report_id
       UNION ALL
       SELECT NULL, id, completed_at FROM fleet.content_run WHERE completed_at > $1 AND score IS NOT NULL
     ), chosen AS (
       SELECT due.* FROM due LEFT JOIN fleet.model_task task ON task.owner_id = coalesce(due.report_id, due.run_id)
       WHERE task.owner_id IS NULL
         OR (task.lease_until < $2 AND (task.since < due.since OR (NOT task.done AND task.attempts < $5)))
       ORDER BY due.since LIMIT 1
     )
     INSERT INTO fleet.model_task AS task (report_id, run_id, since, lease, lease_until, attempts)
     SELECT report_id, run_id, since, $3, $4, 1 FROM chosen
     ON CONFLICT (owner_id) DO UPDATE SET since = excluded.since, lease = excluded.lease,
       lease_until = excluded.lease_until, done = false,
       attempts = CASE WHEN task.since < excluded.since THEN 1 ELSE task.attempts + 1 END
     WHERE task.lease_until < $2 AND (task.since < excluded.since OR NOT task.done)
     RETURNING report_id AS "reportId", run_id AS "runId", lease`,
    [new Date(now - RECENT_MS), new Date(now), randomUUID(), new Date(now + leaseMs), MOST_ATTEMPTS],
  );
  const row = taskRow.optional().parse(rows[0]);
  if (row === undefined) return undefined;
  const { reportId, runId, lease } = row;
  if (reportId !== null) return { owner: { reportId, runId: null }, lease };
  return runId === null ? undefined : { owner: { reportId: null, runId }, lease };
}

/** Holds a task for longer, or ends it (`done`); false when somebody else has it. */
export async function keepTask(
  sql: Sql,
  { lease }: TextTask,
  { until, done }: { until: number; done: boolean },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE fleet.model_task SET lease_until = $2, done = $3 WHERE lease = $1 AND NOT done',
    [lease, new Date(until), done],
  );
  return rowCount === 1;
}
