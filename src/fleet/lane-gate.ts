import type { Outcome } from '../contract/outcome.ts';
import { GLOBAL_REGION_KEY } from '../contract/region.ts';
import { type FleetSurface, PAGE_SURFACE } from '../contract/surface-name.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import type { ServedRegions } from '../jobs/fairness.ts';
import { release } from '../jobs/give-back.ts';
import { type Route, someDue, type WaitingRoute, waitingRoutes } from '../jobs/waiting-routes.ts';
import type { Database } from '../platform/database.ts';
import type { Egress } from '../platform/egress-setting.ts';
import { DIRECT, STAGE } from '../platform/lanes-setting.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import type { Lane, Lanes, ShutLane } from './lanes.ts';

/** Which ways out a worker has. */
export interface Exits {
  /** Whatever is asked for, this worker's browsers know only the stage. */
  onlyStage: boolean;
  egress: Readonly<Record<string, Egress>>;
}

/** The egress that a child of this route leaves through, from a worker with these exits. Pure. */
export function egressOf(route: Route, { onlyStage, egress }: Exits): string {
  if (onlyStage || route === STAGE) return STAGE;
  return Object.hasOwn(egress, route) ? route : DIRECT;
}

/** As egressOf, for a surface: pages are fetched without a proxy, and never from the stage. Pure. */
function exitOf({ surface, route }: WaitingRoute, exits: Exits): string {
  return surface === PAGE_SURFACE ? DIRECT : egressOf(route, exits);
}

/** What a worker may fetch now. */
export interface OpenWays {
  surfaces: FleetSurface[];
  /** Routes of a surface whose children must wait, where there are such. */
  barred: ReadonlyMap<FleetSurface, readonly Route[]>;
  /** Milliseconds until the first of the lanes that children wait for is worth asking again; null: none waits. */
  againInMs: number | null;
}

/**
 * Sorts a worker's surfaces by what waits and which lanes are shut: a surface all of whose waiting children must wait is
 * left alone; nothing waiting, or nothing shut, leaves it open. Pure.
 */
export function openWays(
  surfaces: readonly FleetSurface[],
  waiting: readonly WaitingRoute[],
  shut: readonly ShutLane[],
  exits: Exits,
): OpenWays {
  const shutLane = (one: WaitingRoute): ShutLane | undefined =>
    shut.find((lane) => lane.surface === one.surface && lane.egress === exitOf(one, exits));
  const barred = new Map<FleetSurface, Route[]>();
  const pauses: number[] = [];
  const open = surfaces.filter((surface) => {
    const routes = waiting.filter((one) => one.surface === surface);
    const closed = routes.filter((one) => shutLane(one) !== undefined);
    pauses.push(...closed.map((one) => shutLane(one)?.waitMs ?? 0));
    if (closed.length > 0)
      barred.set(
        surface,
        closed.map(({ route }) => route),
      );
    return routes.length === 0 || closed.length < routes.length;
  });
  return { surfaces: open, barred, againInMs: pauses.length === 0 ? null : Math.min(...pauses) };
}

export interface LaneGateOptions {
  db: Database;
  lanes: Lanes;
  exits: Exits;
  workerId: string;
  /** Regions the worker serves; undefined: all. */
  regions?: ServedRegions;
  log: Log;
}

/** However long its lane stays shut, a child that was given back is looked at again after this long. */
const LONGEST_REST_MS = 15_000;
/** Workers that wait for the same lane do not all ask in the same moment. */
const SPREAD_MS = 200;

/** A worker's side of the lanes: asked before a job is fetched, again with the child in hand, and told how it ended. */
export class LaneGate {
  readonly #options: LaneGateOptions;
  /** Surfaces of which a job is in hand that may still have to wait; another would only have to wait behind it. */
  readonly #undecided = new Map<FleetSurface, symbol>();
  #ways: OpenWays = { surfaces: [], barred: new Map(), againInMs: null };

  constructor(options: LaneGateOptions) {
    this.#options = options;
  }

  /** At a start: see Lanes.forgetLifted. */
  async begin(surfaces: readonly FleetSurface[]): Promise<void> {
    await this.#options.lanes.forgetLifted(surfaces.flatMap((surface) => this.#lanesOf(surface)));
  }

