import { z } from 'zod';
import type { Database, Sql } from '../platform/database.ts';
import type { DueDelivery } from './claim-due.ts';
import { disableEndpoint } from './endpoints.ts';
import { REQUEST_RECEIVER } from './expand.ts';
import type { Attempt } from './post.ts';
import { nextTry, pauseUntil, retryAfterMs } from './schedule.ts';

/** Where a delivery stands after an attempt. */
export type DeliveryEnd = 'delivered' | 'retrying' | 'dead';

/**
 * Writes an attempt and what follows from it, in one transaction fenced by the lease; undefined, and nothing written,
 * when another courier holds the delivery by now.
 */
export async function recordAttempt(
  db: Database,
  delivery: DueDelivery,
  attempt: Attempt,
  by: { now: number; random: number },
): Promise<DeliveryEnd | undefined> {
  const wait = retryAfterMs(attempt.retryAfter, by.now);
  const { end, dueAt } = decide(delivery, attempt, { ...by, wait });
  return db.transaction(async (sql) => {
    const number = await moveOn(sql, delivery, end, dueAt, by.now);
    if (number === undefined) return undefined;
    await insertAttempt(sql, delivery.id, number, attempt);
    await markTarget(sql, delivery.target, attempt, wait, by.now);
    if (attempt.result === 'gone' && delivery.receiver !== REQUEST_RECEIVER)
      await disableEndpoint(sql, delivery.receiver, by.now);
    return end;
  });
}

/** What an attempt makes of its delivery. Pure. */
export function decide(
  delivery: Pick<DueDelivery, 'tries' | 'scheduledFrom'>,
  attempt: Pick<Attempt, 'result'>,
  by: { now: number; random: number; wait: number | undefined },
): { end: DeliveryEnd; dueAt: number | undefined } {
  if (attempt.result === 'acknowledged') return { end: 'delivered', dueAt: undefined };
  if (attempt.result === 'gone') return { end: 'dead', dueAt: undefined };
  const dueAt = nextTry({
    scheduledFrom: delivery.scheduledFrom.getTime(),
    tries: delivery.tries + 1,
    failedAt: by.now,
    retryAfterMs: by.wait,
    random: by.random,
  });
  return { end: dueAt === undefined ? 'dead' : 'retrying', dueAt };
}

/** Ends the lease; the attempt's number, or undefined when the lease is another's. */
async function moveOn(
  sql: Sql,
  delivery: DueDelivery,
  end: DeliveryEnd,
  dueAt: number | undefined,
  now: number,
): Promise<number | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.webhook_delivery SET attempts = attempts + 1, tries = tries + 1, lease_id = NULL, lease_until = NULL,
       state = CASE WHEN state = 'pending' OR $3 = 'delivered' THEN $3 ELSE state END, due_at = coalesce($4, due_at),
       finished_at = CASE WHEN $3 = 'pending' THEN finished_at ELSE $5 END
     WHERE id = $1 AND lease_id = $2 RETURNING attempts`,
    [
      delivery.id,
      delivery.leaseId,
      end === 'retrying' ? 'pending' : end,
      dueAt === undefined ? null : new Date(dueAt),
      new Date(now),
    ],
  );
  return z.object({ attempts: z.int() }).optional().parse(rows[0])?.attempts;
}

async function insertAttempt(sql: Sql, id: string, number: number, attempt: Attempt): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.webhook_attempt (delivery_id, number, started_at, latency_ms, status, result, answer)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      number,
      new Date(attempt.startedAt),
      attempt.latencyMs,
      attempt.status,
      attempt.result,
      attempt.answer,
    ],
  );
}

/** The target's health: a receiver that answered 410 is sound, and an unsigned delivery never reached it. */
async function markTarget(
  sql: Sql,
  key: string,
  attempt: Attempt,
  retryAfter: number | undefined,
  now: number,
): Promise<void> {
  if (attempt.result === 'unsigned') return;
  if (attempt.result === 'acknowledged' || attempt.result === 'gone') {
    await sql.query(
      'UPDATE fleet.webhook_target SET failures = 0, open_until = NULL WHERE key = $1 AND (failures > 0 OR open_until IS NOT NULL)',
      [key],
    );
    return;
  }
  const { rows } = await sql.query(
    'UPDATE fleet.webhook_target SET failures = failures + 1 WHERE key = $1 RETURNING failures',
    [key],
  );
  const failures = z.object({ failures: z.int() }).optional().parse(rows[0])?.failures ?? 0;
  const until = pauseUntil({ failures, retryAfterMs: retryAfter, now });
  if (until === undefined) return;
  await sql.query(
    'UPDATE fleet.webhook_target SET open_until = greatest(open_until, $2::timestamptz) WHERE key = $1',
    [key, new Date(until)],
  );
}
