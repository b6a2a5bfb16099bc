import { z } from 'zod';
import type { Database, Sql } from '../platform/database.ts';
import { announceDeliveries } from './channel.ts';
import { REQUEST_RECEIVER } from './expand.ts';
import { ensureTargets } from './target.ts';

/** `in_flight`: an attempt is under way; `receiver_gone`: its endpoint was deleted or disabled. */
export type Replay = 'replayed' | 'in_flight' | 'receiver_gone' | 'unknown';

/** Dead deliveries begun anew by one call. */
export const BULK_REPLAY_MAX = 10_000;

const leasedRow = z.object({ target: z.string(), receiver: z.string(), leaseUntil: z.date().nullable() });

const RECEIVER_LIVES = `(d.receiver = '${REQUEST_RECEIVER}' OR EXISTS (
  SELECT 1 FROM fleet.webhook_endpoint p WHERE p.id = d.receiver AND p.disabled_at IS NULL))`;

/**
 * Begins a delivery's schedule anew, whatever became of it: the same event id and bytes, new timestamps. Its target's
 * circuit is closed, because a person who replays knows that the receiver is back.
 */
export async function replayDelivery(
  db: Database,
  accountId: string,
  id: string,
  now: number,
): Promise<Replay> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `SELECT target, receiver, lease_until AS "leaseUntil" FROM fleet.webhook_delivery
       WHERE id = $1 AND account_id = $2 FOR UPDATE`,
      [id, accountId],
    );
    const found = leasedRow.optional().parse(rows[0]);
    if (found === undefined) return 'unknown';
    if (found.leaseUntil !== null && found.leaseUntil.getTime() > now) return 'in_flight';
    const begun = await beginAnew(sql, 'd.id = $2', id, now);
    if (begun.length === 0) return 'receiver_gone';
    await wakeTargets(sql, begun, now);
    return 'replayed';
  });
}

/** Begins anew what died of an account's events since a time, 10 000 at most, the oldest first; tells how many. */
export async function replayDead(db: Database, accountId: string, since: Date, now: number): Promise<number> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `SELECT id FROM fleet.webhook_delivery WHERE account_id = $1 AND state = 'dead' AND created_at >= $2
       ORDER BY created_at, id LIMIT ${BULK_REPLAY_MAX} FOR UPDATE SKIP LOCKED`,
      [accountId, since],
    );
    const ids = z.array(z.object({ id: z.string() })).parse(rows);
    const begun = await beginAnew(
      sql,
      'd.id = ANY ($2)',
      ids.map((row) => row.id),
      now,
    );
    await wakeTargets(sql, begun, now);
    return begun.length;
  });
}

/** Targets of the deliveries that were begun anew, one per delivery. */
async function beginAnew(sql: Sql, where: string, value: string | string[], now: number): Promise<string[]> {
  const { rows } = await sql.query(
    `UPDATE fleet.webhook_delivery d SET state = 'pending', tries = 0, scheduled_from = $1, due_at = $1,
       lease_id = NULL, lease_until = NULL, finished_at = NULL
     WHERE ${where} AND ${RECEIVER_LIVES} RETURNING d.target`,
    [new Date(now), value],
  );
  return z
    .array(z.object({ target: z.string() }))
    .parse(rows)
    .map((row) => row.target);
}

async function wakeTargets(sql: Sql, targets: readonly string[], now: number): Promise<void> {
  if (targets.length === 0) return;
  await ensureTargets(sql, targets, now);
  await sql.query('UPDATE fleet.webhook_target SET failures = 0, open_until = NULL WHERE key = ANY ($1)', [
    [...targets],
  ]);
  await announceDeliveries(sql);
}
