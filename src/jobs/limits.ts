import { z } from 'zod';
import type { Sql } from '../platform/database.ts';

/** So many requests per window and key. A key that was idle may spend them all at once (GCRA, specs/edge.md 6.1). */
export interface RatePolicy {
  name: 'submit' | 'request';
  quota: number;
  windowS: number;
}

/** What a bucket said. Times come from the database, whose clock all processes share. */
export interface RateState {
  allowed: boolean;
  /** Requests that would be admitted right now. */
  remaining: number;
  /** Until one more is: milliseconds. */
  waitMs: number;
  /** Epoch milliseconds of the answer. */
  atMs: number;
}

const rateRow = z.object({
  allowed: z.boolean(),
  remaining: z.int(),
  wait_us: z.coerce.number(),
  at_us: z.coerce.number(),
});

/** Takes one request out of a key's bucket, where there is one left. Exact for any number of processes. */
export async function takeRate(sql: Sql, keyId: string, policy: RatePolicy): Promise<RateState> {
  const { rows } = await sql.query('SELECT * FROM fleet.take_rate($1, $2, $3)', [
    bucketOf(keyId, policy),
    policy.quota,
    policy.windowS * 1_000_000,
  ]);
  const row = rateRow.parse(rows[0]);
  return {
    allowed: row.allowed,
    remaining: row.remaining,
    waitMs: row.wait_us / 1000,
    atMs: row.at_us / 1000,
  };
}

/** Puts one back: the request turned out to be free (a 304). */
export async function refundRate(sql: Sql, keyId: string, policy: RatePolicy): Promise<void> {
  await sql.query(`UPDATE fleet.rate_state SET tat = tat - $2 * interval '1 microsecond' WHERE bucket = $1`, [
    bucketOf(keyId, policy),
    Math.max(1, Math.floor((policy.windowS * 1_000_000) / policy.quota)),
  ]);
}

function bucketOf(keyId: string, policy: RatePolicy): string {
  return `${policy.name}:${keyId}`;
}

/** Forgets buckets that have been full for a day. */
export async function sweepRates(sql: Sql): Promise<void> {
  await sql.query(`DELETE FROM fleet.rate_state WHERE tat < clock_timestamp() - interval '1 day'`);
}

/**
 * The limit in the reference's headers and in those of the IETF draft (draft-ietf-httpapi-ratelimit-headers-10,
 * 2025-09-23). `Reset` and `t` tell when one more request is admitted, not when all are.
 */
export function rateHeaders(policy: RatePolicy, state: RateState): Record<string, string> {
  const seconds = Math.max(1, Math.ceil(state.waitMs / 1000));
  return {
    'x-ratelimit-limit': String(policy.quota),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': String(Math.ceil((state.atMs + state.waitMs) / 1000)),
    'ratelimit-policy': `"${policy.name}";q=${policy.quota};w=${policy.windowS}`,
    ratelimit: `"${policy.name}";r=${state.remaining};t=${seconds}`,
  };
}

/**
 * Seconds a refused client is told to wait: never too early, and up to 10 % late by `jitter` (0 to 1), so that a herd
 * does not come back as one.
 */
export function retryAfterSeconds(waitMs: number, jitter: number): number {
  return Math.max(1, Math.ceil((waitMs * (1 + 0.1 * jitter)) / 1000));
}
