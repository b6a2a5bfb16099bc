import { z } from 'zod';
import type { Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';

const RENEW_MS = 5_000;
/** A slot whose process died is free after this long (specs/edge.md P18). */
const LEASE_S = 15;

const countRow = z.object({ running: z.int() });

/** A lease on one of an account's sync slots. */
export interface SyncSlot {
  id: string;
  accountId: string;
}

/**
 * Takes a slot where one of `limit` is free, in a transaction that holds the account's balance row: nobody counts at
 * the same time. False when all are taken.
 */
export async function takeSyncSlot(sql: Sql, slot: SyncSlot, limit: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO fleet.sync_slot (id, account_id, expires_at)
     SELECT $1, $2, clock_timestamp() + interval '${LEASE_S} s'
     WHERE (SELECT count(*) FROM fleet.sync_slot WHERE account_id = $2 AND expires_at > clock_timestamp()) < $3`,
    [slot.id, slot.accountId, limit],
  );
  return rowCount === 1;
}

/** How many sync requests of an account wait now. */
export async function countSyncSlots(sql: Sql, accountId: string): Promise<number> {
  const { rows } = await sql.query(
    `SELECT count(*)::integer AS running FROM fleet.sync_slot
     WHERE account_id = $1 AND expires_at > clock_timestamp()`,
    [accountId],
  );
  return countRow.parse(rows[0]).running;
}

/** Removes leases that ran out; returns how many. */
export async function sweepSyncSlots(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query('DELETE FROM fleet.sync_slot WHERE expires_at < clock_timestamp()');
  return rowCount;
}

/** The slots this process holds, renewed every 5 s until they are freed. */
export class SyncSlots {
  readonly #sql: Sql;
  readonly #log: Log;
  readonly #held = new Map<string, SyncSlot>();
  #renewal: NodeJS.Timeout | undefined;

  constructor(sql: Sql, log: Log) {
    this.#sql = sql;
    this.#log = log;
  }

  start(): void {
    this.#renewal = setInterval(() => void this.#renew(), RENEW_MS);
    this.#renewal.unref();
  }

  close(): void {
    clearInterval(this.#renewal);
  }

  /** Keeps a slot that was taken alive. */
  hold(slot: SyncSlot): void {
    this.#held.set(slot.id, slot);
  }

  /** Gives a slot back. When the database is away it runs out by itself. */
  async free(slot: SyncSlot): Promise<void> {
    this.#held.delete(slot.id);
    try {
      await this.#sql.query('DELETE FROM fleet.sync_slot WHERE id = $1', [slot.id]);
    } catch (error) {
      this.#log.warn({ err: error }, 'a sync slot could not be freed; it runs out by itself');
    }
  }

  async #renew(): Promise<void> {
    const held = [...this.#held.values()];
    if (held.length === 0) return;
    try {
      await this.#sql.query(
        `INSERT INTO fleet.sync_slot (id, account_id, expires_at)
         SELECT id, account_id, clock_timestamp() + interval '${LEASE_S} s'
         FROM unnest($1::uuid[], $2::text[]) AS held (id, account_id)
         ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
        [held.map(({ id }) => id), held.map(({ accountId }) => accountId)],
      );
    } catch (error) {
      this.#log.warn({ err: error }, 'sync slots could not be renewed; the next round tries again');
    }
    // Freed while the renewal was under way: it must not come back.
    const gone = held.filter(({ id }) => !this.#held.has(id));
    await Promise.all(gone.map((slot) => this.free(slot)));
  }
}
