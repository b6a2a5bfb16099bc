import { z } from 'zod';
import type { ChildId } from '../contract/ids.ts';
import type { FleetSurface } from '../contract/surface-name.ts';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import type { Queue, QueuedJob } from '../platform/queue.ts';
import { CHILD_COLUMNS, type ChildRow, childRowSchema } from './child-row.ts';
import { rowsOfKnownSurfaces } from './known-surfaces.ts';
import { MAY_GO, type Route } from './waiting-routes.ts';

/**
 * Who is next (specs/edge.md 6.4, the strict design): a queue job is only a token that says "there is work on this
 * surface"; which child it runs is decided when it is claimed. First comes the account with the fewest captures
 * running, of several the one served longest ago; of its waiting children the one with the highest priority, of
 * several the oldest. So a full queue of one account never keeps another waiting longer than for the next free slot,
 * and priority decides inside an account only. pg-boss's own priority is global and would let one account starve all.
 *
 * Only children that never ran are exchanged; one that waits for its next attempt keeps its token and its backoff.
 */
const WAITING = `status = 'queued' AND attempts = 0`;

/** No heartbeat may be shorter: before that a lease cannot have run out. */
const SILENT_S = 10;

/** Above every priority a client can ask for. */
const AGAIN = 11;

/** Accounts by turn, each with how it stands; `waiting` must give `account_id`. */
const RANKED = `
  LEFT JOIN (SELECT account_id, count(*) AS running FROM fleet.child WHERE status = 'processing' GROUP BY account_id)
    busy USING (account_id)
  LEFT JOIN fleet.account_turn turn USING (account_id)`;
const TURN = `coalesce(busy.running, 0), turn.served_at NULLS FIRST, account_id`;

/** Countries (upper case, `GLOBAL` for untargeted captures) that a worker captures for; undefined: all. */
export type ServedRegions = readonly string[] | undefined;

/** Whether the child `c` is in one of the regions in a parameter; NULL stands for all. */
const SERVED = (parameter: string): string =>
  `(${parameter}::text[] IS NULL OR upper(split_part(c.region_key, ':', 1)) = ANY (${parameter}))`;

/** As SERVED, for one child's region key. */
export function servesRegion(regions: ServedRegions, regionKey: string): boolean {
  return regions === undefined || regions.includes(regionKey.split(':')[0]?.toUpperCase() ?? '');
}

const surfaceRow = z.object({ surface: fleetSurfaceSchema });

/**
 * Surfaces on which children wait, in the order in which they should be served. Those that wait for another attempt go
 * first inside their account; whether one is due yet, the queue knows.
 */
export async function surfacesByTurn(sql: Sql, regions?: ServedRegions): Promise<FleetSurface[]> {
  const { rows } = await sql.query(
    // Jumps from one (surface, account) to the next in the index: thousands of waiting children cost no more than one.
    `WITH RECURSIVE pair AS (
       (SELECT surface, account_id FROM fleet.child WHERE ${WAITING} ORDER BY surface, account_id LIMIT 1)
       UNION ALL
       SELECT following.surface, following.account_id FROM pair CROSS JOIN LATERAL (
         SELECT c.surface, c.account_id FROM fleet.child c
         WHERE ${WAITING} AND (c.surface, c.account_id) > (pair.surface, pair.account_id)
         ORDER BY c.surface, c.account_id LIMIT 1) following
     )
     SELECT waiting.surface FROM (
       SELECT pair.surface, pair.account_id, head.priority, head.arrival FROM pair
       CROSS JOIN LATERAL (
         SELECT c.priority, c.arrival FROM fleet.child c
         WHERE ${WAITING} AND c.surface = pair.surface AND c.account_id = pair.account_id AND ${SERVED('$1')}
         ORDER BY c.priority DESC, c.arrival LIMIT 1) head
       UNION ALL
       SELECT surface, account_id, ${AGAIN}, min(arrival) FROM fleet.child c
       WHERE status = 'queued' AND attempts > 0 AND ${SERVED('$1')} GROUP BY surface, account_id
     ) waiting
     ${RANKED}
     ORDER BY ${TURN}, waiting.priority DESC, waiting.arrival`,
    [regions === undefined ? null : [...regions]],
  );
  return [...new Set(rowsOfKnownSurfaces(surfaceRow, rows).map((row) => row.surface))];
}

