import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { Sql } from '../platform/database.ts';
import { AVAILABLE_CREDITS } from './hundredths.ts';

/** Work to pay for that is no capture of a search: a page score, a report's own analysis. */
export interface WorkReservation {
  accountId: string;
  /** Each is settled or released by itself; ids are unique for ever. Whole credits; what costs nothing is not entered. */
  parts: readonly { id: string; credits: number }[];
  priceVersion: string;
  /** Epoch milliseconds after which the parts are released by `releaseExpired`; null: their owner always resolves them. */
  expiresAt: number | null;
  now: number;
}

const RESERVE = `
  WITH asked AS (
    SELECT * FROM json_to_recordset($2) AS part (id text, credits integer)
  ), held AS (
    UPDATE fleet.account_balance SET reserved = reserved + $3
    WHERE account_id = $1 AND (unlimited OR posted - reserved >= $3) RETURNING account_id
  ), entries AS (
    INSERT INTO fleet.ledger_entry (id, account_id, child_id, kind, amount, debit, credit, price_version, created_at)
    SELECT asked.id || ':reserve', account_id, asked.id, 'reserve', credits, 'available', 'reserved', $4, $5
    FROM asked, held
  )
  INSERT INTO fleet.open_work (id, account_id, amount, created_at, expires_at)
  SELECT asked.id, account_id, credits, $5, $6 FROM asked, held`;

const balanceRow = z.object({ available: z.number() });

/**
 * Reserves credits for work, all parts or none, in the transaction that accepts it. Throws ApiError INSUFFICIENT_CREDITS
 * with `required` and `available` in its details.
 */
export async function reserveWork(sql: Sql, work: WorkReservation): Promise<void> {
  const parts = work.parts.filter(({ credits }) => credits > 0);
  const required = parts.reduce((sum, { credits }) => sum + credits, 0);
  if (required === 0) return;
  const { rowCount } = await sql.query(RESERVE, [
    ...[work.accountId, JSON.stringify(parts), required, work.priceVersion, new Date(work.now)],
    work.expiresAt === null ? null : new Date(work.expiresAt),
  ]);
  if (rowCount === parts.length) return;
  const { rows } = await sql.query(
    `SELECT ${AVAILABLE_CREDITS} AS available FROM fleet.account_balance b WHERE account_id = $1`,
    [work.accountId],
  );
  const { available } = balanceRow.parse(rows[0]);
  throw new ApiError(
    'INSUFFICIENT_CREDITS',
    `this needs ${required} credits, ${available} available; nothing was started`,
    { details: { required, available } },
  );
}

const RESOLVE = `
  , resolved AS (
    INSERT INTO fleet.ledger_entry (id, account_id, child_id, kind, amount, debit, credit, created_at)
    SELECT id || ':end', account_id, id, $2, amount, 'reserved',
      CASE WHEN $2 = 'settle' THEN 'spent' ELSE 'available' END, $3
    FROM ended
    ON CONFLICT (child_id) WHERE kind IN ('settle', 'release') DO NOTHING
    RETURNING account_id, amount
  ), change AS (
    SELECT account_id, sum(amount) AS amount FROM resolved GROUP BY account_id
  ), balanced AS (
    UPDATE fleet.account_balance b SET reserved = reserved - change.amount,
      posted = posted - CASE WHEN $2 = 'settle' THEN change.amount ELSE 0 END
    FROM change WHERE b.account_id = change.account_id
  )
  SELECT count(*)::integer AS parts FROM resolved`;

const resolvedRow = z.object({ parts: z.int() });

/**
 * Spends or gives back what is reserved for parts, in the transaction that ended them. Each part is resolved once: what was
 * resolved before, or cost nothing, is passed over. Returns how many were resolved now.
 */
export async function resolveWork(
  sql: Sql,
  ids: readonly string[],
  how: 'settle' | 'release',
  now: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await sql.query(
    `WITH ended AS (
       DELETE FROM fleet.open_work WHERE id = ANY($1::text[]) RETURNING id, account_id, amount
     ) ${RESOLVE}`,
    [[...ids], how, new Date(now)],
  );
  return resolvedRow.parse(rows[0]).parts;
}

/** Gives back what is reserved for work whose process died before it could say how it ended; returns how many parts. */
export async function releaseExpired(sql: Sql, now: number): Promise<number> {
  const { rows } = await sql.query(
    `WITH due AS (
       SELECT id FROM fleet.open_work WHERE expires_at < $1 ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED
     ), ended AS (
       DELETE FROM fleet.open_work WHERE id IN (SELECT id FROM due) RETURNING id, account_id, amount
     ) ${RESOLVE}`,
    [new Date(now), 'release', new Date(now)],
  );
  return resolvedRow.parse(rows[0]).parts;
}
