import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { ApiError, FleetError } from '../contract/errors.ts';
import type { ChildId } from '../contract/ids.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import type { Caller } from './account.ts';
import { AVAILABLE_CREDITS } from './hundredths.ts';
import { currentPrices, type FlatPrice } from './price-table.ts';
import { countSyncSlots, takeSyncSlot } from './sync-slots.ts';

/** How much an account may have under way. */
export interface AdmissionLimits {
  /** Sync requests waiting at once. */
  sync: number;
  /** Captures accepted and not ended. */
  queue: number;
  /** Captures that all accounts together may still add; asked a moment ago, so not exact. */
  roomInAll: number;
  /** The most that all accounts together may have. */
  queueInAll: number;
}

/** What an account has under way, the request itself included. */
export interface AccountLoad {
  running: number;
  queued: number;
}

export interface AdmissionRequest {
  caller: Caller;
  children: readonly { id: ChildId; surface: SurfaceName; regionKey: string }[];
  /** Id of the sync slot to take; null for async. */
  syncSlot: string | null;
  /** Undefined: none (the fleet's own commands). */
  limits: AdmissionLimits | undefined;
  /** Epoch milliseconds. */
  now: number;
  /** What each capture costs, where it is not the surface's own price. */
  price?: FlatPrice | undefined;
}

interface Priced {
  id: ChildId;
  surface: SurfaceName;
  region: string;
  credits: number;
}

const NO_LIMITS: AdmissionLimits = {
  sync: 1_000_000,
  queue: 1_000_000_000,
  roomInAll: 1_000_000_000,
  queueInAll: 1_000_000_000,
};
/** A balance can change between refusal and the look at why; this often it is tried again. */
const TRIES = 3;

/**
 * Admits a search of an account, or throws why not, in the submit's transaction: a sync slot, room in the queue, and
 * credits reserved child by child. The balance row stays locked until the commit, so that none of the three can be
 * overdrawn. Throws ApiError CONCURRENCY_LIMIT_EXCEEDED, QUEUE_CAPACITY_EXCEEDED, INSUFFICIENT_CREDITS.
 */
export async function admit(sql: Sql, request: AdmissionRequest): Promise<AccountLoad> {
  const limits = request.limits ?? NO_LIMITS;
  const priced = priceOf(request);
  for (let attempt = 1; ; attempt++) {
    const load = request.children.length > limits.roomInAll ? undefined : await reserve(sql, request, priced);
    if (load === undefined) {
      await refuse(sql, request, priced, attempt === TRIES);
      continue;
    }
    const { syncSlot, caller } = request;
    if (syncSlot === null) return load;
    if (await takeSyncSlot(sql, { id: syncSlot, accountId: caller.accountId }, limits.sync)) {
      return { ...load, running: load.running + 1 };
    }
    throw tooManySync({ running: limits.sync, queued: load.queued - priced.length }, limits.sync);
  }
}

/** Captures of test keys come from the stage and cost nothing. */
function priceOf({ caller, children, price }: AdmissionRequest): Priced[] {
  const { prices } = currentPrices();
  return children.map(({ id, surface, regionKey }) => ({
    id,
    surface,
    region: regionKey,
    credits: caller.mode === 'test' ? 0 : (price?.credits ?? prices[surface]),
  }));
}

const loadRow = z.object({ running: z.int(), queued: z.int() });

/** Room in the queue and credits, taken in one statement; no row when either is missing. */
const RESERVE = `
  WITH asked AS (
     SELECT * FROM json_to_recordset($5) AS child (id text, surface text, credits integer)
   ), admitted AS (
     UPDATE fleet.account_balance SET reserved = reserved + $2, open_children = open_children + $3
     WHERE account_id = $1 AND open_children + $3 <= $4 AND (unlimited OR posted - reserved >= $2)
     RETURNING account_id, open_children
   ), entries AS (
     INSERT INTO fleet.ledger_entry
       (id, account_id, child_id, kind, amount, debit, credit, price_version, created_at)
     SELECT asked.id || ':reserve', account_id, asked.id, 'reserve', credits, 'available', 'reserved', $6, $7
     FROM asked, admitted WHERE credits > 0
   ), used AS (
     INSERT INTO fleet.account_usage (account_id, surface, captures)
     SELECT account_id, surface, count(*) FROM asked, admitted WHERE $8::text = 'live' GROUP BY account_id, surface
     ON CONFLICT (account_id, surface) DO UPDATE SET captures = account_usage.captures + excluded.captures
   )
   SELECT open_children AS queued, (SELECT count(*)::integer FROM fleet.sync_slot s
     WHERE s.account_id = admitted.account_id AND expires_at > clock_timestamp()) AS running
   FROM admitted`;

