import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database, Sql } from '../platform/database.ts';
import { newId } from '../platform/identifiers.ts';
import type { SecretCipher } from '../platform/secret-cipher.ts';

/** How long a rotated secret goes on signing beside its successor. */
export const OVERLAP_MS = 24 * 3_600_000;
/** Secrets of an account that sign at the same time; each adds a signature to every delivery. */
export const MAX_ACTIVE_SECRETS = 5;

/** What may be shown of a secret once it exists. */
export interface SecretInfo {
  id: string;
  lastFour: string;
  createdAt: Date;
  /** Since when (or from when) it no longer signs; null while it does. */
  expiresAt: Date | null;
  revokedAt: Date | null;
}

const COLUMNS = `id, last_four AS "lastFour", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"`;
const infoRow = z.object({
  id: z.string(),
  lastFour: z.string(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});
const ACTIVE = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)';

/** A secret just made; `secret` is shown this once. */
export interface NewSecret {
  secret: string;
  info: SecretInfo;
}

/** Makes a secret of 32 random bytes for an account; undefined when it has as many active ones as it may. */
export async function createSecret(
  db: Database,
  cipher: SecretCipher,
  accountId: string,
  now: number,
): Promise<NewSecret | undefined> {
  return db.transaction(async (sql) => {
    await lockAccount(sql, accountId);
    const { rowCount } = await sql.query(
      `SELECT 1 FROM fleet.webhook_secret WHERE account_id = $1 AND ${ACTIVE}`,
      [accountId, new Date(now)],
    );
    return rowCount >= MAX_ACTIVE_SECRETS ? undefined : insertSecret(sql, cipher, accountId, now);
  });
}

/**
 * Makes a successor of a secret, which signs beside it for 24 h more. Undefined when the account has no such active
 * secret, or it was rotated before.
 */
export async function rotateSecret(
  db: Database,
  cipher: SecretCipher,
  accountId: string,
  id: string,
  now: number,
): Promise<NewSecret | undefined> {
  return db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE fleet.webhook_secret SET expires_at = $3
       WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL AND expires_at IS NULL`,
      [id, accountId, new Date(now + OVERLAP_MS)],
    );
    return rowCount === 1 ? insertSecret(sql, cipher, accountId, now) : undefined;
  });
}

/** Stops a secret from signing at once; undefined when the account has no such secret. Repeating it changes nothing. */
export async function revokeSecret(
  sql: Sql,
  accountId: string,
  id: string,
  now: number,
): Promise<SecretInfo | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.webhook_secret SET revoked_at = coalesce(revoked_at, $3)
     WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`,
    [id, accountId, new Date(now)],
  );
  return infoRow.optional().parse(rows[0]);
}

/** All secrets of an account, the newest first, without their text. */
export async function listSecrets(sql: Sql, accountId: string): Promise<SecretInfo[]> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.webhook_secret WHERE account_id = $1 ORDER BY created_at DESC, id DESC`,
    [accountId],
  );
  return z.array(infoRow).parse(rows);
}

/** Whether deliveries of this account can be signed without a secret of the request's own. */
export async function hasActiveSecret(sql: Sql, accountId: string, now: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `SELECT 1 FROM fleet.webhook_secret WHERE account_id = $1 AND ${ACTIVE} LIMIT 1`,
    [accountId, new Date(now)],
  );
  return rowCount > 0;
}

/** The texts that sign for an account now, the newest first. */
export async function activeSecrets(
  sql: Sql,
  cipher: SecretCipher,
  accountId: string,
  now: number,
): Promise<string[]> {
  const { rows } = await sql.query(
    `SELECT sealed FROM fleet.webhook_secret WHERE account_id = $1 AND ${ACTIVE}
     ORDER BY created_at DESC, id DESC LIMIT ${2 * MAX_ACTIVE_SECRETS}`,
    [accountId, new Date(now)],
  );
  return z
    .array(z.object({ sealed: z.instanceof(Buffer) }))
    .parse(rows)
    .map((row) => cipher.open(row.sealed));
}

async function insertSecret(
  sql: Sql,
  cipher: SecretCipher,
  accountId: string,
  now: number,
): Promise<NewSecret> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const { rows } = await sql.query(
    `INSERT INTO fleet.webhook_secret (id, account_id, sealed, last_four, created_at)
     VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
    [newId('whs'), accountId, cipher.seal(secret), secret.slice(-4), new Date(now)],
  );
  return { secret, info: infoRow.parse(rows[0]) };
}

/** Two makers of one account go one after the other, so that the cap holds. */
async function lockAccount(sql: Sql, accountId: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhook ' || $1, 0))`, [accountId]);
}
