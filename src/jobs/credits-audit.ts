import { z } from 'zod';
import type { ChildId } from '../contract/ids.ts';
import type { Database, Sql } from '../platform/database.ts';

/** What an audit found and put right. All zero, unless there is a bug. */
export interface AuditFindings {
  /** Reservations whose child had ended, or is gone, without being resolved, and which no open work holds: released. */
  released: number;
  /** Accounts whose count of open children was wrong: recounted. */
  recounted: number;
}

const suspectRow = z.object({ accountId: z.string() });
const strayRow = z.object({ id: z.string().transform((id) => id as ChildId), amount: z.int() });
const openRow = z.object({ open: z.int() });

/**
 * Accounts whose balance is not what their open children and open work say, in one snapshot; none, unless there is a bug.
 * Cheap: only what is under way is looked at.
 */
export async function accountsOutOfBalance(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query(
    `WITH held AS (
       SELECT c.account_id, 1 AS children, coalesce(r.amount, 0) AS reserved
       FROM fleet.child c LEFT JOIN fleet.ledger_entry r ON r.child_id = c.id AND r.kind = 'reserve'
       WHERE c.status IN ('queued', 'processing')
       UNION ALL SELECT account_id, 0, amount FROM fleet.open_work
     ), open AS (
       SELECT account_id, sum(children) AS children, sum(reserved) AS reserved FROM held GROUP BY account_id
     )
     SELECT b.account_id AS "accountId" FROM fleet.account_balance b LEFT JOIN open USING (account_id)
     WHERE b.reserved <> coalesce(open.reserved, 0) OR b.open_children <> coalesce(open.children, 0)`,
  );
  return z
    .array(suspectRow)
    .parse(rows)
    .map(({ accountId }) => accountId);
}

const reservedRow = z.object({ reserved: z.coerce.number() });

/** Credits of all accounts that are reserved for captures under way. */
export async function readReserved(sql: Sql): Promise<number> {
  const { rows } = await sql.query(
    'SELECT coalesce(sum(reserved), 0) AS reserved FROM fleet.account_balance',
  );
  return reservedRow.parse(rows[0]).reserved;
}

/** Puts right what `accountsOutOfBalance` finds: releases what is reserved for ended children, counts the open ones again. */
export async function auditCredits(db: Database, now: number): Promise<AuditFindings> {
  const findings = { released: 0, recounted: 0 };
  for (const accountId of await accountsOutOfBalance(db)) {
    const found = await db.transaction((sql) => putRight(sql, accountId, now));
    findings.released += found.released;
    findings.recounted += found.recounted;
  }
  return findings;
}

async function putRight(sql: Sql, accountId: string, now: number): Promise<AuditFindings> {
  const locked = await sql.query(
    'SELECT open_children AS open FROM fleet.account_balance WHERE account_id = $1 FOR UPDATE',
    [accountId],
  );
  const counted = openRow.parse(locked.rows[0]).open;
  const { rows } = await sql.query(
    `INSERT INTO fleet.ledger_entry (id, account_id, child_id, kind, amount, debit, credit, note, created_at)
     SELECT r.child_id || ':end', r.account_id, r.child_id, 'release', r.amount, 'reserved', 'available', 'audit', $2
     FROM fleet.ledger_entry r LEFT JOIN fleet.child c ON c.id = r.child_id
     WHERE r.account_id = $1 AND r.kind = 'reserve' AND (c.id IS NULL OR c.status NOT IN ('queued', 'processing'))
       AND NOT EXISTS (SELECT 1 FROM fleet.open_work w WHERE w.id = r.child_id)
       AND NOT EXISTS (SELECT 1 FROM fleet.ledger_entry e WHERE e.child_id = r.child_id AND e.kind IN ('settle', 'release'))
     ON CONFLICT DO NOTHING RETURNING child_id AS id, amount`,
    [accountId, new Date(now)],
  );
  const strays = z.array(strayRow).parse(rows);
  const open = await sql.query(
    `UPDATE fleet.account_balance SET reserved = reserved - $2, open_children = (
       SELECT count(*) FROM fleet.child WHERE account_id = $1 AND status IN ('queued', 'processing'))
     WHERE account_id = $1 RETURNING open_children AS open`,
    [accountId, strays.reduce((sum, { amount }) => sum + amount, 0)],
  );
  return { released: strays.length, recounted: openRow.parse(open.rows[0]).open === counted ? 0 : 1 };
}
