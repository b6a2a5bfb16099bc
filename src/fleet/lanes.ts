import { z } from 'zod';
import type { Outcome } from '../contract/outcome.ts';
import { type FleetSurface, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import { type LaneSettings, type LanesSetting, laneSettings } from '../platform/lanes-setting.ts';
import {
  afterCapture,
  type CoolingCause,
  decideAdmission,
  FRESH_LANE,
  heldByHand,
  type LaneState,
  type LaneWait,
  openedByHand,
} from './lane-decision.ts';
import { laneStateSchema } from './lane-row.ts';

/** A surface through an egress: `direct`, `stage`, or the country whose proxy carries it. */
export interface Lane {
  surface: FleetSurface;
  egress: string;
}

/** A lane that admits nobody right now. `waitMs`: when it is worth asking again. */
export interface ShutLane extends Lane {
  reason: LaneWait;
  waitMs: number;
}

export type Pass = { kind: 'admitted' } | { kind: 'wait'; reason: LaneWait; waitMs: number };

/** What made a lane cool down, for how long, and how often in a row by now. */
export interface CoolingDown {
  cause: CoolingCause | null;
  coolDownMs: number;
  openings: number;
}

export interface LanesOptions {
  db: Database;
  setting: LanesSetting;
  /** Tests hand in their own; by default the database's clock counts, which all workers share. */
  clock?: Pick<Clock, 'now'>;
  /** [0, 1). */
  random?: () => number;
}

const ADMITTED: Pass = { kind: 'admitted' };

/** The lanes of a fleet: state in Postgres, decisions in lane-decision.ts. A lane without settings costs nothing. */
export class Lanes {
  readonly #db: Database;
  readonly #setting: LanesSetting;
  readonly #clock: Pick<Clock, 'now'> | undefined;
  readonly #random: () => number;

  constructor({ db, setting, clock, random = Math.random }: LanesOptions) {
    this.#db = db;
    this.#setting = setting;
    this.#clock = clock;
    this.#random = random;
  }

  settingsOf({ surface, egress }: Lane): LaneSettings | null {
    return laneSettings(this.#setting, surface, egress);
  }

  /** Which of these lanes would admit nobody now. Reads only; who is admitted in the end is decided by `admit`. */
  async shut(lanes: readonly Lane[]): Promise<ShutLane[]> {
    const limited = lanes.flatMap((lane) => {
      const settings = this.settingsOf(lane);
      return settings === null ? [] : [{ lane, settings }];
    });
    if (limited.length === 0) return [];
    const seen = await readRows(
      this.#db,
      limited.map(({ lane }) => lane),
    );
    const roll = this.#random();
    return limited.flatMap(({ lane, settings }) => {
      const row = seen.rows.find(({ surface, egress }) => surface === lane.surface && egress === lane.egress);
      const now = this.#now(seen.now);
      const load = { now, inFlight: row?.inFlight ?? 0, roll };
      const decision = decideAdmission(row?.state ?? FRESH_LANE, settings, load);
      if (decision.kind === 'admit') return [];
      return [{ ...lane, reason: decision.reason, waitMs: Math.max(0, decision.until - now) }];
    });
  }

  /**
   * Asks for a claimed child's way onto its lane, in one transaction (two round trips) that lets one worker ask at a
   * time: of all workers together never more are admitted than the settings say.
   */
  async admit(child: ClaimedChild, lane: Lane, workerId: string): Promise<Pass> {
    const settings = this.settingsOf(lane);
    if (settings === null) return ADMITTED;
    return this.#db.briefTransaction(async (sql, last) => {
      const [{ state, now }, inFlight] = await Promise.all([
        this.#lock(sql, lane, settings),
        countInFlight(sql, lane),
      ]);
      const decision = decideAdmission(state, settings, { now, inFlight, roll: this.#random() });
      if (decision.kind === 'wait') {
        return { kind: 'wait', reason: decision.reason, waitMs: Math.max(0, decision.until - now) };
      }
      last(write(sql, lane, decision.state));
      last(enterPass(sql, child, lane, { spell: decision.state.spell, workerId }));
      return ADMITTED;
    });
  }

  /**
   * A capture on the lane is over: its pass is given back, and what its outcome says about the site is taken in. An
   * outcome of null says nothing (the capture was given up). Without a pass nothing changes. Tells when this capture
   * made the lane cool down. One transaction of two round trips.
   */
  async report(child: ClaimedChild, lane: Lane, outcome: Outcome | null): Promise<CoolingDown | undefined> {
    const settings = this.settingsOf(lane);
    if (settings === null) return undefined;
    return this.#db.briefTransaction(async (sql, last) => {
      const [{ state, now }, spell] = await Promise.all([
        this.#lock(sql, lane, settings),
        leavePass(sql, child),
      ]);
      if (spell === undefined || outcome === null) return undefined;
      const next = afterCapture(state, settings, { outcome, spell, now });
      if (next !== state) last(write(sql, lane, next));
      if (next.phase !== 'cooling' || next.spell === state.spell) return undefined;
      return { cause: next.cause, coolDownMs: next.coolUntil - now, openings: next.openings };
    });
  }

  /**
   * Forgets the limits of those of these lanes that have none any more: what this fleet was told before would else still be
   * shown, and counted upon by who scales it (schema-demand.ts).
   */
  async forgetLifted(lanes: readonly Lane[]): Promise<void> {
    const lifted = lanes.filter((lane) => this.settingsOf(lane) === null);
    await this.#db.query(
      `UPDATE fleet.lane known SET settings = NULL FROM unnest($1::text[], $2::text[]) AS lane (surface, egress)
       WHERE known.surface = lane.surface AND known.egress = lane.egress AND known.settings IS NOT NULL`,
      [lifted.map(({ surface }) => surface), lifted.map(({ egress }) => egress)],
    );
  }

  /** Lets nothing more through, until opened by hand or until `forMs` have passed. What is under way ends. */
  async close(lane: Lane, reason: string, forMs: number | null): Promise<void> {
    await this.#byHand(lane, (state, now) =>
      heldByHand(state, { reason, until: forMs === null ? null : now + forMs }),
    );
  }

  /** Lets captures through again at once, whatever closed the lane; its pace stays. */
  async open(lane: Lane): Promise<void> {
    await this.#byHand(lane, openedByHand);
  }

  async #byHand(lane: Lane, change: (state: LaneState, now: number) => LaneState): Promise<void> {
    await this.#db.transaction(async (sql) => {
      // Without settings: what this process was told may not be what the workers go by.
      const { state, now } = await this.#lock(sql, lane, null);
      await write(sql, lane, change(state, now));
    });
  }

  #now(database: number): number {
    return this.#clock?.now() ?? database;
  }

  /** The lane's row, locked until the transaction ends; made when it is missing. */
  async #lock(
    sql: Sql,
    { surface, egress }: Lane,
    settings: LaneSettings | null,
  ): Promise<{ state: LaneState; now: number }> {
    const { rows } = await sql.query(
      `INSERT INTO fleet.lane AS lane (surface, egress, state, settings) VALUES ($1, $2, $3, $4)
       ON CONFLICT (surface, egress) DO UPDATE SET settings = coalesce(excluded.settings, lane.settings)
       RETURNING state, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
      [surface, egress, JSON.stringify(FRESH_LANE), settings === null ? null : JSON.stringify(settings)],
    );
    const row = lockedRow.parse(rows[0]);
    return { state: row.state, now: this.#now(row.now) };
  }
}

const lockedRow = z.object({ state: laneStateSchema, now: z.number() });
const stateRow = z.object({
  surface: fleetSurfaceSchema,
  egress: z.string(),
  state: laneStateSchema,
  inFlight: z.int(),
  now: z.number(),
});

type LaneRow = z.infer<typeof stateRow>;

async function readRows(sql: Sql, lanes: readonly Lane[]): Promise<{ rows: LaneRow[]; now: number }> {
  const { rows } = await sql.query(
    `SELECT lane.surface, lane.egress, coalesce(known.state, $3) AS state,
       (SELECT count(*)::int FROM fleet.lane_in_flight f WHERE f.surface = lane.surface AND f.egress = lane.egress)
         AS "inFlight",
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
     FROM unnest($1::text[], $2::text[]) AS lane (surface, egress)
     LEFT JOIN fleet.lane known USING (surface, egress)`,
    [lanes.map(({ surface }) => surface), lanes.map(({ egress }) => egress), JSON.stringify(FRESH_LANE)],
  );
  const parsed = z.array(stateRow).parse(rows);
  return { rows: parsed, now: parsed[0]?.now ?? 0 };
}

const countRow = z.object({ count: z.int() });

async function countInFlight(sql: Sql, { surface, egress }: Lane): Promise<number> {
  const { rows } = await sql.query(
    'SELECT count(*)::int AS count FROM fleet.lane_in_flight WHERE surface = $1 AND egress = $2',
    [surface, egress],
  );
  return countRow.parse(rows[0]).count;
}

async function write(sql: Sql, { surface, egress }: Lane, state: LaneState): Promise<void> {
  await sql.query('UPDATE fleet.lane SET state = $3, changed_at = now() WHERE surface = $1 AND egress = $2', [
    surface,
    egress,
    JSON.stringify(state),
  ]);
}

async function enterPass(
  sql: Sql,
  { id, lease }: ClaimedChild,
  { surface, egress }: Lane,
  by: { spell: number; workerId: string },
): Promise<void> {
  await sql.query(
    // Passes that no longer count (their worker was killed) go with the next one that is given out.
    `WITH gone AS (DELETE FROM fleet.lane_pass p WHERE p.surface = $2 AND p.egress = $3 AND p.child_id <> $1
       AND NOT EXISTS (SELECT 1 FROM fleet.lane_in_flight f WHERE f.child_id = p.child_id))
     INSERT INTO fleet.lane_pass (child_id, surface, egress, queue_job_id, retry_count, spell, worker_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (child_id) DO UPDATE SET surface = excluded.surface, egress = excluded.egress,
       queue_job_id = excluded.queue_job_id, retry_count = excluded.retry_count, spell = excluded.spell,
       worker_id = excluded.worker_id, admitted_at = excluded.admitted_at`,
    [id, surface, egress, lease.queueJobId, lease.retryCount, by.spell, by.workerId],
  );
}

const spellRow = z.object({ spell: z.int() });

async function leavePass(sql: Sql, { id, lease }: ClaimedChild): Promise<number | undefined> {
  const { rows } = await sql.query(
    'DELETE FROM fleet.lane_pass WHERE child_id = $1 AND queue_job_id = $2 AND retry_count = $3 RETURNING spell',
    [id, lease.queueJobId, lease.retryCount],
  );
  return spellRow.optional().parse(rows[0])?.spell;
}
