import { z } from 'zod';
import type { FleetSurface } from '../contract/surface-name.ts';
import { readDepth, readHeld } from '../jobs/queue-state.ts';
import { type EndCount, readEnds } from '../jobs/surface-health.ts';
import type { Sql } from '../platform/database.ts';
import { type LaneView, readLanes } from './lane-row.ts';

const MINUTE_MS = 60_000;

const workerRow = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  slots: z.int(),
  slotLimit: z.int().nullable(),
  surfaces: z.array(z.string()),
  origin: z.string(),
  startedAt: z.date(),
});

/** A worker that is entered in the register. */
export interface WorkerView {
  id: string;
  host: string;
  pid: number;
  origin: string;
  surfaces: readonly string[];
  /** Captures it may run at once at most. */
  slots: number;
  /** How many of them its machine carries at the moment; null: a version that does not say. */
  slotLimit: number | null;
  /** Captures it runs right now. */
  busy: number;
  /** Seconds since it entered. */
  upSeconds: number;
}

/** What of a surface waits and runs, of all accounts. */
export interface QueueView {
  surface: FleetSurface;
  queued: number;
  processing: number;
  /** Seconds since the capture that has waited longest was asked for; null when none waits. */
  oldestQueuedSeconds: number | null;
}

/** The whole fleet at one moment, as one database knows it. */
export interface FleetView {
  /** Epoch milliseconds. */
  at: number;
  workers: WorkerView[];
  /** In the order of the names; surfaces without open captures are left out. */
  queues: QueueView[];
  lanes: LaneView[];
  /** Ends of the last 60 s. */
  endsPerMinute: EndCount[];
}

/** Reads workers, queues, lanes and the ends of the last minute; `now` is the moment shown. */
export async function readFleetView(sql: Sql, now: number): Promise<FleetView> {
  const { rows } = await sql.query(
    `SELECT id, host, pid, slots, slot_limit AS "slotLimit", surfaces, origin, started_at AS "startedAt" FROM fleet.worker
     ORDER BY host, started_at, id`,
  );
  const held = await readHeld(sql);
  return {
    at: now,
    workers: z
      .array(workerRow)
      .parse(rows)
      .map(({ startedAt, ...worker }) => ({
        ...worker,
        busy: held.get(worker.id) ?? 0,
        upSeconds: Math.max(0, Math.round((now - startedAt.getTime()) / 1_000)),
      })),
    queues: queuesOf(await readDepth(sql)),
    lanes: await readLanes(sql),
    endsPerMinute: await readEnds(sql, now, MINUTE_MS),
  };
}

function queuesOf(depth: Awaited<ReturnType<typeof readDepth>>): QueueView[] {
  const bySurface = Map.groupBy(depth, ({ surface }) => surface);
  return [...bySurface]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([surface, rows]) => {
      const of = (status: string) => rows.find((row) => row.status === status);
      const waiting = of('queued');
      return {
        ...{ surface, queued: waiting?.count ?? 0, processing: of('processing')?.count ?? 0 },
        oldestQueuedSeconds: waiting === undefined ? null : Math.round(waiting.age),
      };
    });
}
