import { z } from 'zod';
import { type FleetSurface, fleetSurfaceSchema } from '../contract/surface-name.ts';
import { rowsOfKnownSurfaces } from '../jobs/known-surfaces.ts';
import type { Sql } from '../platform/database.ts';
import { type LaneSettings, POLITE } from '../platform/lanes-setting.ts';
import {
  decideAdmission,
  LANE_PHASES,
  type LanePhase,
  type LaneState,
  type LaneWait,
} from './lane-decision.ts';

const time = z.number();

/** A lane's state as it is stored; a field that a newer version adds is ignored by an older one. */
export const laneStateSchema = z.object({
  phase: z.enum(LANE_PHASES),
  spell: z.int(),
  nextAt: time,
  coolUntil: time,
  openings: z.int(),
  cause: z.enum(['challenge', 'throttled', 'error_rate']).nullable(),
  probesPassed: z.int(),
  flowingSince: time,
  recent: z.array(z.object({ at: time, failed: z.boolean() })),
  held: z.object({ until: time.nullable(), reason: z.string() }).nullable(),
}) satisfies z.ZodType<LaneState>;

const laneSettingsSchema = z.object({
  perMinute: z.number(),
  atOnce: z.int(),
  jitter: z.number(),
  quiet: z.object({ fromMinute: z.int(), toMinute: z.int(), zone: z.string() }).nullable(),
  coolDownMs: z.number(),
  maxCoolDownMs: z.number(),
}) satisfies z.ZodType<LaneSettings>;

const viewRow = z.object({
  surface: fleetSurfaceSchema,
  egress: z.string(),
  state: laneStateSchema,
  settings: laneSettingsSchema.nullable(),
  inFlight: z.int(),
  now: z.number(),
});

/** A lane as a person, the API and the metrics see it. */
export interface LaneView {
  surface: FleetSurface;
  egress: string;
  phase: LanePhase;
  /** Captures under way, of all workers. */
  inFlight: number;
  /** Limits that the worker which used it last has; null when none has used it yet. */
  settings: LaneSettings | null;
  /** Why the next capture would have to wait right now; null when it would not. */
  waiting: LaneWait | null;
  /** Epoch milliseconds: until when, as far as known; null when nothing waits or nobody knows. */
  until: number | null;
  /** What made it cool down, or why it is closed by hand, in words. */
  detail: string | null;
  /** Cool-downs in a row. */
  openings: number;
}

/** All lanes that were ever used or closed, by name. */
export async function readLanes(sql: Sql): Promise<LaneView[]> {
  const { rows } = await sql.query(
    `SELECT lane.surface, lane.egress, lane.state, lane.settings,
       (SELECT count(*)::int FROM fleet.lane_in_flight f WHERE f.surface = lane.surface AND f.egress = lane.egress)
         AS "inFlight",
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
     FROM fleet.lane lane ORDER BY lane.surface, lane.egress`,
  );
  return rowsOfKnownSurfaces(viewRow, rows).map((row) => viewOf(row));
}

function viewOf({ surface, egress, state, settings, inFlight, now }: z.infer<typeof viewRow>): LaneView {
  const decision = decideAdmission(state, settings ?? POLITE, { now, inFlight, roll: 0 });
  const waiting = decision.kind === 'wait' ? decision.reason : null;
  const timed = waiting !== null && !['max_in_flight', 'probing'].includes(waiting);
  const open = waiting === 'held' && state.held?.until === null;
  return {
    ...{ surface, egress, phase: state.phase, inFlight, settings, waiting, openings: state.openings },
    until: decision.kind === 'wait' && timed && !open ? decision.until : null,
    detail: waiting === 'held' ? (state.held?.reason ?? null) : state.cause,
  };
}
