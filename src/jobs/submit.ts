import { z } from 'zod';
import type { ApiVersion } from '../contract/dialect.ts';
import { type ChildId, formatChildId, type JobId, type RequestId } from '../contract/ids.ts';
import { type Region, regionKey } from '../contract/region.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import type { Database, Sql } from '../platform/database.ts';
import { newJobId } from '../platform/identifiers.ts';
import { newQueueJobId, type Queue } from '../platform/queue.ts';
import { activeTraceparent, traced, traceIdOf } from '../platform/traces.ts';
import type { Caller } from './account.ts';
import { type AccountLoad, type AdmissionLimits, admit } from './admission.ts';
import { announceWork } from './channels.ts';
import { claimKey, requestFingerprint } from './idempotency.ts';
import { insertJobWebhook, type JobWebhook } from './job-webhook.ts';
import type { FlatPrice } from './price-table.ts';

export interface SubmitContext {
  requestId: RequestId;
  caller: Caller;
  /** Epoch milliseconds. */
  now: number;
  /** Children that have not started after this long expire. */
  ttlMs: number;
  /** Against what the captures will run; stands in the Envelope from the start. */
  origin: 'live' | 'stage';
  /** Dialect of the request; kept on the job's row. */
  apiVersion?: ApiVersion;
  /** Where the ends are announced; a replay keeps that of its first request. */
  webhook?: JobWebhook;
  /** What the account may have under way; absent: as much as it likes. */
  limits?: AdmissionLimits;
  /** Id of the sync slot this request takes; absent or null for async. */
  syncSlot?: string | null;
  /** What each capture costs, where it is not the surface's own price. */
  price?: FlatPrice;
  /** W3C traceparent of whoever asks, what is none begins a trace; absent: the step under way here, if one is. */
  traceparent?: string | null | undefined;
}

export interface Submitted {
  jobId: JobId;
  /** In the order surfaces × regions × replicates. */
  children: ChildId[];
  /** True when an earlier submit with the same key did it. */
  replayed: boolean;
  /** What the account has under way now; absent for a replay, which adds nothing. */
  load?: AccountLoad;
  /** Trace of this submit; absent while nothing is traced. */
  traceId?: string | undefined;
}

interface NewChild {
  id: ChildId;
  ordinal: number;
  surface: SurfaceName;
  regionKey: string;
  region: Region | null;
  replicate: number;
  queueJobId: string;
}

/**
 * Accepts a search, whole or not at all, in one transaction: idempotency claim, limits and
 * credits, parent, children, queue jobs, wake-up. A replay needs neither credits nor room. Throws ApiError
 * IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS and those of `admit`, FleetError DATABASE_UNAVAILABLE.
 */
export async function submit(
  db: Database,
  queue: Queue,
  request: SearchRequest,
  context: SubmitContext,
): Promise<Submitted> {
  return tracedSubmit(request, context, (planned) =>
    db.transaction((sql) => insert(sql, queue, request, planned)),
  );
}

/** As submit, within a transaction of the caller's that makes several things happen or none. */
export async function submitWithin(
  sql: Sql,
  queue: Queue,
  request: SearchRequest,
  context: SubmitContext,
): Promise<Submitted> {
  return tracedSubmit(request, context, (planned) => insert(sql, queue, request, planned));
}

interface PlannedSearch {
  jobId: JobId;
  children: readonly NewChild[];
  context: SubmitContext;
}

function tracedSubmit(
  request: SearchRequest,
  context: SubmitContext,
  work: (planned: PlannedSearch) => Promise<Submitted>,
): Promise<Submitted> {
  const jobId = newJobId();
  const children = plan(jobId, request);
  const attributes = { 'fleet.request_id': context.requestId, 'fleet.children': children.length };
  const { traceparent: parent } = context;
  return traced('submit', { parent, kind: 'server', attributes }, async (step) => {
    const submitted = await work({ jobId, children, context });
    step.set({ 'fleet.job_id': submitted.jobId, 'fleet.replayed': submitted.replayed });
    return { ...submitted, traceId: traceIdOf(activeTraceparent()) };
  });
}

