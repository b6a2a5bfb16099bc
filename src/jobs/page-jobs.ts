import { z } from 'zod';
import { artifactsSchema, childStatusSchema, failureSchema } from '../contract/envelope.ts';
import { formatChildId, type JobId, type RequestId } from '../contract/ids.ts';
import { EXTRACTION_MODES } from '../contract/page-record.ts';
import { GLOBAL_REGION_KEY } from '../contract/region.ts';
import { PAGE_SURFACE } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { newJobId } from '../platform/identifiers.ts';
import { newQueueJobId, type Queue } from '../platform/queue.ts';
import { activeTraceparent } from '../platform/traces.ts';
import type { Caller } from './account.ts';
import { announceWork } from './channels.ts';

const pageAskedSchema = z.object({ url: z.string(), mode: z.enum(EXTRACTION_MODES) });

/** What a child on surface `page` captures. */
export type PageAsked = z.infer<typeof pageAskedSchema>;

export interface PageSubmit extends PageAsked {
  caller: Pick<Caller, 'accountId' | 'keyId'>;
  requestId: string;
  /** Epoch milliseconds. */
  now: number;
  /** Epoch milliseconds after which it expires, unless a worker has started. */
  deadlineAt: number;
}

/**
 * Submits the capture of one page: a job of kind `page` with one child, in the caller's transaction. What it costs is
 * reserved by whoever asks; here it only counts among what the account has under way.
 */
export async function submitPage(sql: Sql, queue: Queue, asked: PageSubmit): Promise<JobId> {
  const jobId = newJobId();
  const regionKey = GLOBAL_REGION_KEY;
  const surface = PAGE_SURFACE;
  const id = formatChildId({ jobId, surface, method: 'own-fleet', regionKey, replicate: 1 });
  const queueJobId = newQueueJobId();
  const { caller, url, mode } = asked;
  await sql.query(
    `INSERT INTO fleet.job (id, account_id, key_id, request_id, origin, query, request, created_at, deadline_at,
       traceparent, kind)
     VALUES ($1, $2, $3, $4, 'live', $5, $6, $7, $8, $9, 'page')`,
    [
      ...[jobId, caller.accountId, caller.keyId, asked.requestId, url, JSON.stringify({ url, mode })],
      ...[new Date(asked.now), new Date(asked.deadlineAt), activeTraceparent() ?? null],
    ],
  );
  await sql.query(
    `INSERT INTO fleet.child (id, job_id, ordinal, surface, method, region_key, queue_job_id, account_id)
     VALUES ($1, $2, 0, $3, 'own-fleet', $4, $5, $6)`,
    [id, jobId, surface, regionKey, queueJobId, caller.accountId],
  );
  await queue.insert(sql, surface, [{ queueJobId, childId: id }]);
  await announceWork(sql, [surface]);
  await sql.query(
    'UPDATE fleet.account_balance SET open_children = open_children + 1 WHERE account_id = $1',
    [caller.accountId],
  );
  return jobId;
}

const askedRow = z.object({ request: pageAskedSchema });

/** What the child of a page job captures. */
export async function readPageAsked(sql: Sql, jobId: JobId): Promise<PageAsked> {
  const { rows } = await sql.query('SELECT request FROM fleet.job WHERE id = $1', [jobId]);
  return askedRow.parse(rows[0]).request;
}

const pageRow = z.object({
  jobId: z.string().transform((id) => id as JobId),
  requestId: z.string().transform((id) => id as RequestId),
  status: childStatusSchema,
  failure: failureSchema.nullable(),
  artifacts: artifactsSchema.nullable(),
});

/** How far the capture of a page has come, and what it left. */
export type PageState = z.infer<typeof pageRow>;

/** The page jobs with these ids, in the order of the ids given. */
export async function readPages(sql: Sql, jobIds: readonly string[]): Promise<PageState[]> {
  const { rows } = await sql.query(
    `SELECT c.job_id AS "jobId", j.request_id AS "requestId", c.status, c.failure, c.artifacts
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.job_id = ANY($1) ORDER BY array_position($1::text[], c.job_id)`,
    [[...jobIds]],
  );
  return z.array(pageRow).parse(rows);
}
