import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';
import { type Caller, DEFAULT_ACCOUNT } from './account.ts';
import { isPlausibleKey, newKeyText } from './api-key-text.ts';

/** What may be shown of a key once it exists. */
export interface ApiKeyInfo {
  id: string;
  label: string;
  lastFour: string;
  createdAt: Date;
  revokedAt: Date | null;
}

const KEY_COLUMNS = `id, label, last_four AS "lastFour", created_at AS "createdAt", revoked_at AS "revokedAt"`;

const keyRow = z.object({
  id: z.string(),
  label: z.string(),
  lastFour: z.string(),
  createdAt: z.date(),
  revokedAt: z.date().nullable(),
});

/** Makes a key. `key` is shown this once; only its SHA-256 is stored. */
export async function createKey(
  sql: Sql,
  label: string,
  now: number,
): Promise<{ key: string; info: ApiKeyInfo }> {
  const key = newKeyText();
  const { rows } = await sql.query(
    `INSERT INTO fleet.api_key (id, account_id, label, hash, last_four, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${KEY_COLUMNS}`,
    [randomUUID(), DEFAULT_ACCOUNT, label, hashOf(key), key.slice(-4), new Date(now)],
  );
  return { key, info: keyRow.parse(rows[0]) };
}

/**
 * Makes a given text a valid key (`FLEET_API_KEY`): any of 20 or more characters. Repeating it changes nothing; a key
 * revoked before stays revoked.
 */
export async function acceptKey(sql: Sql, plaintext: string, now: number): Promise<void> {
  if (!isPlausibleKey(plaintext)) {
    throw new FleetError(
      'CONFIG_INVALID',
      'FLEET_API_KEY must have 20 to 512 characters (and a right checksum when it begins with aisk_live_)',
    );
  }
  await sql.query(
    `INSERT INTO fleet.api_key (id, account_id, label, hash, last_four, created_at)
     VALUES ($1, $2, 'FLEET_API_KEY', $3, $4, $5) ON CONFLICT (hash) DO NOTHING`,
    [randomUUID(), DEFAULT_ACCOUNT, hashOf(plaintext), plaintext.slice(-4), new Date(now)],
  );
}

/** All keys, the oldest first. */
export async function listKeys(sql: Sql): Promise<ApiKeyInfo[]> {
  const { rows } = await sql.query(`SELECT ${KEY_COLUMNS} FROM fleet.api_key ORDER BY created_at, id`);
  return z.array(keyRow).parse(rows);
}

/** Revokes a key by its id; false when there is no such key. Refused everywhere within 5 s (the caches' life). */
export async function revokeKey(sql: Sql, id: string, now: number): Promise<boolean> {
  if (!z.uuid().safeParse(id).success) return false;
  const { rowCount } = await sql.query(
    'UPDATE fleet.api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1',
    [id, new Date(now)],
  );
  return rowCount === 1;
}

/** Finds out whose key a text is; undefined when it is none, or a revoked one. */
export type KeyCheck = (plaintext: string) => Promise<Caller | undefined>;

const CACHE_MS = 5_000;
const CACHE_SIZE = 1_000;
const callerRow = z.object({ accountId: z.string(), keyId: z.string() });

/** A key check with a memory of at most 5 s and 1 000 keys. Keys with a wrong checksum never reach the database. */
export function keyCheck(sql: Sql, clock: Clock): KeyCheck {
  const known = new Map<string, { caller: Caller | undefined; until: number }>();
  return async (plaintext) => {
    if (!isPlausibleKey(plaintext)) return undefined;
    const hash = hashOf(plaintext);
    const name = hash.toString('hex');
    const hit = known.get(name);
    if (hit !== undefined && hit.until > clock.monotonic()) return hit.caller;
    const { rows } = await sql.query(
      `SELECT account_id AS "accountId", id AS "keyId" FROM fleet.api_key WHERE hash = $1 AND revoked_at IS NULL`,
      [hash],
    );
    const caller = callerRow.optional().parse(rows[0]);
    known.delete(name);
    if (known.size >= CACHE_SIZE) known.delete(known.keys().next().value ?? '');
    // An unknown key is not remembered: it may be created in the next moment.
    if (caller !== undefined) known.set(name, { caller, until: clock.monotonic() + CACHE_MS });
    return caller;
  };
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
