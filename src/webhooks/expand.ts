import { z } from 'zod';
import { type JobId, parseChildId } from '../contract/ids.ts';
import { readChild, readJob } from '../jobs/read.ts';
import type { Database, Sql } from '../platform/database.ts';
import { newId } from '../platform/identifiers.ts';
import type { Log } from '../platform/log.ts';
import { childEventBody, jobEventBody } from './event-body.ts';
import { ensureTargets, targetKey } from './target.ts';

/** Receiver of a delivery that its request asked for; others are named by their endpoint's id. */
export const REQUEST_RECEIVER = 'request';

const BATCH = 60;
/** Transactions at a time: they wait for the database more than they work. */
const LINES = 3;
const QUIET_BATCH = 1_000;

const eventRow = z.object({
  id: z.string(),
  jobId: z.string().transform((id) => id as JobId),
  childId: z.string().nullable(),
  type: z.string(),
  createdAt: z.date(),
  accountId: z.string(),
  webhookUrl: z.string().nullable(),
  webhookVersion: z.string().nullable(),
  per: z.enum(['child', 'job']).nullable(),
});
type EventRow = z.infer<typeof eventRow>;

interface Receiver {
  receiver: string;
  url: string;
  apiVersion: string;
}

/** What else an event of a whole job tells; undefined: nothing. */
export type JobFindings = (
  sql: Sql,
  job: { accountId: string; jobId: JobId; apiVersion: string },
) => Promise<object | undefined>;

export interface ExpandMeans {
  db: Database;
  log: Log;
  findings?: JobFindings;
}

/**
 * Turns new events into deliveries, one per receiver, each event in a transaction of its own: body and deliveries exist
 * together or not at all, and an event that cannot be rendered holds up no other. Accounts take turns, so that the
 * thousand ends of one do not hold up the one of another. Returns how many events were done.
 */
export async function expandEvents(means: ExpandMeans, now: number): Promise<number> {
  const quiet = await passQuietEvents(means.db, now);
  const { rows } = await means.db.query(
    `SELECT id FROM (
       SELECT e.id, e.created_at, row_number() OVER (PARTITION BY j.account_id ORDER BY e.created_at, e.id) AS turn
       FROM fleet.event e JOIN fleet.job j ON j.id = e.job_id WHERE e.expanded_at IS NULL) AS new
     ORDER BY turn, created_at, id LIMIT ${BATCH}`,
  );
  const waiting = z.array(z.object({ id: z.string() })).parse(rows);
  const line = async (): Promise<number> => {
    let done = 0;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (await expanded(means, next.id, now)) done++;
    return done;
  };
  const done = await Promise.all(Array.from({ length: LINES }, line));
  return done.reduce((sum, count) => sum + count, quiet);
}

async function expanded(means: ExpandMeans, id: string, now: number): Promise<boolean> {
  try {
    return await means.db.transaction((sql) => expandOne(sql, means, id, now));
  } catch (error) {
    means.log.error({ err: error, eventId: id }, 'event could not be expanded; the next round tries again');
    return false;
  }
}

/** Most events interest nobody: they are passed in one statement. */
async function passQuietEvents(sql: Sql, now: number): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.event SET expanded_at = $1 WHERE id IN (
       SELECT e.id FROM fleet.event e JOIN fleet.job j ON j.id = e.job_id
       WHERE e.expanded_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM fleet.job_webhook w WHERE w.job_id = e.job_id)
         AND NOT EXISTS (
           SELECT 1 FROM fleet.webhook_endpoint p WHERE p.account_id = j.account_id AND p.disabled_at IS NULL)
       LIMIT ${QUIET_BATCH} FOR UPDATE OF e SKIP LOCKED)`,
    [new Date(now)],
  );
  return rowCount;
}

async function expandOne(sql: Sql, means: ExpandMeans, id: string, now: number): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT e.id, e.job_id AS "jobId", e.child_id AS "childId", e.type, e.created_at AS "createdAt",
       j.account_id AS "accountId", w.url AS "webhookUrl", w.api_version AS "webhookVersion", w.per
     FROM fleet.event e JOIN fleet.job j ON j.id = e.job_id LEFT JOIN fleet.job_webhook w ON w.job_id = e.job_id
     WHERE e.id = $1 AND e.expanded_at IS NULL FOR UPDATE OF e SKIP LOCKED`,
    [id],
  );
  const event = eventRow.optional().parse(rows[0]);
  if (event === undefined) return false;
  const receivers = await receiversOf(sql, event);
  if (receivers.length > 0) await insertDeliveries(sql, means, { event, receivers }, now);
  if (event.per === 'job' && event.childId !== null) await recordJobEnd(sql, event.jobId);
  await sql.query('UPDATE fleet.event SET expanded_at = $2 WHERE id = $1', [id, new Date(now)]);
  return true;
}

