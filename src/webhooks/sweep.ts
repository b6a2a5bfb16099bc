import type { Sql } from '../platform/database.ts';
import { HORIZON_MS } from './schedule.ts';

const HOUR_MS = 3_600_000;
/** How long events, bodies and the delivery log are kept. */
export const LOG_KEPT_MS = 30 * 24 * HOUR_MS;

/**
 * Ends what no attempt will end: deliveries that waited behind an open circuit beyond their 24 hours (and one more, in
 * which a courier that was away can still make their last attempt). Forgets old events with all that hangs on them,
 * and idle targets. Returns how many deliveries died.
 */
export async function sweepDeliveries(sql: Sql, now: number): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.webhook_delivery SET state = 'dead', finished_at = $1
     WHERE state = 'pending' AND scheduled_from <= $2 AND (lease_until IS NULL OR lease_until <= $1)`,
    [new Date(now), new Date(now - HORIZON_MS - HOUR_MS)],
  );
  await sql.query(
    `DELETE FROM fleet.event WHERE id IN (
       SELECT e.id FROM fleet.event e WHERE e.created_at < $1 AND e.expanded_at IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM fleet.webhook_delivery d WHERE d.event_id = e.id AND d.state = 'pending')
       LIMIT 5000)`,
    [new Date(now - LOG_KEPT_MS)],
  );
  await sql.query(
    `DELETE FROM fleet.webhook_target t WHERE t.served_at < $1 AND NOT EXISTS (
       SELECT 1 FROM fleet.webhook_delivery d WHERE d.target = t.key AND d.state = 'pending')`,
    [new Date(now - 24 * HOUR_MS)],
  );
  return rowCount;
}
