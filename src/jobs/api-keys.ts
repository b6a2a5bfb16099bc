import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import type { Sql } from '../platform/database.ts';
import { DEFAULT_ACCOUNT, KEY_MODES, type KeyMode, SCOPES, type Scope } from './account.ts';
import { isPlausibleKey, newKeyText } from './api-key-text.ts';
import { type FrontName, KEY_FRONTS } from './key-fronts.ts';

/** Channel on which a key's revocation is announced; payload: the key's id. */
export const KEY_CHANNEL = 'fleet_key_revoked';

/** What may be shown of a key once it exists. */
export interface ApiKeyInfo {
  id: string;
  accountId: string;
  label: string;
  mode: KeyMode;
  scopes: Scope[];
  versionPin: string | null;
  lastFour: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const KEY_COLUMNS = `id, account_id AS "accountId", label, mode, scopes, version_pin AS "versionPin",
  last_four AS "lastFour", created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt",
  revoked_at AS "revokedAt"`;

const keyRow = z.object({
  id: z.string(),
  accountId: z.string(),
  label: z.string(),
  mode: z.enum(KEY_MODES),
  scopes: z.array(z.enum(SCOPES)),
  versionPin: z.string().nullable(),
  lastFour: z.string(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});

export interface NewKey {
  label: string;
  /** Default: the first account. */
  accountId?: string;
  /** Default: live. */
  mode?: KeyMode;
  /** Whose clients will hold it: decides how the key begins, and its scopes unless given. Default: our own. */
  front?: FrontName;
  /** Default: those of the front, else all. */
  scopes?: readonly Scope[];
  versionPin?: string | null;
  /** Epoch milliseconds; null (default): never. */
  expiresAt?: number | null;
}

/** Makes a key. `key` is shown this once; only its SHA-256 is stored. */
export async function createKey(
  sql: Sql,
  given: NewKey,
  now: number,
): Promise<{ key: string; info: ApiKeyInfo }> {
  const key = newKeyText(given.mode, given.front);
  const info = await insertKey(sql, key, given, now);
  if (info === undefined) throw new TypeError('a fresh key cannot exist already');
  return { key, info };
}

/**
 * Makes a given text a valid key (`FLEET_API_KEY`) of the first account with all scopes: any of 20 or more characters.
 * Repeating it changes nothing; a key revoked before stays revoked.
 */
export async function acceptKey(sql: Sql, plaintext: string, now: number): Promise<void> {
  if (!isPlausibleKey(plaintext)) {
    throw new FleetError(
      'CONFIG_INVALID',
      'FLEET_API_KEY must have 20 to 512 characters (and a right checksum when it begins as one of ours does: aisk_live_, aisk_test_, sellm_, sw_api_live_, rp_live_)',
    );
  }
  await insertKey(sql, plaintext, { label: 'FLEET_API_KEY', mode: modeOf(plaintext) }, now);
}

function modeOf(key: string): KeyMode {
  return key.startsWith('aisk_test_') ? 'test' : 'live';
}

async function insertKey(sql: Sql, key: string, given: NewKey, now: number): Promise<ApiKeyInfo | undefined> {
  const { rows } = await sql.query(
    `INSERT INTO fleet.api_key
       (id, account_id, label, mode, scopes, version_pin, hash, last_four, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (hash) DO NOTHING RETURNING ${KEY_COLUMNS}`,
    [
      randomUUID(),
      given.accountId ?? DEFAULT_ACCOUNT,
      given.label,
      given.mode ?? 'live',
      [...(given.scopes ?? (given.front === undefined ? SCOPES : KEY_FRONTS[given.front].scopes))],
      given.versionPin ?? null,
      hashOfKey(key),
      key.slice(-4),
      new Date(now),
      given.expiresAt == null ? null : new Date(given.expiresAt),
    ],
  );
  return keyRow.optional().parse(rows[0]);
}

/** The keys of an account, or of all, the oldest first. */
export async function listKeys(sql: Sql, accountId?: string): Promise<ApiKeyInfo[]> {
  const { rows } = await sql.query(
    `SELECT ${KEY_COLUMNS} FROM fleet.api_key WHERE account_id = coalesce($1, account_id) ORDER BY created_at, id`,
    [accountId ?? null],
  );
  return z.array(keyRow).parse(rows);
}

/**
 * Revokes a key by its id, of this account where one is given; undefined when there is no such key. Refused everywhere
 * at once where the announcement arrives, and within 5 s (the caches' life) where it does not.
 */
export async function revokeKey(
  sql: Sql,
  id: string,
  now: number,
  accountId?: string,
): Promise<ApiKeyInfo | undefined> {
  if (!z.uuid().safeParse(id).success) return undefined;
  const { rows } = await sql.query(
    `WITH revoked AS (
       UPDATE fleet.api_key SET revoked_at = coalesce(revoked_at, $2)
       WHERE id = $1 AND account_id = coalesce($3, account_id) RETURNING *
     )
     SELECT ${KEY_COLUMNS}, pg_notify('${KEY_CHANNEL}', id::text) FROM revoked`,
    [id, new Date(now), accountId ?? null],
  );
  return keyRow.optional().parse(rows[0]);
}

/** What is stored of a key: SHA-256, which is enough for 178 random bits. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