  /** What may be fetched now; where no lane has limits everything, without a look at the database. */
  async look(surfaces: readonly FleetSurface[]): Promise<OpenWays> {
    const { db, lanes, exits, regions } = this.#options;
    const shut = await lanes.shut(surfaces.flatMap((surface) => this.#lanesOf(surface)));
    const waiting = shut.length === 0 ? [] : await waitingRoutes(db);
    const served = waiting.filter(
      ({ route }) => regions === undefined || route === STAGE || regions.includes(route),
    );
    const decided = surfaces.filter((surface) => !this.#undecided.has(surface));
    const ways = openWays(decided, served, shut, exits);
    const againInMs = ways.againInMs === null ? null : ways.againInMs + Math.random() * SPREAD_MS;
    this.#ways = { ...ways, againInMs, surfaces: await this.#worthwhile(ways, served) };
    return this.#ways;
  }

  /**
   * Those of the open surfaces on which something that may go is due: else each fetch would only bring one of the many
   * that wait for a shut lane, to be given back.
   */
  async #worthwhile(
    { surfaces, barred }: OpenWays,
    waiting: readonly WaitingRoute[],
  ): Promise<FleetSurface[]> {
    const idle = new Set<FleetSurface>();
    for (const [surface, shut] of barred) {
      if (!surfaces.includes(surface)) continue;
      const routes = waiting.filter((one) => one.surface === surface && !shut.includes(one.route));
      const may = routes.map(({ route }) => route);
      if (!(await someDue(this.#options.db, surface, may))) idle.add(surface);
    }
    return surfaces.filter((surface) => !idle.has(surface));
  }

  /** Routes of this surface that were barred at the last look. */
  barred(surface: FleetSurface): readonly Route[] {
    return this.#ways.barred.get(surface) ?? [];
  }

  /** Notes that a job of this surface is in hand; call the answer once it is decided what becomes of it. */
  deciding(surface: FleetSurface): () => void {
    if (!this.#lanesOf(surface).some((lane) => this.#options.lanes.settingsOf(lane) !== null)) {
      return () => undefined;
    }
    const inHand = Symbol(surface);
    this.#undecided.set(surface, inHand);
    return () => {
      if (this.#undecided.get(surface) === inHand) this.#undecided.delete(surface);
    };
  }

  /** True when the child may be captured now. Otherwise it was given back, and the attempt does not count. */
  async admit(child: ClaimedChild, queue: Queue): Promise<boolean> {
    const { db, lanes, workerId, log } = this.#options;
    const lane = this.#laneOf(child);
    const pass = await lanes.admit(child, lane, workerId);
    if (pass.kind === 'admitted') return true;
    const { reason, waitMs } = pass;
    log.info({ childId: child.id, ...lane, reason, waitMs: Math.round(waitMs) }, 'waits for its lane');
    await release(db, queue, child, Math.min(Math.max(1, waitMs), LONGEST_REST_MS));
    return false;
  }

  /**
   * See Lanes.report. Never rejects: a capture is not lost because its lane could not be told; the pass counts no
   * longer once the child has ended.
   */
  async report(child: ClaimedChild, outcome: Outcome | null): Promise<void> {
    const { lanes, log } = this.#options;
    const lane = this.#laneOf(child);
    try {
      const cooling = await lanes.report(child, lane, outcome);
      if (cooling !== undefined) log.warn({ childId: child.id, ...lane, ...cooling }, 'lane cools down');
    } catch (error) {
      log.warn({ err: error, childId: child.id, ...lane, outcome }, 'the lane could not be told of this end');
    }
  }

  #lanesOf(surface: FleetSurface): Lane[] {
    if (surface === PAGE_SURFACE) return [{ surface, egress: DIRECT }];
    const { onlyStage, egress } = this.#options.exits;
    const exits = onlyStage ? [STAGE] : [STAGE, DIRECT, ...Object.keys(egress)];
    return exits.map((name) => ({ surface, egress: name }));
  }

  #laneOf({ surface, origin, region }: ClaimedChild): Lane {
    const route = origin === 'stage' ? STAGE : (region?.country.toUpperCase() ?? GLOBAL_REGION_KEY);
    return { surface, egress: exitOf({ surface, route }, this.#options.exits) };
  }
}
