import { z } from 'zod';
import type { FleetSurface } from '../contract/surface-name.ts';
import type { RegionState, SurfaceState, WaitReason } from '../jobs/queue-state.ts';
import type { Route } from '../jobs/waiting-routes.ts';
import { isoTime } from '../platform/clock.ts';

/** What this server needs to know of a lane (a surface through an egress). */
export interface LaneStatus {
  surface: FleetSurface;
  /** `direct`, `stage`, or a country whose proxy carries it. */
  egress: string;
  phase: LanePhase;
  inFlight: number;
  /** Cool-downs in a row. */
  openings: number;
  waiting: LaneWaiting | null;
  /** Epoch milliseconds, as far as known. */
  until: number | null;
  /** What made it cool down, or why the operator closed it. */
  detail: string | null;
}

export const LANE_PHASES = ['flowing', 'cooling', 'probing'] as const;

type LanePhase = (typeof LANE_PHASES)[number];

const LANE_WAITING = ['held', 'cooling_down', 'quiet_hours', 'probing', 'max_in_flight', 'pacing'] as const;

type LaneWaiting = (typeof LANE_WAITING)[number];

export const laneStatusSchema = z
  .strictObject({
    egress: z.string().describe('direct, stage, or the country whose proxy carries the captures.'),
    phase: z.enum(LANE_PHASES),
    reason: z
      .enum(LANE_WAITING)
      .describe(
        'Closed by hand, cooling down after a wall or errors, outside its hours, a probe is under way, as many as allowed are under way, or too soon after the last.',
      ),
    until: z.iso.datetime().nullable().describe('When it admits the next capture, where that is known.'),
    detail: z.string().nullable(),
  })
  .meta({ id: 'LaneStatus' });

type ShutLane = z.infer<typeof laneStatusSchema>;

export interface LanedSurface extends Omit<SurfaceState, 'regions' | 'waiting'> {
  waiting: WaitReason | 'lane_shut' | null;
  regions: (Omit<RegionState, 'routes'> & { lane: ShutLane | null })[];
}

/** A queue's state with the lanes its captures wait for. `lane_shut` when every queued one does. Pure. */
export function withLanes(state: readonly SurfaceState[], lanes: readonly LaneStatus[]): LanedSurface[] {
  return state.map(({ regions, ...surface }) => {
    const own = lanes.filter((lane) => lane.surface === surface.surface);
    const shutFor = (route: Route): LaneStatus | undefined => {
      // A country without a proxy of its own leaves directly; the stage never does.
      const names = route === 'stage' ? [route] : [route, 'direct'];
      const taken = names.map((name) => own.find(({ egress }) => egress === name)).find((lane) => lane);
      return taken !== undefined && taken.waiting !== null ? taken : undefined;
    };
    const routes = regions.flatMap((region) => region.routes);
    const allShut = routes.length > 0 && routes.every((route) => shutFor(route) !== undefined);
    return {
      ...surface,
      waiting: allShut ? 'lane_shut' : surface.waiting,
      regions: regions.map(({ routes: taken, ...region }) => ({
        ...region,
        lane: shown(taken.map(shutFor).find((lane) => lane !== undefined)),
      })),
    };
  });
}

function shown(lane: LaneStatus | undefined): ShutLane | null {
  if (lane === undefined || lane.waiting === null) return null;
  const { egress, phase, waiting, until, detail } = lane;
  return { egress, phase, reason: waiting, until: until === null ? null : isoTime(until), detail };
}
