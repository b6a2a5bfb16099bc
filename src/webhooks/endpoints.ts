import { z } from 'zod';
import type { Database, Sql } from '../platform/database.ts';
import { newId } from '../platform/identifiers.ts';
import { EVENT_TYPES, type EventType } from './event-type.ts';

/** Endpoints an account may have; each gets a copy of every event. */
export const MAX_ENDPOINTS = 20;

/** A receiver of all events of an account, or of some kinds. */
export interface Endpoint {
  id: string;
  url: string;
  /** Null: every kind. */
  events: EventType[] | null;
  apiVersion: string;
  createdAt: Date;
  /** Set when the receiver answered 410; nothing more is sent to it. */
  disabledAt: Date | null;
}

const COLUMNS = `id, url, events, api_version AS "apiVersion", created_at AS "createdAt", disabled_at AS "disabledAt"`;
const endpointRow = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)).nullable(),
  apiVersion: z.string(),
  createdAt: z.date(),
  disabledAt: z.date().nullable(),
});

/** Registers an endpoint; undefined when the account has as many as it may. */
export async function createEndpoint(
  db: Database,
  given: { accountId: string; url: string; events: EventType[] | null; apiVersion: string; now: number },
): Promise<Endpoint | undefined> {
  return db.transaction(async (sql) => {
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhook ' || $1, 0))`, [given.accountId]);
    const { rows } = await sql.query(
      `INSERT INTO fleet.webhook_endpoint (id, account_id, url, events, api_version, created_at)
       SELECT $1, $2, $3, $4, $5, $6
       WHERE (SELECT count(*) FROM fleet.webhook_endpoint WHERE account_id = $2) < ${MAX_ENDPOINTS}
       RETURNING ${COLUMNS}`,
      [newId('whe'), given.accountId, given.url, given.events, given.apiVersion, new Date(given.now)],
    );
    return endpointRow.optional().parse(rows[0]);
  });
}

/** An account's endpoints, the oldest first. */
export async function listEndpoints(sql: Sql, accountId: string): Promise<Endpoint[]> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.webhook_endpoint WHERE account_id = $1 ORDER BY created_at, id`,
    [accountId],
  );
  return z.array(endpointRow).parse(rows);
}

/** Forgets an endpoint; what was still to be delivered to it is dead. Undefined when the account has no such endpoint. */
export async function deleteEndpoint(
  db: Database,
  accountId: string,
  id: string,
  now: number,
): Promise<Endpoint | undefined> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `DELETE FROM fleet.webhook_endpoint WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`,
      [id, accountId],
    );
    const deleted = endpointRow.optional().parse(rows[0]);
    if (deleted !== undefined) await closeReceiver(sql, id, now);
    return deleted;
  });
}

/** Sends nothing more to an endpoint whose receiver said it is gone. */
export async function disableEndpoint(sql: Sql, id: string, now: number): Promise<void> {
  await sql.query(
    'UPDATE fleet.webhook_endpoint SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL',
    [id, new Date(now)],
  );
  await closeReceiver(sql, id, now);
}

/** Those in a transaction of their own just now are left to it: waiting for each other could never end. */
async function closeReceiver(sql: Sql, id: string, now: number): Promise<void> {
  await sql.query(
    `UPDATE fleet.webhook_delivery SET state = 'dead', finished_at = $2 WHERE id IN (
       SELECT d.id FROM fleet.webhook_delivery d WHERE d.receiver = $1 AND d.state = 'pending' FOR UPDATE SKIP LOCKED)`,
    [id, new Date(now)],
  );
}
