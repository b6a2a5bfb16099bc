import type { Sql } from '../platform/database.ts';

/** Channel that wakes couriers when deliveries became due out of turn. */
export const WEBHOOK_CHANNEL = 'fleet_webhook';

/** Wakes couriers, when the transaction commits. */
export async function announceDeliveries(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_notify($1, '')`, [WEBHOOK_CHANNEL]);
}
