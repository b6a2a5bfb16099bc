import { z } from 'zod';
import type { JobSummary } from '../contract/job-list.ts';
import { type JobStatus, jobStatusSchema } from '../contract/job-view.ts';
import { isSurfaceName, type SurfaceName } from '../contract/surface-name.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';

/** Which jobs of an account to list. Times are epoch milliseconds, `since` inclusive, `until` exclusive. */
export interface ListAsked {
  accountId: string;
  status: JobStatus | null;
  surface: SurfaceName | null;
  since: number | null;
  until: number | null;
  limit: number;
  /** The last job of the page before. */
  after: ListPlace | null;
}

/** A job's place in the list: newest first, ids break ties. */
export interface ListPlace {
  /** Epoch milliseconds. */
  createdAt: number;
  id: string;
}

export interface JobPage {
  jobs: JobSummary[];
  /** Where the next page begins; null when there is none. */
  next: ListPlace | null;
}

const listRow = z.object({
  id: z.string(),
  status: jobStatusSchema,
  query: z.string(),
  /** Without those that only a newer version knows. */
  surfaces: z.array(z.string()).transform((names) => names.filter(isSurfaceName)),
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  open: z.int(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
});

/** What `job_rollup` and the counts say of each job; the `OFFSET 0` keeps the roll-up inside the page. */
const ABOUT = `
  CROSS JOIN LATERAL (SELECT r.status, r.completed_at FROM fleet.job_rollup r WHERE r.job_id = j.id OFFSET 0) roll
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS total,
      count(*) FILTER (WHERE c.status = 'completed')::int AS completed,
      count(*) FILTER (WHERE c.status = 'failed')::int AS failed,
      count(*) FILTER (WHERE c.status IN ('queued', 'processing'))::int AS open,
      array_agg(DISTINCT c.surface) AS surfaces
    FROM fleet.child c WHERE c.job_id = j.id) about`;

/** A page of an account's jobs, newest first. Jobs that arrive while somebody pages appear before the first page. */
export async function listJobs(sql: Sql, asked: ListAsked): Promise<JobPage> {
  const { rows } = await sql.query(
    `SELECT j.id, j.query, j.created_at AS "createdAt", roll.status, roll.completed_at AS "completedAt",
       about.total, about.completed, about.failed, about.open, about.surfaces
     FROM fleet.job j ${ABOUT}
     WHERE j.account_id = $1 AND j.retired_at IS NULL AND j.kind = 'search'
       AND ($2::timestamptz IS NULL OR (j.created_at, j.id) < ($2, $3))
       AND ($4::timestamptz IS NULL OR j.created_at >= $4) AND ($5::timestamptz IS NULL OR j.created_at < $5)
       AND ($6::text IS NULL OR roll.status = $6) AND ($7::text IS NULL OR $7 = ANY(about.surfaces))
     ORDER BY j.created_at DESC, j.id DESC LIMIT $8`,
    [
      ...[asked.accountId, time(asked.after?.createdAt ?? null), asked.after?.id ?? null],
      ...[time(asked.since), time(asked.until), asked.status, asked.surface, asked.limit + 1],
    ],
  );
  const found = z.array(listRow).parse(rows);
  const page = found.slice(0, asked.limit);
  const last = found.length > asked.limit ? page.at(-1) : undefined;
  return {
    jobs: page.map(summary),
    next: last === undefined ? null : { createdAt: last.createdAt.getTime(), id: last.id },
  };
}

function time(epochMs: number | null): Date | null {
  return epochMs === null ? null : new Date(epochMs);
}

function summary(row: z.infer<typeof listRow>): JobSummary {
  const { id, status, query, surfaces, total, completed, failed, open, createdAt, completedAt } = row;
  return {
    ...{ id, status, query, surfaces, children: { total, completed, failed, open } },
    createdAt: isoTime(createdAt.getTime()),
    completedAt: completedAt === null ? null : isoTime(completedAt.getTime()),
  };
}