async function insert(
  sql: Sql,
  queue: Queue,
  request: SearchRequest,
  { jobId, children, context }: PlannedSearch,
): Promise<Submitted> {
  const replayOf = await claimed(sql, jobId, request, context);
  if (replayOf !== undefined) {
    return { jobId: replayOf, children: await childrenOf(sql, replayOf), replayed: true };
  }
  const { caller, limits, syncSlot = null, now, price } = context;
  await insertJob(sql, jobId, request, context);
  if (context.webhook !== undefined) await insertJobWebhook(sql, jobId, context.webhook);
  await insertChildren(sql, jobId, children, { caller, priority: request.priority });
  for (const surface of request.surfaces) {
    const jobs = children.filter((child) => child.surface === surface);
    await queue.insert(
      sql,
      surface,
      jobs.map((child) => ({ queueJobId: child.queueJobId, childId: child.id })),
    );
  }
  await announceWork(sql, request.surfaces);
  // Last, because it locks the account's balance until the commit: what is refused here leaves nothing behind.
  const load = await admit(sql, { caller, children, syncSlot, limits, now, price });
  return { jobId, children: children.map((child) => child.id), replayed: false, load };
}

function plan(jobId: JobId, request: SearchRequest): NewChild[] {
  const pairs = request.surfaces.flatMap((surface) => request.regions.map((region) => ({ surface, region })));
  const replicates = Array.from({ length: request.replicates }, (_, index) => index + 1);
  const captures = pairs.flatMap((pair) => replicates.map((replicate) => ({ ...pair, replicate })));
  return captures.map(({ surface, region, replicate }, ordinal) => {
    const key = regionKey(region);
    const id = formatChildId({ jobId, surface, method: 'own-fleet', regionKey: key, replicate });
    return { id, ordinal, surface, regionKey: key, region, replicate, queueJobId: newQueueJobId() };
  });
}

async function claimed(
  sql: Sql,
  jobId: JobId,
  request: SearchRequest,
  context: SubmitContext,
): Promise<JobId | undefined> {
  if (request.idempotencyKey === null) return undefined;
  const { replayOf } = await claimKey(sql, {
    accountId: context.caller.accountId,
    mode: context.caller.mode,
    key: request.idempotencyKey,
    fingerprint: requestFingerprint(request),
    jobId,
    now: context.now,
  });
  return replayOf;
}

async function insertJob(
  sql: Sql,
  jobId: JobId,
  request: SearchRequest,
  context: SubmitContext,
): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.job (id, account_id, key_id, request_id, origin, query, request, created_at, deadline_at,
       api_version, traceparent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      jobId,
      context.caller.accountId,
      context.caller.keyId,
      context.requestId,
      context.origin,
      request.query,
      JSON.stringify(request),
      new Date(context.now),
      new Date(context.now + context.ttlMs),
      context.apiVersion ?? null,
      activeTraceparent() ?? null,
    ],
  );
}

async function insertChildren(
  sql: Sql,
  jobId: JobId,
  children: readonly NewChild[],
  asked: { caller: Caller; priority: number },
): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.child
       (id, job_id, ordinal, surface, method, region_key, region, replicate, queue_job_id, account_id, priority)
     SELECT id, $1, ordinal, surface, 'own-fleet', "regionKey", region, replicate, "queueJobId", $3, $4
     FROM json_to_recordset($2) AS
       new (id text, ordinal integer, surface text, "regionKey" text, region json, replicate integer,
         "queueJobId" uuid)
     ORDER BY ordinal`,
    [jobId, JSON.stringify(children), asked.caller.accountId, asked.priority],
  );
}

const idRow = z.object({ id: z.string().transform((id) => id as ChildId) });

/** Ids of a job's children in their order. */
async function childrenOf(sql: Sql, jobId: JobId): Promise<ChildId[]> {
  const { rows } = await sql.query('SELECT id FROM fleet.child WHERE job_id = $1 ORDER BY ordinal', [jobId]);
  return z
    .array(idRow)
    .parse(rows)
    .map((row) => row.id);
}
