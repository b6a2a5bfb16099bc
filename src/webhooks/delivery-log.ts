import { z } from 'zod';
import type { ListPlace } from '../jobs/list.ts';
import type { Sql } from '../platform/database.ts';
import { REQUEST_RECEIVER } from './expand.ts';
import { ATTEMPT_RESULTS } from './post.ts';

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

const attemptRow = z.object({
  deliveryId: z.string(),
  number: z.int(),
  startedAt: z.date(),
  latencyMs: z.int(),
  status: z.int().nullable(),
  result: z.enum(ATTEMPT_RESULTS),
  answer: z.string().nullable(),
});

const deliveryRow = z.object({
  id: z.string(),
  eventId: z.string(),
  type: z.string(),
  jobId: z.string(),
  childId: z.string().nullable(),
  receiver: z.string(),
  url: z.string(),
  apiVersion: z.string(),
  state: z.enum(DELIVERY_STATES),
  createdAt: z.date(),
  dueAt: z.date(),
  finishedAt: z.date().nullable(),
  requestId: z.string(),
});

/** One event for one receiver, and every attempt at it, the first first. */
export interface Delivery extends Omit<z.infer<typeof deliveryRow>, 'receiver'> {
  /** Null for the webhook a request brought along. */
  endpointId: string | null;
  attempts: Omit<z.infer<typeof attemptRow>, 'deliveryId'>[];
}

export interface DeliveryFilter {
  jobId?: string;
  state?: DeliveryState;
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: ListPlace;
}

const COLUMNS = `d.id, d.event_id AS "eventId", e.type, d.job_id AS "jobId", e.child_id AS "childId", d.receiver, d.url,
  d.api_version AS "apiVersion", d.state, d.created_at AS "createdAt", d.due_at AS "dueAt",
  d.finished_at AS "finishedAt", j.request_id AS "requestId"`;
const FROM = `fleet.webhook_delivery d JOIN fleet.event e ON e.id = d.event_id JOIN fleet.job j ON j.id = d.job_id`;

/** Deliveries of an account, the newest first, a page at a time. */
export async function listDeliveries(
  sql: Sql,
  accountId: string,
  filter: DeliveryFilter,
): Promise<{ data: Delivery[]; next: ListPlace | undefined }> {
  const { jobId = null, state = null, cursor, limit } = filter;
  const after = cursor === undefined ? null : new Date(cursor.createdAt);
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM ${FROM}
     WHERE d.account_id = $1 AND ($2::text IS NULL OR d.job_id = $2) AND ($3::text IS NULL OR d.state = $3)
       AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4, $5))
     ORDER BY d.created_at DESC, d.id DESC LIMIT $6`,
    [accountId, jobId, state, after, cursor?.id ?? null, limit + 1],
  );
  const found = await withAttempts(sql, z.array(deliveryRow).parse(rows));
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  return { data, next: last && { createdAt: last.createdAt.getTime(), id: last.id } };
}

/** One delivery; undefined when the account has none with that id. */
export async function readDelivery(sql: Sql, accountId: string, id: string): Promise<Delivery | undefined> {
  const { rows } = await sql.query(`SELECT ${COLUMNS} FROM ${FROM} WHERE d.id = $1 AND d.account_id = $2`, [
    id,
    accountId,
  ]);
  return (await withAttempts(sql, z.array(deliveryRow).parse(rows)))[0];
}

/** How many deliveries of all accounts are dead: given up, and not replayed since. */
export async function countDead(sql: Sql): Promise<number> {
  const { rows } = await sql.query(
    `SELECT count(*)::int AS dead FROM fleet.webhook_delivery WHERE state = 'dead'`,
  );
  return z.object({ dead: z.int() }).parse(rows[0]).dead;
}

/**
 * Seconds that the event or delivery longest overdue has waited for a courier; 0 when none has. What waits for a receiver
 * that is left alone for a while, or is being delivered, waits for no courier.
 */
export async function oldestOverdueSeconds(sql: Sql): Promise<number> {
  const { rows } = await sql.query(
    `SELECT GREATEST(0, extract(epoch FROM now() - LEAST(
         (SELECT min(created_at) FROM fleet.event WHERE expanded_at IS NULL),
         (SELECT min(d.due_at) FROM fleet.webhook_delivery d JOIN fleet.webhook_target t ON t.key = d.target
          WHERE d.state = 'pending' AND d.lease_until IS NULL AND (t.open_until IS NULL OR t.open_until <= now())))))::float8
       AS seconds`,
  );
  return z.object({ seconds: z.number().nullable() }).parse(rows[0]).seconds ?? 0;
}

async function withAttempts(sql: Sql, rows: readonly z.infer<typeof deliveryRow>[]): Promise<Delivery[]> {
  const attempts = await sql.query(
    `SELECT delivery_id AS "deliveryId", number, started_at AS "startedAt", latency_ms AS "latencyMs", status, result,
       answer
     FROM fleet.webhook_attempt WHERE delivery_id = ANY ($1) ORDER BY delivery_id, number`,
    [rows.map((row) => row.id)],
  );
  const byDelivery = Map.groupBy(z.array(attemptRow).parse(attempts.rows), (attempt) => attempt.deliveryId);
  return rows.map(({ receiver, ...row }) => ({
    ...row,
    endpointId: receiver === REQUEST_RECEIVER ? null : receiver,
    attempts: (byDelivery.get(row.id) ?? []).map(({ deliveryId: _id, ...attempt }) => attempt),
  }));
}