/** Endpoints hear of children; a request's webhook of its children, or of the job, as it was asked. */
async function receiversOf(sql: Sql, event: EventRow): Promise<Receiver[]> {
  const { webhookUrl: url, webhookVersion: apiVersion } = event;
  const wanted = (event.per === 'job') === (event.childId === null);
  const own =
    url !== null && apiVersion !== null && wanted ? [{ receiver: REQUEST_RECEIVER, url, apiVersion }] : [];
  if (event.childId === null) return own;
  const { rows } = await sql.query(
    `SELECT id AS receiver, url, api_version AS "apiVersion" FROM fleet.webhook_endpoint
     WHERE account_id = $1 AND disabled_at IS NULL AND (events IS NULL OR $2 = ANY (events)) ORDER BY created_at, id`,
    [event.accountId, event.type],
  );
  const endpointRow = z.object({ receiver: z.string(), url: z.string(), apiVersion: z.string() });
  return [...own, ...z.array(endpointRow).parse(rows)];
}

async function insertDeliveries(
  sql: Sql,
  means: ExpandMeans,
  { event, receivers }: { event: EventRow; receivers: readonly Receiver[] },
  now: number,
): Promise<void> {
  for (const apiVersion of new Set(receivers.map((receiver) => receiver.apiVersion))) {
    const body = await render(sql, means, event, apiVersion);
    await sql.query('INSERT INTO fleet.webhook_body (event_id, api_version, body) VALUES ($1, $2, $3)', [
      event.id,
      apiVersion,
      body,
    ]);
  }
  const rows = receivers.map(({ receiver, url, apiVersion }) => ({
    ...{ id: newId('dlv'), receiver, url, version: apiVersion, target: targetKey(event.accountId, url) },
  }));
  await ensureTargets(
    sql,
    rows.map((row) => row.target),
    now,
  );
  await sql.query(
    `INSERT INTO fleet.webhook_delivery (id, event_id, account_id, job_id, receiver, url, target, api_version,
       created_at, scheduled_from, due_at)
     SELECT id, $1, $2, $3, receiver, url, target, version, $4, $5, $5 FROM json_to_recordset($6) AS
       new (id text, receiver text, url text, target text, version text)`,
    [event.id, event.accountId, event.jobId, event.createdAt, new Date(now), JSON.stringify(rows)],
  );
}

async function render(
  sql: Sql,
  { findings }: ExpandMeans,
  event: EventRow,
  apiVersion: string,
): Promise<Buffer> {
  const head = { id: event.id, type: event.type, createdAt: event.createdAt.getTime() };
  if (event.childId === null) {
    const { accountId, jobId } = event;
    const view = await readJob(sql, accountId, jobId);
    if (view === undefined) throw new TypeError(`event ${event.id} has no job`);
    return jobEventBody(head, view, apiVersion, await findings?.(sql, { accountId, jobId, apiVersion }));
  }
  const parts = parseChildId(event.childId);
  const envelope = parts && (await readChild(sql, event.accountId, parts));
  if (envelope === undefined) throw new TypeError(`event ${event.id} has no child`);
  return childEventBody(head, envelope, apiVersion);
}

/** The job's own event, once its last child has ended; whichever child's event comes last writes it. */
async function recordJobEnd(sql: Sql, jobId: JobId): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.event (id, job_id, child_id, type, created_at)
     SELECT $2, job_id, NULL, 'job.' || status, completed_at FROM fleet.job_rollup
     WHERE job_id = $1 AND status <> 'processing' ON CONFLICT DO NOTHING`,
    [jobId, newId('evt')],
  );
}
