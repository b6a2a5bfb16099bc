import canonicalize from 'canonicalize';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import { storableJson } from '../contract/storable-text.ts';
import type { Caller } from '../jobs/account.ts';
import type { Database, Sql } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import { sha256Hex } from '../platform/identifiers.ts';

/** A POST that may be sent again without being done again. */
export interface OnceAsked<T> {
  caller: Caller;
  /** Idempotency-Key; null: done every time. */
  key: string | null;
  /** Method, path and body. */
  asked: unknown;
  /** What the answer must look like when it is read again. */
  schema: z.ZodType<T>;
  now: number;
}

/** How long a key keeps replaying, as for searches (specs/edge.md 2). */
const KEPT_MS = 7 * 24 * 3_600_000;

const keptRow = z.object({ bodyHash: z.string(), answer: z.unknown() });

/**
 * Does `work` in one transaction with the claim of its key; the same key and body give the first answer again. A first
 * request that still commits is waited for, 5 s at most. Throws IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS; what `work`
 * throws leaves the key free.
 */
export async function once<T>(
  db: Database,
  { caller, key, asked, schema, now }: OnceAsked<T>,
  work: (sql: Sql) => Promise<T>,
): Promise<{ answer: T; replayed: boolean }> {
  if (key === null) return { answer: await db.transaction(work), replayed: false };
  const bodyHash = sha256Hex(canonicalize(asked) ?? '');
  const place = [caller.accountId, caller.mode, key];
  return db.transaction(async (sql) => {
    await sql.query('DELETE FROM fleet.kept_answer WHERE created_at < $1', [new Date(now - KEPT_MS)]);
    if (!(await claimed(sql, [...place, bodyHash, new Date(now)]))) {
      const { rows } = await sql.query(
        `SELECT body_hash AS "bodyHash", answer FROM fleet.kept_answer
         WHERE account_id = $1 AND mode = $2 AND key = $3`,
        place,
      );
      const kept = keptRow.parse(rows[0]);
      if (kept.bodyHash === bodyHash) return { answer: schema.parse(kept.answer), replayed: true };
      throw new ApiError(
        'IDEMPOTENCY_CONFLICT',
        `Idempotency-Key '${key}' was already used with a different body`,
      );
    }
    const answer = await work(sql);
    await sql.query(
      'UPDATE fleet.kept_answer SET answer = $4 WHERE account_id = $1 AND mode = $2 AND key = $3',
      [...place, storableJson(answer)],
    );
    return { answer, replayed: false };
  });
}

async function claimed(sql: Sql, values: readonly unknown[]): Promise<boolean> {
  try {
    const { rowCount } = await sql.query(
      `WITH patience AS (SELECT set_config('lock_timeout', '5s', true))
       INSERT INTO fleet.kept_answer (account_id, mode, key, body_hash, created_at)
       SELECT $1, $2, $3, $4, $5::timestamptz FROM patience ON CONFLICT DO NOTHING`,
      values,
    );
    return rowCount === 1;
  } catch (error) {
    // 55P03 lock_not_available: the first request with this key is still committing.
    if (errorCode(error) !== '55P03') throw error;
    throw new ApiError('IDEMPOTENCY_IN_PROGRESS', 'a request with this Idempotency-Key is being processed', {
      headers: { 'retry-after': '1' },
      cause: error,
    });
  }
}
