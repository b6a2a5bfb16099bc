import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import type { Caller } from '../jobs/account.ts';
import { reserveWork } from '../jobs/open-work.ts';
import { isoTime } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { Queue } from '../platform/queue.ts';
import { addPage } from './content-pages.ts';
import { CONTENT_PRICE_VERSION, type Depth, partsOfRun, sumOf } from './content-prices.ts';
import { type ContentRun, contentRunSchema, RUN_COLUMNS } from './content-run.ts';

/** A run ends within this: clients of the reference give up at 900 s (specs/analysis.md A.2). */
export const RUN_TIME_MS = 14 * 60_000;

export interface ContentAsked {
  url: string;
  language: string | null;
  country: string | null;
  depth: Depth;
  idempotencyKey: string | null;
}

export interface StartContext {
  caller: Caller;
  requestId: RequestId;
  /** Epoch milliseconds. */
  now: number;
}

export interface StartedRun {
  run: ContentRun;
  /** True when an earlier request with the same key started it. */
  replayed: boolean;
}

/**
 * Accepts a run, whole or not at all, in one transaction: its key, its row, the capture of its page as a child of the fleet,
 * its credits. The same key and body
 * give the same run, for as long as the run is kept. Throws ApiError IDEMPOTENCY_CONFLICT, INSUFFICIENT_CREDITS.
 */
export async function startContentRun(
  db: Database,
  queue: Queue,
  asked: ContentAsked,
  context: StartContext,
): Promise<StartedRun> {
  const { idempotencyKey, ...body } = asked;
  const bodyHash = sha256Hex(canonicalize(body) ?? '');
  const { accountId, mode } = context.caller;
  return db.transaction(async (sql) => {
    const id = randomUUID();
    const parts = partsOfRun({ id, depth: asked.depth, mode });
    const run = await inserted(sql, asked, context, { id, bodyHash, estimated: sumOf(parts) });
    if (run === undefined) return replay(sql, { accountId, mode, key: idempotencyKey ?? '', bodyHash });
    const page = { url: asked.url, mode: asked.depth === 'full' ? 'rendered' : 'ssr' } as const;
    const { now, caller, requestId } = context;
    const submitted = { ...page, caller, requestId, now, deadlineAt: now + RUN_TIME_MS };
    await addPage(sql, queue, { runId: id, ordinal: 0 }, submitted);
    // Last, because it locks the account's balance until the commit: what is refused here leaves nothing behind.
    await reserveWork(sql, {
      accountId,
      parts,
      priceVersion: CONTENT_PRICE_VERSION,
      expiresAt: null,
      now,
    });
    return { run, replayed: false };
  });
}

/** The new run; undefined when its key is taken. A claim under way in another transaction is waited for. */
async function inserted(
  sql: Sql,
  asked: ContentAsked,
  { caller, requestId, now }: StartContext,
  { id, bodyHash, estimated }: { id: string; bodyHash: string; estimated: number },
): Promise<ContentRun | undefined> {
  const { rows } = await sql.query(
    `INSERT INTO fleet.content_run (id, account_id, key_id, mode, request_id, url, language, country, depth,
       idempotency_key, body_hash, estimated, created_at, deadline_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (account_id, mode, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
     RETURNING ${RUN_COLUMNS}`,
    [
      ...[id, caller.accountId, caller.keyId, caller.mode, requestId],
      ...[asked.url, asked.language, asked.country, asked.depth, asked.idempotencyKey, bodyHash, estimated],
      ...[new Date(now), new Date(now + RUN_TIME_MS)],
    ],
  );
  return contentRunSchema.optional().parse(rows[0]);
}

const hashRow = z.object({ bodyHash: z.string() });

async function replay(
  sql: Sql,
  given: { accountId: string; mode: string; key: string; bodyHash: string },
): Promise<StartedRun> {
  const { rows } = await sql.query(
    `SELECT ${RUN_COLUMNS}, body_hash AS "bodyHash" FROM fleet.content_run
     WHERE account_id = $1 AND mode = $2 AND idempotency_key = $3`,
    [given.accountId, given.mode, given.key],
  );
  const run = contentRunSchema.parse(rows[0]);
  if (hashRow.parse(rows[0]).bodyHash === given.bodyHash) return { run, replayed: true };
  throw new ApiError(
    'IDEMPOTENCY_CONFLICT',
    `idempotency_key '${given.key}' was already used with a different body ` +
      `(first used ${isoTime(run.createdAt.getTime())}, run ${run.id})`,
  );
}
