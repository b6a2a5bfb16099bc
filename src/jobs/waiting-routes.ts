import { z } from 'zod';
import { type FleetSurface, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { rowsOfKnownSurfaces } from './known-surfaces.ts';

/**
 * What decides through which egress a child leaves: `stage`, or its country (upper case, `GLOBAL` when untargeted).
 * Kept in `child.route`.
 */
export type Route = string;

const routeRow = z.object({ surface: fleetSurfaceSchema, route: z.string() });

export type WaitingRoute = z.infer<typeof routeRow>;

/** Every pair of surface and route on which a child is queued. Costs by the number of pairs, not of children. */
export async function waitingRoutes(sql: Sql): Promise<WaitingRoute[]> {
  const { rows } = await sql.query(
    `WITH RECURSIVE pair AS (
       (SELECT surface, route FROM fleet.child WHERE status = 'queued' ORDER BY surface, route LIMIT 1)
       UNION ALL
       SELECT following.surface, following.route FROM pair CROSS JOIN LATERAL (
         SELECT c.surface, c.route FROM fleet.child c
         WHERE c.status = 'queued' AND (c.surface, c.route) > (pair.surface, pair.route)
         ORDER BY c.surface, c.route LIMIT 1) following
     )
     SELECT surface, route FROM pair`,
  );
  return rowsOfKnownSurfaces(routeRow, rows);
}

/** Whether one of the children that are queued on these routes of a surface may begin now: its rest or its backoff is over. */
export async function someDue(sql: Sql, surface: FleetSurface, routes: readonly Route[]): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT 1 FROM fleet.child c
     LEFT JOIN pgboss.job q ON c.attempts > 0 AND q.name = 'capture.' || c.surface AND q.id = c.queue_job_id
     WHERE c.status = 'queued' AND c.surface = $1 AND c.route = ANY ($2)
       AND (c.not_before IS NULL OR c.not_before <= now()) AND (q.start_after IS NULL OR q.start_after <= now())
     LIMIT 1`,
    [surface, [...routes]],
  );
  return rows.length > 0;
}

/**
 * Whether the child `c` may be taken by a worker for which the routes in a parameter are barred (an empty list: none),
 * and does not itself wait for a later time.
 */
export const MAY_GO = (parameter: string): string =>
  `c.route <> ALL (${parameter}::text[]) AND (c.not_before IS NULL OR c.not_before <= now())`;
