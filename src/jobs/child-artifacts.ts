import { z } from 'zod';
import { artifactsSchema } from '../contract/envelope.ts';
import type { ChildId, ChildIdParts } from '../contract/ids.ts';
import type { Sql } from '../platform/database.ts';

/** What a child's capture left, as its row says. */
export interface ChildArtifacts {
  id: ChildId;
  artifacts: z.infer<typeof artifactsSchema> | null;
  /** Hash of the Envelope's bytes as they were stored; null when there is none. */
  envelopeSha256: string | null;
  /** When its job passed its retention: the hashes are all that is left. */
  retiredAt: Date | null;
}

const row = z.object({
  id: z.string().transform((id) => id as ChildId),
  artifacts: artifactsSchema.nullable(),
  envelopeSha256: z.string().nullable(),
  retiredAt: z.date().nullable(),
});

/** Keys and hashes of a child's artefacts; undefined when there is no such child in this account. */
export async function readArtifacts(
  sql: Sql,
  accountId: string,
  id: ChildIdParts,
): Promise<ChildArtifacts | undefined> {
  const { rows } = await sql.query(
    `SELECT c.id, c.artifacts, j.retired_at AS "retiredAt",
       coalesce(c.envelope_sha256, encode(sha256(convert_to(c.envelope::text, 'UTF8')), 'hex')) AS "envelopeSha256"
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE j.id = $1 AND j.account_id = $2 AND c.surface = $3 AND c.method = $4 AND c.region_key = $5
       AND c.replicate = $6`,
    [id.jobId, accountId, id.surface, id.method, id.regionKey, id.replicate],
  );
  return row.optional().parse(rows[0]);
}

const refersRow = z.object({
  id: z.string(),
  keep: z.boolean(),
  artifacts: artifactsSchema.nullable(),
});

/**
 * What children say about the store: `keep` when the child has not ended (nothing of it may go), else the artefacts it
 * refers to; none for retired ones. Children that do not exist are absent.
 */
export async function readReferences(
  sql: Sql,
  childIds: readonly string[],
): Promise<Map<string, { keep: boolean; artifacts: ChildArtifacts['artifacts'] }>> {
  const { rows } = await sql.query(
    `SELECT c.id, c.completed_at IS NULL AS keep, CASE WHEN j.retired_at IS NULL THEN c.artifacts END AS artifacts
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id WHERE c.id = ANY($1)`,
    [[...childIds]],
  );
  const found = z.array(refersRow).parse(rows);
  return new Map(found.map(({ id, keep, artifacts }) => [id, { keep, artifacts }]));
}

const endedRow = z.object({
  id: z.string().transform((id) => id as ChildId),
  requestedAt: z.date(),
  artifacts: artifactsSchema.nullable(),
});

/** A child that has ended, what it refers to, and when it was asked for. */
export type EndedChild = z.infer<typeof endedRow>;

const BATCH = 200;

/**
 * Up to 200 children that ended from `from` on and before `to` (epoch milliseconds) and of which another attempt than the one
 * that settled may have stored something: those of several attempts, and those that ended without proof. By id, from after
 * `after` on; without those of retired jobs.
 */
export async function readManyTimesTried(
  sql: Sql,
  { from, to }: { from: number; to: number },
  after: string,
): Promise<EndedChild[]> {
  const { rows } = await sql.query(
    // Materialized: else it may look for the first 200 ids among all children there ever were.
    `WITH ended AS MATERIALIZED (
       SELECT id, job_id, artifacts FROM fleet.child WHERE completed_at >= $1 AND completed_at < $2
         AND (attempts > 1 OR (attempts > 0 AND artifacts IS NULL)))
     SELECT c.id, j.created_at AS "requestedAt", c.artifacts FROM ended c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.id > $3 AND j.retired_at IS NULL ORDER BY c.id LIMIT ${BATCH}`,
    [new Date(from), new Date(to), after],
  );
  return z.array(endedRow).parse(rows);
}