async function reserve(
  sql: Sql,
  { caller, limits, now, price }: AdmissionRequest,
  priced: readonly Priced[],
): Promise<AccountLoad | undefined> {
  const { rows } = await sql
    .query(RESERVE, [
      caller.accountId,
      total(priced),
      priced.length,
      (limits ?? NO_LIMITS).queue,
      JSON.stringify(priced),
      price?.version ?? currentPrices().version,
      new Date(now),
      caller.mode,
    ])
    .catch((error: unknown) => {
      if (errorCode(error) !== '55P03') throw error;
      // The lock timeout of the idempotency claim: this account is asked more than one row can take.
      throw new FleetError('DATABASE_UNAVAILABLE', 'the account is busy', { cause: error });
    });
  return loadRow.optional().parse(rows[0]);
}

function total(priced: readonly Priced[]): number {
  return priced.reduce((sum, { credits }) => sum + credits, 0);
}

const balanceRow = z.object({
  available: z.number(),
  unlimited: z.boolean(),
  queued: z.int(),
  endedLastMinute: z.int(),
});

/** Says why an account was refused; returns only when it would not be refused any more and `last` is false. */
async function refuse(
  sql: Sql,
  request: AdmissionRequest,
  priced: readonly Priced[],
  last: boolean,
): Promise<void> {
  const limits = request.limits ?? NO_LIMITS;
  const { accountId } = request.caller;
  const { rows } = await sql.query(
    `SELECT ${AVAILABLE_CREDITS} AS available, unlimited, open_children AS queued,
       (SELECT count(*)::integer FROM fleet.child c
        WHERE c.account_id = b.account_id AND completed_at > $2) AS "endedLastMinute"
     FROM fleet.account_balance b WHERE account_id = $1`,
    [accountId, new Date(request.now - 60_000)],
  );
  const balance = balanceRow.optional().parse(rows[0]);
  if (balance === undefined) throw new TypeError(`no account ${accountId}`);
  const running = await countSyncSlots(sql, accountId);
  const load = { running, queued: balance.queued };
  if (request.syncSlot !== null && running >= limits.sync) throw tooManySync(load, limits.sync);
  const count = priced.length;
  if (balance.queued + count > limits.queue) throw queueFull(balance.queued, limits.queue, count, balance);
  if (count > limits.roomInAll) {
    throw queueFull(limits.queueInAll - Math.max(0, limits.roomInAll), limits.queueInAll, count, balance);
  }
  if (!balance.unlimited && balance.available < total(priced)) throw noCredits(priced, balance.available);
  if (last) throw new TypeError(`account ${accountId} is refused for no reason`);
}

function tooManySync(load: AccountLoad, limit: number): ApiError {
  return new ApiError(
    'CONCURRENCY_LIMIT_EXCEEDED',
    `${load.running} of ${limit} sync captures in flight; retry, or use mode=async`,
    { headers: { ...loadHeaders(load, limit), 'retry-after': String(randomInt(1, 6)) } },
  );
}

function queueFull(
  queued: number,
  limit: number,
  asked: number,
  { endedLastMinute }: { endedLastMinute: number },
): ApiError {
  const seconds = drainSeconds(queued + asked - limit, endedLastMinute);
  return new ApiError(
    'QUEUE_CAPACITY_EXCEEDED',
    `queue holds ${queued} of ${limit} captures; retry in ${seconds} s`,
    { headers: { 'retry-after': String(seconds) } },
  );
}

/** Seconds until `excess` captures have ended, at the pace of the last minute; 1 to 60. */
export function drainSeconds(excess: number, endedLastMinute: number): number {
  if (endedLastMinute === 0) return 60;
  return Math.min(60, Math.max(1, Math.ceil((excess * 60) / endedLastMinute)));
}

function noCredits(priced: readonly Priced[], available: number): ApiError {
  const required = total(priced);
  const perChild = priced.map(({ surface, region, credits }) => ({ surface, region, credits }));
  return new ApiError(
    'INSUFFICIENT_CREDITS',
    `this search needs ${required} credits, ${available} available; nothing was started`,
    { details: { required, available, perChild } },
  );
}

/** `X-Concurrency-*` of the reference: sync requests waiting, and captures accepted but not ended. */
export function loadHeaders(load: AccountLoad, limit: number): Record<string, string> {
  return {
    'x-concurrency-limit': String(limit),
    'x-concurrency-running': String(load.running),
    'x-concurrency-queued': String(load.queued),
  };
}

const openRow = z.object({ open: z.coerce.number() });

/** Captures of all accounts that were accepted and have not ended. */
export async function countOpen(sql: Sql): Promise<number> {
  const { rows } = await sql.query(
    'SELECT coalesce(sum(open_children), 0) AS open FROM fleet.account_balance WHERE open_children > 0',
  );
  return openRow.parse(rows[0]).open;
}

/** What an account has under way, asked without changing anything. */
export async function readLoad(sql: Sql, accountId: string): Promise<AccountLoad> {
  const { rows } = await sql.query(
    `SELECT open_children AS queued, (SELECT count(*)::integer FROM fleet.sync_slot s
       WHERE s.account_id = b.account_id AND expires_at > clock_timestamp()) AS running
     FROM fleet.account_balance b WHERE account_id = $1`,
    [accountId],
  );
  return loadRow.optional().parse(rows[0]) ?? { running: 0, queued: 0 };
}
