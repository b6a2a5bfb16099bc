import { z } from 'zod';
import { artifactsSchema } from '../contract/envelope.ts';
import type { JobId } from '../contract/ids.ts';
import type { Database, Sql } from '../platform/database.ts';

const BATCH = 200;

/** What the children of a retired job left in the store. */
export interface LeftProof {
  jobId: JobId;
  artifacts: z.infer<typeof artifactsSchema>[];
}

const dueRow = z.object({ id: z.string() });
const leftRow = z.object({
  jobId: z.string().transform((id) => id as JobId),
  artifacts: z.array(artifactsSchema),
});

/**
 * Retires, in one transaction, up to 200 jobs that ended before `endedBefore` (epoch milliseconds): query, request and
 * Envelopes go, ids, states and the hashes of what was captured stay. Their idempotency keys are forgotten, and
 * their events with the webhook bodies made of them. What they left in the store is told by `readLeftProof` until
 * `proofDeleted` is called. Returns how many children were retired.
 */
export async function retireJobs(
  db: Database,
  { endedBefore, now }: { endedBefore: number; now: number },
): Promise<number> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `SELECT j.id FROM fleet.job j
       WHERE j.retired_at IS NULL AND j.created_at < $1 AND NOT EXISTS (
         SELECT 1 FROM fleet.child c WHERE c.job_id = j.id AND (c.completed_at IS NULL OR c.completed_at >= $1))
       ORDER BY j.created_at LIMIT ${BATCH} FOR UPDATE OF j SKIP LOCKED`,
      [new Date(endedBefore)],
    );
    const ids = z
      .array(dueRow)
      .parse(rows)
      .map((row) => row.id);
    if (ids.length === 0) return 0;
    await sql.query(
      `UPDATE fleet.job SET retired_at = $2, proof_left_since = $2, query = '', request = '{}' WHERE id = ANY($1)`,
      [ids, new Date(now)],
    );
    for (const table of ['idempotency', 'event', 'job_webhook']) {
      await sql.query(`DELETE FROM fleet.${table} WHERE job_id = ANY($1)`, [ids]);
    }
    return emptyChildren(sql, ids);
  });
}

async function emptyChildren(sql: Sql, jobIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE fleet.child SET envelope = NULL, last_message = NULL,
       envelope_sha256 = encode(sha256(convert_to(envelope::text, 'UTF8')), 'hex')
     WHERE job_id = ANY($1)`,
    [[...jobIds]],
  );
  return rowCount;
}

/** Up to 200 retired jobs whose proof is not yet known to be deleted, by id from after `after` on. */
export async function readLeftProof(sql: Sql, after: string): Promise<LeftProof[]> {
  const { rows } = await sql.query(
    `SELECT j.id AS "jobId", coalesce(json_agg(c.artifacts) FILTER (WHERE c.artifacts IS NOT NULL), '[]') AS artifacts
     FROM fleet.job j LEFT JOIN fleet.child c ON c.job_id = j.id
     WHERE j.proof_left_since IS NOT NULL AND j.id > $1 GROUP BY j.id ORDER BY j.id LIMIT ${BATCH}`,
    [after],
  );
  return z.array(leftRow).parse(rows);
}

/** Says that nothing of these jobs lies in the store any more. */
export async function proofDeleted(sql: Sql, jobIds: readonly JobId[]): Promise<void> {
  await sql.query('UPDATE fleet.job SET proof_left_since = NULL WHERE id = ANY($1)', [[...jobIds]]);
}

/** When a job of this account passed its retention; undefined when it did not, or there is none. */
export async function retiredAt(sql: Sql, accountId: string, jobId: JobId): Promise<Date | undefined> {
  const { rows } = await sql.query(
    'SELECT retired_at AS at FROM fleet.job WHERE id = $1 AND account_id = $2 AND retired_at IS NOT NULL',
    [jobId, accountId],
  );
  return z.object({ at: z.date() }).optional().parse(rows[0])?.at;
}