/** Surfaces on which a child of these regions is in the hands of somebody who may have fallen silent. */
async function surfacesInHand(sql: Sql, regions: ServedRegions): Promise<FleetSurface[]> {
  const { rows } = await sql.query(
    `SELECT DISTINCT surface FROM fleet.child c
     WHERE status = 'processing' AND claimed_at < now() - interval '${SILENT_S} s' AND ${SERVED('$1')}`,
    [regions === undefined ? null : [...regions]],
  );
  return rowsOfKnownSurfaces(surfaceRow, rows).map((row) => row.surface);
}

/**
 * Fetches a queue job for one of these surfaces, that of the account whose turn it is first; then the others in the
 * order given, in case something was queued meanwhile. Undefined when nothing is due. A worker for certain regions
 * touches only surfaces where something of them waits, or may be left by a silent worker.
 */
export async function fetchByTurn(
  sql: Sql,
  queue: Queue,
  surfaces: readonly FleetSurface[],
  regions?: ServedRegions,
): Promise<QueuedJob | undefined> {
  const turn = (await surfacesByTurn(sql, regions)).filter((surface) => surfaces.includes(surface));
  const others = regions === undefined ? surfaces : await surfacesInHand(sql, regions);
  for (const surface of new Set([...turn, ...others.filter((name) => surfaces.includes(name))])) {
    const job = await queue.fetch(surface);
    if (job !== undefined) return job;
  }
  return undefined;
}

/** How long a process that freezes in the middle of a claim may hold up the claims of its surface. */
const CLAIM_MS = 3_000;

/**
 * One claim at a time on a surface, until the transaction ends: turns and tokens are exact. A client that falls silent
 * inside the transaction is thrown out by the server.
 */
export async function lockTurns(sql: Sql, surface: FleetSurface): Promise<void> {
  await sql.query(
    `SELECT set_config('idle_in_transaction_session_timeout', '${CLAIM_MS}', true),
       pg_advisory_xact_lock(hashtext('fleet.claim'), hashtext($1))`,
    [surface],
  );
}

/**
 * The child of this surface whose turn it is, locked; undefined when none waits (or those that do are being changed
 * right now). Children on barred routes are passed over. Needs `lockTurns`.
 */
export async function childByTurn(
  sql: Sql,
  surface: FleetSurface,
  regions?: ServedRegions,
  barred: readonly Route[] = [],
): Promise<ChildRow | undefined> {
  const { rows } = await sql.query(
    `WITH RECURSIVE waiting AS (
       (SELECT account_id FROM fleet.child WHERE ${WAITING} AND surface = $1 ORDER BY account_id LIMIT 1)
       UNION ALL
       SELECT following.account_id FROM waiting CROSS JOIN LATERAL (
         SELECT c.account_id FROM fleet.child c WHERE ${WAITING} AND c.surface = $1 AND c.account_id > waiting.account_id
         ORDER BY c.account_id LIMIT 1) following
     ), c AS MATERIALIZED (
       SELECT head.* FROM (SELECT account_id FROM waiting ${RANKED} ORDER BY ${TURN}) ranked
       CROSS JOIN LATERAL (
         SELECT c.* FROM fleet.child c
         WHERE ${WAITING} AND c.surface = $1 AND c.account_id = ranked.account_id AND ${SERVED('$2')}
           AND ${MAY_GO('$3')}
         ORDER BY c.priority DESC, c.arrival LIMIT 1 FOR UPDATE SKIP LOCKED) head
       LIMIT 1
     )
     SELECT ${CHILD_COLUMNS} FROM c JOIN fleet.job j ON j.id = c.job_id`,
    [surface, regions === undefined ? null : [...regions], [...barred]],
  );
  return childRowSchema.optional().parse(rows[0]);
}

/** Exchanges the queue jobs of two children that are locked: each runs when the other's would have. */
export async function swapTokens(sql: Sql, one: ChildId, other: ChildId): Promise<void> {
  await sql.query(
    `UPDATE fleet.child c SET queue_job_id = partner.queue_job_id
     FROM fleet.child partner
     WHERE (c.id = $1 AND partner.id = $2) OR (c.id = $2 AND partner.id = $1)`,
    [one, other],
  );
}

/** Notes that the account of this child has had its turn. */
export async function noteTurn(sql: Sql, childId: ChildId): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.account_turn (account_id, served_at)
     SELECT account_id, clock_timestamp() FROM fleet.child WHERE id = $1
     ON CONFLICT (account_id) DO UPDATE SET served_at = excluded.served_at`,
    [childId],
  );
}
