import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database, Sql } from '../platform/database.ts';
import { allowance, pauseAfterBegin } from './schedule.ts';

const dueRow = z.object({
  id: z.string(),
  eventId: z.string(),
  accountId: z.string(),
  jobId: z.string(),
  receiver: z.string(),
  url: z.string(),
  target: z.string(),
  apiVersion: z.string(),
  tries: z.int(),
  scheduledFrom: z.date(),
  leaseId: z.string(),
  body: z.instanceof(Buffer),
  requestSecret: z.instanceof(Buffer).nullable(),
  requestId: z.string(),
  traceparent: z.string().nullable(),
});

/** A delivery in a courier's hands, and all an attempt needs. */
export type DueDelivery = z.infer<typeof dueRow>;

const targetRow = z.object({ key: z.string(), failures: z.int(), openUntil: z.date().nullable() });
type Target = z.infer<typeof targetRow>;

export interface ClaimTerms {
  now: number;
  /** Deliveries wanted at most. */
  free: number;
  /** Of these, at most so many for targets whose last attempt failed: those that hang must not take every slot. */
  freeForFailing: number;
  /** A courier that dies gives its deliveries back after this long. */
  leaseMs: number;
}

const FREE = '(d.lease_until IS NULL OR d.lease_until <= $1)';

/**
 * Takes deliveries that are due: targets in turn, sound ones first, each at most five at a time over all couriers, one
 * per five minutes while its circuit is open. Couriers skip the targets another one is just serving.
 */
export async function claimDue(db: Database, terms: ClaimTerms): Promise<DueDelivery[]> {
  if (terms.free <= 0) return [];
  const leaseId = randomUUID();
  const claimed = await db.transaction(async (sql) => {
    const targets = await lockTargets(sql, terms);
    if (targets.length === 0) return 0;
    const inFlight = await countInFlight(sql, targets, terms.now);
    let { free, freeForFailing } = terms;
    for (const target of targets) {
      const { failures, openUntil, key } = target;
      const may = allowance({
        ...{ failures, openUntil: openUntil?.getTime(), now: terms.now },
        inFlight: inFlight.get(key) ?? 0,
      });
      const wanted = Math.min(may, free, failures > 0 ? freeForFailing : free);
      if (wanted <= 0) continue;
      const taken = await lease(sql, target, wanted, leaseId, terms);
      free -= taken;
      if (failures > 0) freeForFailing -= taken;
    }
    return terms.free - free;
  });
  return claimed === 0 ? [] : readLeased(db, leaseId);
}

async function lockTargets(sql: Sql, { now, free }: ClaimTerms): Promise<Target[]> {
  const { rows } = await sql.query(
    `SELECT t.key, t.failures, t.open_until AS "openUntil" FROM fleet.webhook_target t
     WHERE (t.open_until IS NULL OR t.open_until <= $1) AND EXISTS (
       SELECT 1 FROM fleet.webhook_delivery d
       WHERE d.target = t.key AND d.state = 'pending' AND d.due_at <= $1 AND ${FREE})
     ORDER BY t.failures > 0, t.served_at, t.key LIMIT $2 FOR UPDATE OF t SKIP LOCKED`,
    [new Date(now), free],
  );
  return z.array(targetRow).parse(rows);
}

async function countInFlight(
  sql: Sql,
  targets: readonly Target[],
  now: number,
): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `SELECT target, count(*)::integer AS count FROM fleet.webhook_delivery
     WHERE target = ANY ($1) AND lease_until > $2 GROUP BY target`,
    [targets.map((target) => target.key), new Date(now)],
  );
  const counts = z.array(z.object({ target: z.string(), count: z.int() })).parse(rows);
  return new Map(counts.map(({ target, count }) => [target, count]));
}

async function lease(
  sql: Sql,
  target: Target,
  wanted: number,
  leaseId: string,
  { now, leaseMs }: ClaimTerms,
): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.webhook_delivery SET lease_id = $3, lease_until = $4 WHERE id IN (
       SELECT d.id FROM fleet.webhook_delivery d
       WHERE d.target = $2 AND d.state = 'pending' AND d.due_at <= $1 AND ${FREE}
       ORDER BY d.due_at LIMIT $5 FOR UPDATE SKIP LOCKED)`,
    [new Date(now), target.key, leaseId, new Date(now + leaseMs), wanted],
  );
  const pause = pauseAfterBegin(target.failures, now);
  await sql.query('UPDATE fleet.webhook_target SET served_at = $2, open_until = $3 WHERE key = $1', [
    target.key,
    new Date(now),
    pause === undefined ? null : new Date(pause),
  ]);
  return rowCount;
}

async function readLeased(sql: Sql, leaseId: string): Promise<DueDelivery[]> {
  const { rows } = await sql.query(
    `SELECT d.id, d.event_id AS "eventId", d.account_id AS "accountId", d.job_id AS "jobId", d.receiver, d.url, d.target,
       d.api_version AS "apiVersion", d.tries, d.scheduled_from AS "scheduledFrom", d.lease_id AS "leaseId", b.body,
       CASE WHEN d.receiver = 'request' THEN w.secret END AS "requestSecret", j.request_id AS "requestId",
       j.traceparent
     FROM fleet.webhook_delivery d
     JOIN fleet.webhook_body b ON b.event_id = d.event_id AND b.api_version = d.api_version
     JOIN fleet.job j ON j.id = d.job_id LEFT JOIN fleet.job_webhook w ON w.job_id = d.job_id
     WHERE d.lease_id = $1`,
    [leaseId],
  );
  return z.array(dueRow).parse(rows);
}
