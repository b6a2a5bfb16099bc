import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import { type SurfaceName, surfaceNameSchema } from '../contract/surface-name.ts';
import { sumOfCredits } from '../jobs/hundredths.ts';
import { currentPrices } from '../jobs/price-table.ts';
import { type SubmitContext, submitWithin } from '../jobs/submit.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';
import { traced } from '../platform/traces.ts';
import { readBrand } from './brands.ts';
import { type RunRefusal, runRefusal } from './report-state.ts';
import { listPrompts, type Report, type ReportPrompt, readReport } from './reports.ts';
import { type CellCount, type PlannedSubmit, planRun } from './run-plan.ts';

const PRIORITY = 5;

/** A run of a report, as a job. */
export interface ReportRun {
  id: string;
  reportId: string;
  status: 'queued' | 'processing' | 'completed' | 'failed';
  error: string | null;
  progress: { completed: number; total: number };
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

/**
 * Starts a run: all its searches, their credits and the report's state in one transaction, or nothing. A report that
 * failed is captured only where it lacks something. Throws ApiError NOT_FOUND, REPORT_NOT_MODIFIABLE, CONFLICT with
 * `details.reason`, and those of `submit`; two at once give one run.
 */
export async function startRun(
  db: Database,
  queue: Queue,
  reportId: string,
  context: SubmitContext,
): Promise<{ runId: string; reportId: string }> {
  return db.transaction((sql) => startRunWithin(sql, queue, reportId, context));
}

/** As `startRun`, in the caller's transaction. */
export async function startRunWithin(
  sql: Sql,
  queue: Queue,
  reportId: string,
  context: SubmitContext,
): Promise<{ runId: string; reportId: string }> {
  const { traceparent: parent = null, ...within } = context;
  const attributes = { 'fleet.report_id': reportId, 'fleet.request_id': context.requestId };
  return traced('run', { parent, kind: 'server', attributes }, () => beginRun(sql, queue, reportId, within));
}

async function beginRun(
  sql: Sql,
  queue: Queue,
  reportId: string,
  context: SubmitContext,
): Promise<{ runId: string; reportId: string }> {
  const { accountId } = context.caller;
  const report = await readReport(sql, accountId, reportId, true);
  if (report === undefined) throw new ApiError('NOT_FOUND', 'no such report');
  const brand = await readBrand(sql, accountId, report.brandId);
  const prompts = await listPrompts(sql, reportId);
  const refusal = runRefusal({
    ...{ status: report.status, prompts: prompts.length },
    description: brand?.facts.description ?? null,
  });
  if (refusal !== null) throw refused(refusal);
  const runId = randomUUID();
  await sql.query(
    `INSERT INTO fleet.report_run (id, report_id, account_id, created_at, mode, origin)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [runId, reportId, accountId, new Date(context.now), context.caller.mode, context.origin],
  );
  await submitAll(sql, queue, { report, prompts, runId }, context);
  await sql.query(`UPDATE fleet.report SET status = 'processing', failure_reason = NULL WHERE id = $1`, [
    reportId,
  ]);
  return { runId, reportId };
}

/**
 * Adds captures to a run under way until each prompt has `replicates` that tell something on each of the surfaces.
 * Throws as `submit` does.
 */
export async function captureMore(
  sql: Sql,
  queue: Queue,
  {
    report,
    runId,
    surfaces,
    replicates,
  }: { report: Report; runId: string; surfaces: SurfaceName[]; replicates: number },
  context: SubmitContext,
): Promise<void> {
  const prompts = await listPrompts(sql, report.id);
  await submitAll(sql, queue, { report: { ...report, surfaces, replicates }, prompts, runId }, context);
}

function refused(refusal: RunRefusal): ApiError {
  if (refusal === 'report_not_modifiable') {
    return new ApiError('REPORT_NOT_MODIFIABLE', 'a report that is processing or completed cannot be run');
  }
  const missing = refusal === 'no_prompts' ? 'has no prompts' : 'is of a brand without facts.description';
  return new ApiError('CONFLICT', `the report ${missing}`, { details: { reason: refusal } });
}

interface Running {
  report: Report;
  prompts: readonly ReportPrompt[];
  runId: string;
}

async function submitAll(
  sql: Sql,
  queue: Queue,
  { report, prompts, runId }: Running,
  context: SubmitContext,
): Promise<void> {
  const promptIds = prompts.map(({ id }) => id);
  const planned = planRun({ ...report, promptIds }, await cellCounts(sql, report.id));
  let reserved = 0;
  for (const { promptId, surfaces, replicates } of planned) {
    const query = prompts.find(({ id }) => id === promptId)?.text ?? '';
    const request = {
      ...{ query, surfaces, regions: [report.region], method: 'auto' as const, replicates },
      ...{ priority: PRIORITY, idempotencyKey: null },
    };
    const { jobId } = await submitWithin(sql, queue, request, context).catch((error: unknown) => {
      throw forWholeRun(error, planned, reserved);
    });
    reserved += priceOf({ promptId, surfaces, replicates });
    await sql.query('INSERT INTO fleet.report_job (job_id, run_id, prompt_id) VALUES ($1, $2, $3)', [
      ...[jobId, runId, promptId],
    ]);
  }
}

function priceOf({ surfaces, replicates }: PlannedSubmit): number {
  const { prices } = currentPrices();
  return surfaces.reduce((total, surface) => total + prices[surface] * replicates, 0);
}

/** A lack of credits is told for the whole run, not for the search that met it. */
function forWholeRun(error: unknown, planned: readonly PlannedSubmit[], reserved: number): unknown {
  if (!(error instanceof ApiError) || error.code !== 'INSUFFICIENT_CREDITS') return error;
  const details = z.object({ available: z.number() }).safeParse(error.details);
  const available = sumOfCredits(details.success ? details.data.available : 0, reserved);
  const required = planned.reduce((total, submit) => total + priceOf(submit), 0);
  return new ApiError(
    'INSUFFICIENT_CREDITS',
    `this run needs ${required} credits, ${available} available; nothing was started`,
    { details: { required, available }, cause: error },
  );
}

const cellRow = z.object({ promptId: z.string(), surface: surfaceNameSchema, captures: z.int() });

async function cellCounts(sql: Sql, reportId: string): Promise<CellCount[]> {
  const { rows } = await sql.query(
    `SELECT rj.prompt_id AS "promptId", c.surface, count(*)::integer AS captures
     FROM fleet.report_run run JOIN fleet.report_job rj ON rj.run_id = run.id
     JOIN fleet.child c ON c.job_id = rj.job_id
     WHERE run.report_id = $1 AND c.status = 'completed' GROUP BY rj.prompt_id, c.surface`,
    [reportId],
  );
  return z.array(cellRow).parse(rows);
}

const runRow = z.object({
  id: z.string(),
  reportId: z.string(),
  status: z.enum(['processing', 'completed', 'failed']),
  error: z.string().nullable(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
  startedAt: z.date().nullable(),
  completed: z.int(),
  total: z.int(),
});

/** A run of the account; `queued` until a worker took its first capture. Undefined when there is none. */
export async function readRun(sql: Sql, accountId: string, id: string): Promise<ReportRun | undefined> {
  const { rows } = await sql.query(
    `SELECT run.id, run.report_id AS "reportId", run.status, run.error, run.created_at AS "createdAt",
       run.completed_at AS "completedAt", min(c.claimed_at) AS "startedAt",
       count(c.completed_at)::integer AS completed, count(c.id)::integer AS total
     FROM fleet.report_run run
     LEFT JOIN fleet.report_job rj ON rj.run_id = run.id LEFT JOIN fleet.child c ON c.job_id = rj.job_id
     WHERE run.account_id = $1 AND run.id = $2 GROUP BY run.id`,
    [accountId, id],
  );
  const row = runRow.optional().parse(rows[0]);
  if (row === undefined) return undefined;
  const { completed, total, status, ...run } = row;
  const waiting = status === 'processing' && run.startedAt === null && completed === 0;
  return { ...run, status: waiting ? 'queued' : status, progress: { completed, total } };
}
