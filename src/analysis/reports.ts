import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Region, regionSchema } from '../contract/region.ts';
import { type SurfaceName, surfaceNameSchema } from '../contract/surface-name.ts';
import type { Stopping } from '../measure/sequential.ts';
import type { Sql } from '../platform/database.ts';
import { type TextSource, textSourceSchema } from './language-model.ts';
import type { Page, PlaceInList } from './page-of-list.ts';
import { pageOf } from './page-of-list.ts';
import { REPORT_STATUSES, type ReportStatus } from './report-state.ts';

export interface ReportFields {
  brandId: string;
  name: string | null;
  surfaces: SurfaceName[];
  region: Region | null;
  language: string | null;
  /** Of each cell; of a sequential report, those before it looks first. */
  replicates: number;
  /** Null: as many replicates as said, no more. */
  stopping: Stopping | null;
}

/** A report to be stored; not sequential unless said. */
export type NewReport = Omit<ReportFields, 'stopping'> & Partial<Pick<ReportFields, 'stopping'>>;

export interface Report extends ReportFields {
  id: string;
  status: ReportStatus;
  failureReason: string | null;
  createdAt: Date;
  completedAt: Date | null;
}

/** A question of a report. */
export interface ReportPrompt {
  id: string;
  reportId: string;
  text: string;
  category: string | null;
  intent: 'category' | 'comparison' | 'branded' | 'buying' | 'informational' | null;
  origin: 'user' | 'template' | 'llm';
  /** Who wrote it, where a model did. */
  source: TextSource | null;
  createdAt: Date;
}

/** A prompt to be added. */
export type NewPrompt = Pick<ReportPrompt, 'text' | 'category' | 'intent' | 'origin'> &
  Partial<Pick<ReportPrompt, 'source'>>;

const COLUMNS = `r.id, r.brand_id AS "brandId", r.name, r.status, r.surfaces, r.region, r.language, r.replicates, r.stopping,
  r.failure_reason AS "failureReason", r.created_at AS "createdAt", r.completed_at AS "completedAt"`;

const reportRow = z.object({
  id: z.string(),
  brandId: z.string(),
  name: z.string().nullable(),
  status: z.enum(REPORT_STATUSES),
  surfaces: z.array(surfaceNameSchema),
  region: regionSchema.nullable(),
  language: z.string().nullable(),
  replicates: z.int(),
  stopping: z.strictObject({ halfWidth: z.number(), min: z.int(), max: z.int() }).nullable(),
  failureReason: z.string().nullable(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
});

const promptRow = z.object({
  id: z.string(),
  reportId: z.string(),
  text: z.string(),
  category: z.string().nullable(),
  intent: z.enum(['category', 'comparison', 'branded', 'buying', 'informational']).nullable(),
  origin: z.enum(['user', 'template', 'llm']),
  source: textSourceSchema.nullable(),
  createdAt: z.date(),
});

/** Stores a draft. The brand is the account's. */
export async function createReport(
  sql: Sql,
  accountId: string,
  { stopping = null, ...fields }: NewReport,
  now: number,
): Promise<Report> {
  const { rows } = await sql.query(
    `INSERT INTO fleet.report AS r (id, account_id, brand_id, name, surfaces, region, language, replicates, created_at,
       stopping)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${COLUMNS}`,
    [
      ...[randomUUID(), accountId, fields.brandId, fields.name, JSON.stringify(fields.surfaces)],
      ...[fields.region === null ? null : JSON.stringify(fields.region), fields.language, fields.replicates],
      ...[new Date(now), stopping === null ? null : JSON.stringify(stopping)],
    ],
  );
  return reportRow.parse(rows[0]);
}

/** Undefined when the account has no such report. `lock`: nobody else changes it until the transaction ends. */
export async function readReport(
  sql: Sql,
  accountId: string,
  id: string,
  lock = false,
): Promise<Report | undefined> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.report r WHERE account_id = $1 AND id = $2${lock ? ' FOR UPDATE' : ''}`,
    [accountId, id],
  );
  return reportRow.optional().parse(rows[0]);
}

/** Any account's report, for the operator's own commands. */
export async function findReport(
  sql: Sql,
  id: string,
): Promise<{ accountId: string; report: Report } | undefined> {
  const { rows } = await sql.query('SELECT account_id AS "accountId" FROM fleet.report WHERE id = $1', [id]);
  const owner = z.object({ accountId: z.string() }).optional().parse(rows[0]);
  const report = owner && (await readReport(sql, owner.accountId, id));
  return owner && report && { accountId: owner.accountId, report };
}

/** Reports of an account, newest first; of one brand, in one state, with a text in their name where asked. */
export async function listReports(
  sql: Sql,
  accountId: string,
  asked: {
    brandId: string | null;
    status: ReportStatus | null;
    search?: string;
    limit: number;
    after: PlaceInList | null;
  },
): Promise<Page<Report>> {
  const { brandId, status, search = null, limit, after } = asked;
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.report r
     WHERE account_id = $1 AND ($2::uuid IS NULL OR brand_id = $2) AND ($3::text IS NULL OR status = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
       AND ($7::text IS NULL OR position(lower($7) IN lower(name)) > 0)
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [
      ...[accountId, brandId, status, after === null ? null : new Date(after.createdAt), after?.id ?? null],
      ...[limit + 1, search],
    ],
  );
  return pageOf(z.array(reportRow).parse(rows), limit);
}

const PROMPT_COLUMNS = `id, report_id AS "reportId", text, category, intent, origin, source, created_at AS "createdAt"`;

/** The prompts of a report in their order. */
export async function listPrompts(sql: Sql, reportId: string): Promise<ReportPrompt[]> {
  const { rows } = await sql.query(
    `SELECT ${PROMPT_COLUMNS} FROM fleet.report_prompt WHERE report_id = $1 ORDER BY ordinal`,
    [reportId],
  );
  return z.array(promptRow).parse(rows);
}

/** Adds prompts behind those a report has. */
export async function insertPrompts(
  sql: Sql,
  reportId: string,
  prompts: readonly NewPrompt[],
  now: number,
): Promise<ReportPrompt[]> {
  const { rows } = await sql.query(
    `INSERT INTO fleet.report_prompt (id, report_id, ordinal, text, category, intent, origin, source, created_at)
     SELECT new.id, $1, (SELECT count(*) FROM fleet.report_prompt WHERE report_id = $1) + new.ordinal, text, category,
       intent, origin, source, $3
     FROM json_to_recordset($2) AS new (id uuid, ordinal integer, text text, category text, intent text, origin text,
       source jsonb)
     ORDER BY new.ordinal RETURNING ${PROMPT_COLUMNS}`,
    [
      reportId,
      JSON.stringify(prompts.map((prompt, index) => ({ id: randomUUID(), ordinal: index + 1, ...prompt }))),
      new Date(now),
    ],
  );
  return z.array(promptRow).parse(rows);
}
