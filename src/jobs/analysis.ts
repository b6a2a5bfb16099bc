import { z } from 'zod';
import type { JobId } from '../contract/ids.ts';
import { JOB_STATUSES, type JobStatus } from '../contract/job-view.ts';
import { regionSchema } from '../contract/region.ts';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';

/** A job as an analysis sees it. */
export interface AnalysisJob {
  jobId: JobId;
  prompt: string;
  request: z.infer<typeof requestSchema>;
  status: JobStatus;
  createdAt: Date;
  completedAt: Date | null;
  /** Credits set aside when it was accepted, those spent so far, and those given back. */
  credits: { reserved: number; settled: number; released: number };
  /** Captures in all, and those that ended with what the surface shows or without. */
  progress: { total: number; completed: number; failed: number };
}

/** What of the stored request an analysis tells. */
const requestSchema = z.object({
  surfaces: z.array(surfaceNameSchema),
  regions: z.array(regionSchema.nullable()),
  replicates: z.int().default(1),
});

const analysisRow = z.object({
  id: z.string(),
  query: z.string(),
  request: requestSchema,
  status: z.enum(JOB_STATUSES),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  reserved: z.int(),
  settled: z.int(),
  released: z.int(),
});

/** A job of this account with its progress and its price; undefined when there is none, or it passed its retention. */
export async function readAnalysis(
  sql: Sql,
  accountId: string,
  jobId: JobId,
): Promise<AnalysisJob | undefined> {
  const { rows } = await sql.query(
    `SELECT j.id, j.query, j.request, r.status, j.created_at AS "createdAt", r.completed_at AS "completedAt",
       count(*)::integer AS total, count(*) FILTER (WHERE c.status = 'completed')::integer AS completed,
       count(*) FILTER (WHERE c.completed_at IS NOT NULL AND c.status <> 'completed')::integer AS failed,
       coalesce(sum(reserve.amount), 0)::integer AS reserved,
       coalesce(sum(ending.amount) FILTER (WHERE ending.kind = 'settle'), 0)::integer AS settled,
       coalesce(sum(reserve.amount) FILTER (WHERE ending.kind = 'release'), 0)::integer AS released
     FROM fleet.job j
     JOIN fleet.job_rollup r ON r.job_id = j.id
     JOIN fleet.child c ON c.job_id = j.id
     LEFT JOIN fleet.ledger_entry reserve ON reserve.child_id = c.id AND reserve.kind = 'reserve'
     LEFT JOIN fleet.ledger_entry ending ON ending.child_id = c.id AND ending.kind IN ('settle', 'release')
     WHERE j.id = $1 AND j.account_id = $2 AND j.retired_at IS NULL
     GROUP BY j.id, r.status, r.completed_at`,
    [jobId, accountId],
  );
  const row = analysisRow.optional().parse(rows[0]);
  if (row === undefined) return undefined;
  const { id, query, total, completed, failed, reserved, settled, released, ...job } = row;
  const credits = { reserved, settled, released };
  return { ...job, jobId: id as JobId, prompt: query, credits, progress: { total, completed, failed } };
}
