import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';
import type { Listener } from '../platform/listener.ts';
import { type Caller, KEY_MODES, SCOPES } from './account.ts';
import { isPlausibleKey } from './api-key-text.ts';
import { hashOfKey, KEY_CHANNEL } from './api-keys.ts';

/** Finds out whose key a text is; undefined when it is none, or one that is revoked or expired. */
export type KeyCheck = (plaintext: string) => Promise<Caller | undefined>;

const CACHE_MS = 5_000;
const CACHE_SIZE = 1_000;
/** `last_used_at` is written at most this often. */
const USED_EVERY_MS = 60_000;

const callerRow = z.object({
  accountId: z.string(),
  keyId: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  mode: z.enum(KEY_MODES),
  versionPin: z.string().nullable(),
  suspended: z.boolean(),
  hash: z.instanceof(Buffer),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
});

interface Known {
  caller: Caller;
  /** Epoch milliseconds after which the key itself is over. */
  expiresAt: number;
  /** Monotonic milliseconds until which this may be believed. */
  until: number;
}

/**
 * Knows keys for at most 5 s and forgets a revoked one as soon as the revocation is announced. Keys with a wrong
 * checksum never reach the database; an unknown key is not remembered, it may be created in the next moment.
 */
export class KeyRing {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  #unsubscribe: (() => void) | undefined;

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Begins to hear revocations; without it a key lives on for up to 5 s. */
  async start(listener: Listener): Promise<void> {
    const forgetAll = (): void => this.#known.clear();
    this.#unsubscribe = await listener.subscribe(KEY_CHANNEL, (keyId) => this.#forget(keyId), forgetAll);
  }

  close(): void {
    this.#unsubscribe?.();
  }

  /** Whether a text was a good key to this process not long ago; answered from memory alone. */
  isFamiliar(plaintext: string): boolean {
    return this.#known.has(hashOfKey(plaintext).toString('hex'));
  }

  readonly check: KeyCheck = async (plaintext) => {
    if (!isPlausibleKey(plaintext)) return undefined;
    const hash = hashOfKey(plaintext);
    const name = hash.toString('hex');
    const hit = this.#known.get(name);
    const known =
      hit !== undefined && hit.until > this.#clock.monotonic() ? hit : await this.#look(hash, name);
    return known !== undefined && known.expiresAt > this.#clock.now() ? known.caller : undefined;
  };

  #forget(keyId: string): void {
    for (const [name, { caller }] of this.#known) if (caller.keyId === keyId) this.#known.delete(name);
  }

  async #look(hash: Buffer, name: string): Promise<Known | undefined> {
    this.#known.delete(name);
    const { rows } = await this.#sql.query(
      `SELECT k.account_id AS "accountId", id AS "keyId", scopes, mode, version_pin AS "versionPin", hash,
         expires_at AS "expiresAt", last_used_at AS "lastUsedAt", NOT coalesce(f.enabled, true) AS suspended
       FROM fleet.api_key k LEFT JOIN fleet.account_feature f ON f.account_id = k.account_id AND f.feature = 'api'
       WHERE hash = $1 AND revoked_at IS NULL`,
      [hash],
    );
    const row = callerRow.optional().parse(rows[0]);
    if (row === undefined || !timingSafeEqual(row.hash, hash)) return undefined;
    const { hash: _hash, expiresAt, lastUsedAt, ...caller } = row;
    const now = this.#clock.now();
    const known = {
      caller,
      expiresAt: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      until: this.#clock.monotonic() + CACHE_MS,
    };
    if (now - (lastUsedAt?.getTime() ?? 0) > USED_EVERY_MS) await this.#used(caller.keyId, now);
    if (this.#known.size >= CACHE_SIZE) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(name, known);
    return known;
  }

  async #used(keyId: string, now: number): Promise<void> {
    await this.#sql.query(
      'UPDATE fleet.api_key SET last_used_at = greatest(coalesce(last_used_at, $2), $2) WHERE id = $1',
      [keyId, new Date(now)],
    );
  }
}
