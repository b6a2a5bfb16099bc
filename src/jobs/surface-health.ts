import { z } from 'zod';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { rowsOfKnownSurfaces } from './known-surfaces.ts';

const HOURS_24_MS = 24 * 3_600_000;

const endRow = z.object({ surface: fleetSurfaceSchema, end: z.string(), count: z.int() });

/** How captures ended. */
export type EndCount = z.infer<typeof endRow>;

/**
 * How the captures of the last `windowMs` (24 h when not given) ended, of all accounts: by surface and outcome, or by
 * `canceled` and `expired` where no capture was the cause.
 */
export async function readEnds(sql: Sql, now: number, windowMs = HOURS_24_MS): Promise<EndCount[]> {
  const { rows } = await sql.query(
    `SELECT surface, coalesce(outcome, status) AS "end", count(*)::int AS count
     FROM fleet.child WHERE completed_at > $1 GROUP BY 1, 2 ORDER BY 1, 2`,
    [new Date(now - windowMs)],
  );
  return rowsOfKnownSurfaces(endRow, rows);
}
