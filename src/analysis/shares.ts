import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Sql } from '../platform/database.ts';
import { sha256Hex } from '../platform/identifiers.ts';

const DAY_MS = 86_400_000;
/** How long a link works unless told otherwise (specs/analysis.md A.3). */
export const SHARE_DAYS = 30;

/** A link that shows a report to whoever has it. */
export interface Share {
  id: string;
  reportId: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

const COLUMNS = `id, report_id AS "reportId", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt"`;

const shareRow = z.object({
  id: z.string(),
  reportId: z.string(),
  createdAt: z.date(),
  expiresAt: z.date(),
  revokedAt: z.date().nullable(),
});

/** A new link; the token has 256 bits, is told once and only its hash is kept. */
export async function createShare(
  sql: Sql,
  given: { accountId: string; reportId: string; days: number; now: number },
): Promise<{ share: Share; token: string }> {
  const token = randomBytes(32).toString('base64url');
  const { rows } = await sql.query(
    `INSERT INTO fleet.report_share (id, token_hash, report_id, account_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
    [
      ...[randomUUID(), sha256Hex(token), given.reportId, given.accountId, new Date(given.now)],
      new Date(given.now + given.days * DAY_MS),
    ],
  );
  return { share: shareRow.parse(rows[0]), token };
}

export async function listShares(sql: Sql, accountId: string, reportId: string): Promise<Share[]> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.report_share WHERE account_id = $1 AND report_id = $2 ORDER BY created_at DESC`,
    [accountId, reportId],
  );
  return z.array(shareRow).parse(rows);
}

/** One link of the account; undefined when there is none. */
export async function readShare(sql: Sql, accountId: string, id: string): Promise<Share | undefined> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.report_share WHERE account_id = $1 AND id = $2`,
    [accountId, id],
  );
  return shareRow.optional().parse(rows[0]);
}

/** Lets a link end `days` from now; undefined when the account has no such link, or it was taken back. */
export async function extendShare(
  sql: Sql,
  accountId: string,
  id: string,
  { days, now }: { days: number; now: number },
): Promise<Share | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.report_share SET expires_at = $3
     WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
    [accountId, id, new Date(now + days * DAY_MS)],
  );
  return shareRow.optional().parse(rows[0]);
}

/** Takes a link back for good; false when the account has no such link. */
export async function revokeShare(sql: Sql, accountId: string, id: string, now: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.report_share SET revoked_at = coalesce(revoked_at, $3) WHERE account_id = $1 AND id = $2`,
    [accountId, id, new Date(now)],
  );
  return (rowCount ?? 0) > 0;
}

/** Whose report a token shows; undefined when it never did, was taken back or ran out. */
export async function readShared(
  sql: Sql,
  token: string,
  now: number,
): Promise<{ accountId: string; reportId: string } | undefined> {
  const { rows } = await sql.query(
    `SELECT account_id AS "accountId", report_id AS "reportId" FROM fleet.report_share
     WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2`,
    [sha256Hex(token), new Date(now)],
  );
  return z.object({ accountId: z.string(), reportId: z.string() }).optional().parse(rows[0]);
}
