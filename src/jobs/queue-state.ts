import { z } from 'zod';
import { type FleetSurface, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { rowsOfKnownSurfaces } from './known-surfaces.ts';
import type { Route } from './waiting-routes.ts';

/** Why the queued captures of a surface do not run; null when none waits, or the next will start at once. */
export type WaitReason = 'slots_busy' | 'retry_backoff' | 'no_worker';

export interface RegionState {
  region: string;
  queued: number;
  processing: number;
  /** Routes of those that are queued: what decides which lane they take. */
  routes: Route[];
}

/** One surface's queue as an account sees it. */
export interface SurfaceState {
  surface: FleetSurface;
  queued: number;
  processing: number;
  /** Of the capture that has waited longest since it was asked for; null when none waits. */
  oldestQueuedSeconds: number | null;
  waiting: WaitReason | null;
  regions: RegionState[];
}

/** An idle worker takes a job well within this; who waits longer waits for a worker. */
const PROMPT_S = 5;

const stateRow = z.object({
  surface: fleetSurfaceSchema,
  region: z.string(),
  queued: z.int(),
  retrying: z.int(),
  processing: z.int(),
  oldest: z.date().nullable(),
  routes: z.array(z.string()).nullable(),
});

/** Open captures of an account by surface and region, and why those that wait do; in the order of the names. */
export async function readQueueState(sql: Sql, accountId: string, now: number): Promise<SurfaceState[]> {
  const { rows } = await sql.query(
    `SELECT c.surface, c.region_key AS region,
       count(*) FILTER (WHERE c.status = 'queued')::int AS queued,
       count(*) FILTER (WHERE c.status = 'queued' AND c.attempts > 0)::int AS retrying,
       count(*) FILTER (WHERE c.status = 'processing')::int AS processing,
       min(j.created_at) FILTER (WHERE c.status = 'queued') AS oldest,
       array_agg(DISTINCT c.route) FILTER (WHERE c.status = 'queued' AND c.route IS NOT NULL) AS routes
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.status IN ('queued', 'processing') AND j.account_id = $1
     GROUP BY c.surface, c.region_key ORDER BY c.surface, c.region_key`,
    [accountId],
  );
  const busy = await sql.query(`SELECT 1 FROM fleet.child WHERE status = 'processing' LIMIT 1`);
  const bySurface = Map.groupBy(rowsOfKnownSurfaces(stateRow, rows), (row) => row.surface);
  return [...bySurface].map(([surface, regions]) => {
    const sum = (field: 'queued' | 'retrying' | 'processing'): number =>
      regions.reduce((total, region) => total + region[field], 0);
    const oldest = regions.flatMap((region) => region.oldest?.getTime() ?? []);
    const age = oldest.length === 0 ? null : Math.max(0, Math.round((now - Math.min(...oldest)) / 1000));
    const counts = { queued: sum('queued'), retrying: sum('retrying') };
    return {
      surface,
      queued: counts.queued,
      processing: sum('processing'),
      oldestQueuedSeconds: age,
      waiting: waitReason(counts, age ?? 0, busy.rowCount > 0),
      regions: regions.map(({ region, queued, processing, routes }) => ({
        ...{ region, queued, processing },
        routes: routes ?? [],
      })),
    };
  });
}

/** Pure. `busy`: some worker is capturing something. */
export function waitReason(
  counts: { queued: number; retrying: number },
  oldestSeconds: number,
  busy: boolean,
): WaitReason | null {
  if (counts.queued === 0) return null;
  if (counts.retrying === counts.queued) return 'retry_backoff';
  if (busy) return 'slots_busy';
  return oldestSeconds > PROMPT_S ? 'no_worker' : null;
}

const depthRow = z.object({
  surface: fleetSurfaceSchema,
  status: z.string(),
  count: z.int(),
  age: z.number(),
});

/** How many captures of all accounts are open, by surface and status, and the age in seconds of the oldest of each. */
export async function readDepth(sql: Sql): Promise<z.infer<typeof depthRow>[]> {
  const { rows } = await sql.query(
    `SELECT c.surface, c.status, count(*)::int AS count,
       greatest(0, extract(epoch FROM now() - min(j.created_at)))::float8 AS age
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.status IN ('queued', 'processing') GROUP BY c.surface, c.status`,
  );
  return rowsOfKnownSurfaces(depthRow, rows);
}

/** How many captures each worker holds right now, by worker id; workers that hold none are left out. */
export async function readHeld(sql: Sql): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `SELECT worker_id AS worker, count(*)::int AS held FROM fleet.child
     WHERE status = 'processing' AND worker_id IS NOT NULL GROUP BY worker_id`,
  );
  const held = z.array(z.object({ worker: z.string(), held: z.int() })).parse(rows);
  return new Map(held.map((row) => [row.worker, row.held]));
}
