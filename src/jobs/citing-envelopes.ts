import type { Envelope } from '../contract/envelope.ts';
import type { Sql } from '../platform/database.ts';

/** Captures of an account that are looked through, the latest first, and how many are given at most. */
const LOOKED_THROUGH = 300;
const MOST_QUERIES = 20;
const MOST_ENVELOPES = 100;

/**
 * Envelopes of an account's recent captures (the last 300) of every query for which at least one answer had a source of one
 * of these domains; up to 100, the latest first. Captures of the stage and of the live surfaces are never mixed.
 */
export async function readCitingEnvelopes(
  sql: Sql,
  asked: { accountId: string; domains: readonly string[]; origin: 'live' | 'stage' },
): Promise<Envelope[]> {
  const { rows } = await sql.query(
    `WITH recent AS (
       SELECT c.id, c.envelope, c.completed_at, j.query FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
       WHERE c.account_id = $1 AND c.completed_at IS NOT NULL AND c.status = 'completed' AND c.envelope IS NOT NULL
         AND j.origin = $3 AND j.retired_at IS NULL
       ORDER BY c.completed_at DESC LIMIT ${LOOKED_THROUGH}
     ), concerned AS (
       SELECT query, max(completed_at) AS latest FROM recent WHERE EXISTS (
         SELECT 1 FROM json_array_elements(envelope #> '{evidence,sources}') s WHERE s ->> 'domain' = ANY($2))
       GROUP BY query ORDER BY latest DESC LIMIT ${MOST_QUERIES}
     )
     SELECT r.envelope FROM recent r JOIN concerned USING (query)
     ORDER BY r.completed_at DESC, r.id LIMIT ${MOST_ENVELOPES}`,
    [asked.accountId, [...asked.domains], asked.origin],
  );
  // `settle` accepts nothing but an Envelope, and the column is `json`: what comes back is what was stored.
  return rows.map((row) => (row as { envelope: Envelope }).envelope);
}
