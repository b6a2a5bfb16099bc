import { z } from 'zod';
import type { Sql } from '../platform/database.ts';
import { DEFAULT_ACCOUNT } from './account.ts';
import { grantCredits } from './credits.ts';
import { POSTED_CREDITS } from './hundredths.ts';

export const PLANS = ['credits', 'unlimited'] as const;

export type Plan = (typeof PLANS)[number];

/** An account as a person sees it. */
export interface AccountInfo {
  id: string;
  name: string;
  plan: Plan;
  createdAt: Date;
  /** Posted credits, what is reserved for running captures included; two decimals at most. */
  credits: number;
  reserved: number;
  /** Captures accepted and not ended. */
  openChildren: number;
}

const accountRow = z.object({
  id: z.string(),
  name: z.string(),
  plan: z.enum(PLANS),
  createdAt: z.date(),
  credits: z.number(),
  reserved: z.int(),
  openChildren: z.int(),
});

export interface NewAccount {
  id: string;
  name: string;
  plan?: Plan;
  /** Granted once, when the account is made; two decimals at most. */
  startCredits: number;
  now: number;
}

/** Makes an account with its start credits; false when it exists, which is left as it is. */
export async function createAccount(sql: Sql, account: NewAccount): Promise<boolean> {
  const { id, name, plan = 'credits', startCredits, now } = account;
  const { rowCount } = await sql.query(
    `WITH made AS (
       INSERT INTO fleet.account (id, name, plan, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING RETURNING id
     )
     INSERT INTO fleet.account_balance (account_id, unlimited) SELECT id, $3 = 'unlimited' FROM made`,
    [id, name, plan, new Date(now)],
  );
  if (rowCount === 1) await grantStart(sql, id, startCredits, now);
  return rowCount === 1;
}

/** Once per account, however often it is asked for. */
async function grantStart(sql: Sql, accountId: string, amount: number, now: number): Promise<void> {
  if (amount > 0)
    await grantCredits(sql, { accountId, amount, note: 'start credits', now, id: `start:${accountId}` });
}

/** Makes sure that the installation's first account exists and got its start credits, once. */
export async function ensureFirstAccount(
  sql: Sql,
  given: { startCredits: number; now: number },
): Promise<void> {
  const { startCredits, now } = given;
  await createAccount(sql, { id: DEFAULT_ACCOUNT, name: 'first account', startCredits, now });
  await grantStart(sql, DEFAULT_ACCOUNT, startCredits, now);
}

const ACCOUNT_COLUMNS = `a.id, a.name, a.plan, a.created_at AS "createdAt", ${POSTED_CREDITS} AS credits, b.reserved,
  b.open_children AS "openChildren"`;

/** All accounts, the oldest first. */
export async function listAccounts(sql: Sql): Promise<AccountInfo[]> {
  const { rows } = await sql.query(
    `SELECT ${ACCOUNT_COLUMNS} FROM fleet.account a JOIN fleet.account_balance b ON b.account_id = a.id
     ORDER BY a.created_at, a.id`,
  );
  return z.array(accountRow).parse(rows);
}

/** One account; undefined when there is none. */
export async function readAccount(sql: Sql, id: string): Promise<AccountInfo | undefined> {
  const { rows } = await sql.query(
    `SELECT ${ACCOUNT_COLUMNS} FROM fleet.account a JOIN fleet.account_balance b ON b.account_id = a.id
     WHERE a.id = $1`,
    [id],
  );
  return accountRow.optional().parse(rows[0]);
}

/** What an account has asked for so far, and what it has left (`GET /v1/usage` of the reference). */
export interface Usage {
  plan: Plan;
  usage: { totalJobs: number; bySurface: Record<string, number> };
  balance: { plan: Plan; credits: number | null; unlimited: boolean };
}

const usageRow = z.object({ surface: z.string(), captures: z.int() });

/** Counts every capture accepted for live keys, surface by surface; those of test keys cost nothing and do not count. */
export async function readUsage(sql: Sql, accountId: string): Promise<Usage | undefined> {
  const account = await readAccount(sql, accountId);
  if (account === undefined) return undefined;
  const { rows } = await sql.query(
    'SELECT surface, captures FROM fleet.account_usage WHERE account_id = $1 ORDER BY surface',
    [accountId],
  );
  const used = z.array(usageRow).parse(rows);
  const unlimited = account.plan === 'unlimited';
  return {
    plan: account.plan,
    usage: {
      totalJobs: used.reduce((sum, { captures }) => sum + captures, 0),
      bySurface: Object.fromEntries(used.map(({ surface, captures }) => [surface, captures])),
    },
    balance: { plan: account.plan, credits: unlimited ? null : account.credits, unlimited },
  };
}
