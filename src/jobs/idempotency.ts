import canonicalize from 'canonicalize';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { JobId } from '../contract/ids.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { KeyMode } from './account.ts';

/** How long a key keeps replaying (specs/edge.md 2). */
export const IDEMPOTENCY_TTL_MS = 7 * 24 * 3_600_000;

/** A use of a key. Live and test keys are kept apart: a test's capture must never answer for a live one. */
export interface KeyClaim {
  accountId: string;
  mode: KeyMode;
  key: string;
  fingerprint: string;
  jobId: JobId;
  now: number;
}

const claimRow = z.object({ jobId: z.string(), bodyHash: z.string(), createdAt: z.date() });

/**
 * Fingerprint of what was asked, without the key: SHA-256 of the canonical JSON (RFC 8785) of the normalised request,
 * so that key order, aliases, sugar and explicit defaults make no difference.
 */
export function requestFingerprint(request: SearchRequest): string {
  const { idempotencyKey: _key, ...asked } = request;
  return sha256Hex(canonicalize(asked) ?? '');
}

/**
 * Claims a key for `jobId` inside the submit's transaction, or finds the job that has it. A claim under way in another
 * transaction is waited for, 5 s at most. Throws IDEMPOTENCY_CONFLICT and IDEMPOTENCY_IN_PROGRESS.
 */
export async function claimKey(sql: Sql, claim: KeyClaim): Promise<{ replayOf: JobId | undefined }> {
  if (await inserted(sql, claim)) return { replayOf: undefined };
  const { rows } = await sql.query(
    `SELECT job_id AS "jobId", body_hash AS "bodyHash", created_at AS "createdAt"
     FROM fleet.idempotency WHERE account_id = $1 AND mode = $2 AND key = $3`,
    [claim.accountId, claim.mode, claim.key],
  );
  const first = claimRow.optional().parse(rows[0]);
  // Swept between the two statements: the client's retry starts afresh.
  if (first === undefined) throw inProgress();
  if (first.bodyHash === claim.fingerprint) return { replayOf: first.jobId as JobId };
  throw new ApiError(
    'IDEMPOTENCY_CONFLICT',
    `idempotencyKey '${claim.key}' was already used with a different body ` +
      `(first used ${isoTime(first.createdAt.getTime())}, job ${first.jobId})`,
  );
}

/** Forgets keys past their time; returns how many. */
export async function sweepKeys(sql: Sql, now: number): Promise<number> {
  const { rowCount } = await sql.query('DELETE FROM fleet.idempotency WHERE created_at < $1', [
    new Date(now - IDEMPOTENCY_TTL_MS),
  ]);
  return rowCount;
}

async function inserted(sql: Sql, claim: KeyClaim): Promise<boolean> {
  try {
    const { rowCount } = await sql.query(
      `WITH patience AS (SELECT set_config('lock_timeout', '5s', true))
       INSERT INTO fleet.idempotency (account_id, mode, key, body_hash, job_id, created_at)
       SELECT $1, $2, $3, $4, $5, $6::timestamptz FROM patience ON CONFLICT DO NOTHING`,
      [claim.accountId, claim.mode, claim.key, claim.fingerprint, claim.jobId, new Date(claim.now)],
    );
    return rowCount === 1;
  } catch (error) {
    // 55P03 lock_not_available: the first request with this key is still committing.
    if (errorCode(error) === '55P03') throw inProgress(error);
    throw error;
  }
}

function inProgress(cause?: unknown): ApiError {
  return new ApiError('IDEMPOTENCY_IN_PROGRESS', 'a request with this idempotencyKey is being processed', {
    headers: { 'retry-after': '1' },
    cause,
  });
}
