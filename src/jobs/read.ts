import { z } from 'zod';
import { childStatusSchema, type Envelope } from '../contract/envelope.ts';
import type { ChildId, ChildIdParts, JobId } from '../contract/ids.ts';
import { type JobStatus, type JobView, jobStatusSchema } from '../contract/job-view.ts';
import { outcomeSchema } from '../contract/outcome.ts';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';
import { CHILD_COLUMNS, childRowSchema } from './child-row.ts';
import { type AnswerRow, skeleton } from './skeleton.ts';

const jobRow = z.object({
  id: z.string(),
  query: z.string(),
  status: jobStatusSchema,
  createdAt: z.date(),
  completedAt: z.date().nullable(),
});

const childSummary = z.object({
  id: z.string(),
  surface: surfaceNameSchema,
  region: z.string(),
  status: childStatusSchema,
  outcome: outcomeSchema.nullable(),
});

/** A parent's roll-up and its children; undefined when there is no such job in this account. */
export async function readJob(sql: Sql, accountId: string, jobId: JobId): Promise<JobView | undefined> {
  const { rows } = await sql.query(
    `SELECT j.id, j.query, r.status, j.created_at AS "createdAt", r.completed_at AS "completedAt"
     FROM fleet.job j JOIN fleet.job_rollup r ON r.job_id = j.id WHERE j.id = $1 AND j.account_id = $2
       AND j.retired_at IS NULL AND j.kind = 'search'`,
    [jobId, accountId],
  );
  const job = jobRow.optional().parse(rows[0]);
  if (job === undefined) return undefined;
  const children = await sql.query(
    'SELECT id, surface, region_key AS region, status, outcome FROM fleet.child WHERE job_id = $1 ORDER BY ordinal',
    [jobId],
  );
  return {
    job: {
      id: job.id,
      status: job.status,
      query: job.query,
      createdAt: isoTime(job.createdAt.getTime()),
      completedAt: job.completedAt === null ? null : isoTime(job.completedAt.getTime()),
    },
    children: z.array(childSummary).parse(children.rows),
  };
}

/** A parent's status alone, for whoever waits for its end. */
export async function readStatus(sql: Sql, jobId: JobId): Promise<JobStatus | undefined> {
  const { rows } = await sql.query('SELECT status FROM fleet.job_rollup WHERE job_id = $1', [jobId]);
  return z.object({ status: jobStatusSchema }).optional().parse(rows[0])?.status;
}

/** Which of these jobs have ended. */
export async function readTerminal(sql: Sql, jobIds: readonly JobId[]): Promise<string[]> {
  const { rows } = await sql.query(
    `SELECT job_id AS id FROM fleet.job_rollup WHERE job_id = ANY($1) AND status <> 'processing'`,
    [[...jobIds]],
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map((row) => row.id);
}

/** Which of these children have ended. */
export async function readEnded(sql: Sql, childIds: readonly ChildId[]): Promise<string[]> {
  const { rows } = await sql.query(
    'SELECT id FROM fleet.child WHERE id = ANY($1) AND completed_at IS NOT NULL',
    [[...childIds]],
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map((row) => row.id);
}

/** A child's Envelope (a skeleton until it ended); undefined when there is no such child in this account. */
export async function readChild(
  sql: Sql,
  accountId: string,
  id: ChildIdParts,
): Promise<Envelope | undefined> {
  const found = await envelopes(
    sql,
    `j.id = $1 AND j.account_id = $2 AND c.surface = $3 AND c.method = $4 AND c.region_key = $5 AND c.replicate = $6`,
    [id.jobId, accountId, id.surface, id.method, id.regionKey, id.replicate],
  );
  return found[0];
}

/** The Envelopes of all children, in their order; empty when there is no such job in this account. */
export async function readEnvelopes(sql: Sql, accountId: string, jobId: JobId): Promise<Envelope[]> {
  return envelopes(sql, 'j.id = $1 AND j.account_id = $2', [jobId, accountId]);
}

const listedChild = z.object({
  id: z.string(),
  jobId: z.string().transform((id) => id as JobId),
  status: childStatusSchema,
});

/** The children of jobs without what they captured, each job's in their order; none of a job that is not in this account. */
export async function listChildren(
  sql: Sql,
  accountId: string,
  jobIds: readonly JobId[],
): Promise<z.infer<typeof listedChild>[]> {
  const { rows } = await sql.query(
    `SELECT c.id, c.job_id AS "jobId", c.status FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE j.id = ANY($1) AND j.account_id = $2 AND j.retired_at IS NULL AND j.kind = 'search'
     ORDER BY c.job_id, c.ordinal`,
    [[...jobIds], accountId],
  );
  return z.array(listedChild).parse(rows);
}

/** Envelopes of children by their ids; without those that are not in this account. */
export async function readEnvelopesById(
  sql: Sql,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Envelope>> {
  if (ids.length === 0) return new Map();
  const read = await envelopes(sql, 'c.id = ANY($1) AND j.account_id = $2', [[...ids], accountId]);
  return new Map(read.map((envelope) => [envelope.job.id, envelope]));
}

const answerRow = childRowSchema.extend({ surface: surfaceNameSchema }) satisfies z.ZodType<AnswerRow>;
const storedRow = z.object({ envelope: z.unknown() });

async function envelopes(sql: Sql, where: string, values: readonly unknown[]): Promise<Envelope[]> {
  const { rows } = await sql.query(
    `SELECT ${CHILD_COLUMNS}, c.envelope FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE ${where} AND j.retired_at IS NULL AND j.kind = 'search' ORDER BY c.ordinal`,
    values,
  );
  return rows.map((row) => {
    const { envelope } = storedRow.parse(row);
    // `settle` accepts nothing but an Envelope, and the column is `json`: what comes back is what was stored.
    if (envelope !== null && envelope !== undefined) return envelope as Envelope;
    return skeleton(answerRow.parse(row));
  });
}
