import { z } from 'zod';
import type { ChildId } from '../contract/ids.ts';
import { OUTCOME_RULES, OUTCOMES } from '../contract/outcome.ts';
import type { Sql } from '../platform/database.ts';
import { hundredthsOf, POSTED_CREDITS } from './hundredths.ts';

/** Outcomes that cost what was reserved; every other end is free (specs/edge.md 15.3). */
const CHARGED = OUTCOMES.filter((outcome) => OUTCOME_RULES[outcome].charged);

const RESOLVE = `
  WITH ended AS (
    SELECT c.id, c.account_id, r.amount,
      (c.status = 'completed' AND c.outcome = ANY($2::text[])) AS charged
    FROM fleet.child c LEFT JOIN fleet.ledger_entry r ON r.child_id = c.id AND r.kind = 'reserve'
    WHERE c.id = ANY($1::text[]) AND c.completed_at IS NOT NULL
  ), resolved AS (
    INSERT INTO fleet.ledger_entry (id, account_id, child_id, kind, amount, debit, credit, created_at)
    SELECT id || ':end', account_id, id, CASE WHEN charged THEN 'settle' ELSE 'release' END, amount, 'reserved',
      CASE WHEN charged THEN 'spent' ELSE 'available' END, $3
    FROM ended WHERE amount IS NOT NULL
    ON CONFLICT (child_id) WHERE kind IN ('settle', 'release') DO NOTHING
    RETURNING account_id, kind, amount
  ), locked AS (
    SELECT account_id FROM fleet.account_balance
    WHERE account_id IN (SELECT account_id FROM ended) ORDER BY account_id FOR UPDATE
  ), change AS (
    SELECT account_id,
      (SELECT count(*) FROM ended e WHERE e.account_id = l.account_id) AS ended,
      (SELECT coalesce(sum(amount), 0) FROM resolved r WHERE r.account_id = l.account_id) AS resolved,
      (SELECT coalesce(sum(amount), 0) FROM resolved r WHERE r.account_id = l.account_id AND kind = 'settle') AS spent
    FROM locked l
  )
  UPDATE fleet.account_balance b
  SET posted = posted - change.spent, reserved = reserved - change.resolved,
    open_children = open_children - change.ended
  FROM change WHERE b.account_id = change.account_id`;

/**
 * Resolves the reservations of children that have just ended, in the transaction that ended them and after their rows
 * say so (one that has not ended is left alone): a charged outcome is spent, anything else goes back. Each child also
 * leaves its account's queue. The balance rows are locked in the order of their ids, after the children's: no two ends
 * can wait for each other.
 */
export async function settleCredits(sql: Sql, childIds: readonly ChildId[], now: number): Promise<void> {
  if (childIds.length === 0) return;
  await sql.query(RESOLVE, [[...childIds], CHARGED, new Date(now)]);
}

/** A correction of an account's credits by a person. */
export interface Grant {
  accountId: string;
  /**
   * Positive gives, negative takes back (never below what is reserved, unless the plan is unlimited). Two decimals at most.
   */
  amount: number;
  note: string;
  now: number;
  /** Repeating a grant with the same id changes nothing. */
  id: string;
}

const balanceRow = z.object({ credits: z.number() });

/**
 * Enters a grant (or an adjustment downwards) and tells the new posted balance; undefined when the id was used before. Throws
 * RangeError for an amount with more than two decimals.
 */
export async function grantCredits(sql: Sql, grant: Grant): Promise<number | undefined> {
  const hundredths = hundredthsOf(grant.amount);
  if (hundredths === undefined) throw new RangeError(`${grant.amount} credits are no whole hundredths`);
  const amount = Math.ceil(Math.abs(grant.amount));
  const kind = grant.amount > 0 ? 'grant' : 'adjust';
  const [debit, credit] = grant.amount > 0 ? ['granted', 'available'] : ['available', 'granted'];
  const { rows } = await sql.query(
    `WITH entry AS (
       INSERT INTO fleet.ledger_entry (id, account_id, kind, amount, hundredths_short, debit, credit, note, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING RETURNING account_id
     )
     UPDATE fleet.account_balance b SET posted = posted + $10::integer + (hundredths + $11::integer) / 100,
       hundredths = (hundredths + $11::integer) % 100
     FROM entry WHERE b.account_id = entry.account_id RETURNING ${POSTED_CREDITS} AS credits`,
    [
      ...[`grant:${grant.id}`, grant.accountId, kind, amount, amount * 100 - Math.abs(hundredths)],
      ...[debit, credit, grant.note, new Date(grant.now)],
      // Whole credits, rounded down, and from 0 to 99 hundredths on top: of what is taken back, too.
      ...[Math.floor(hundredths / 100), hundredths - Math.floor(hundredths / 100) * 100],
    ],
  );
  return balanceRow.optional().parse(rows[0])?.credits;
}
