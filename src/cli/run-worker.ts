import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { SURFACES } from '../../surfaces/index.ts';
import type { CapturePage } from '../contract/page-record.ts';
import { type FleetSurface, PAGE_SURFACE } from '../contract/surface-name.ts';
import { DiskGuard } from '../fleet/disk-guard.ts';
import { LaneGate } from '../fleet/lane-gate.ts';
import { Lanes } from '../fleet/lanes.ts';
import { watchDisk, watchPools } from '../fleet/pool-metrics.ts';
import { enter, type WorkerCard } from '../fleet/presence.ts';
import { startReaper } from '../fleet/reaper.ts';
import { startRetention } from '../fleet/retention-sweep.ts';
import { ScratchRoot } from '../fleet/scratch.ts';
import { SlotGate } from '../fleet/slot-gate.ts';
import { startVoidSweep } from '../fleet/void-attempts.ts';
import { Worker } from '../fleet/worker.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { DIRECT, scopesWithoutEgress } from '../platform/lanes-setting.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { type CaptureSite, profilesOn } from './capture-site.ts';
import { type Foundation, Opened } from './foundation.ts';
import { keepDatabase } from './keep-database.ts';

/** A running worker with its site. */
export interface RunningWorker {
  worker: Worker;
  site: CaptureSite;
  /** Drains; the site is its opener's to close. */
  stop(): Promise<void>;
}

/**
 * Starts a worker on the given foundation and site, for the surfaces and regions it is told; `pages` is how it captures the
 * tenth, `page`.
 */
export async function runWorker(
  config: Config,
  foundation: Foundation,
  site: CaptureSite,
  pages: CapturePage,
  log: Log,
  metrics: Metrics,
): Promise<RunningWorker> {
  const surfaces = SURFACES.filter(({ name }) => config.surfaces?.includes(name) ?? true);
  const workerId = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const { pool } = site.seat;
  const disk = new DiskGuard({ paths: [config.dataDir, new ScratchRoot(config.dataDir, log).path], log });
  watchPools(metrics, () => site.pools);
  watchDisk(metrics, disk);
  const gate: SlotGate = new SlotGate({
    rules: { floor: Math.min(config.slots, availableParallelism()), ceiling: config.slots },
    ...{ clock: systemClock, log, counters: pool.counters, busy: () => worker.busy },
    bytesPerCapture: () => pool.gauges().bytesPerCapture,
  });
  const laneGate = new LaneGate({
    ...{ db: foundation.db, workerId, regions: config.regions, log: log.child({ workerId }) },
    lanes: new Lanes({ db: foundation.db, setting: config.lanes }),
    exits: { onlyStage: site.seat.onlyStage ?? false, egress: config.egress },
  });
  const worker = new Worker({
    ...foundation,
    ...site.seat,
    profiles: profilesOn(config, foundation.db),
    clock: foundation.clock,
    store: site.store,
    retryDelayMs: config.retryDelayS * 1000,
    workerId,
    metrics,
    surfaces,
    pages: (config.surfaces?.includes(PAGE_SURFACE) ?? true) ? pages : undefined,
    regions: config.regions,
    slots: config.slots,
    slotLimit: () => gate.limit,
    mayBegin: () => disk.room,
    gate: laneGate,
    heartbeatS: config.heartbeatS,
    drainMs: config.drainMs,
    log: log.child({ workerId }),
  });
  const opened = new Opened();
  try {
    keepHouse(config, foundation, site, log, metrics, opened);
    gate.start();
    opened.add(gate, async (part) => part.stop());
    disk.start();
    opened.add(disk, (part) => part.stop());
    opened.add(
      await enter(foundation.db, cardOf(config, workerId, worker.serves, gate), foundation.clock.now(), log),
      (part) => part.leave(),
    );
    tellOfLanes(config, site, worker.serves, log);
    await laneGate.begin(worker.serves);
    opened.add(worker, (part) => part.stop());
    await worker.start();
  } catch (error) {
    await opened.close();
    throw error;
  }
  return { worker, site, stop: () => opened.close() };
}

/** What was said of lanes that this worker does not have is legal, and most likely not what was meant. */
function tellOfLanes(
  { lanes, egress, regions }: Config,
  { seat }: CaptureSite,
  serves: readonly FleetSurface[],
  log: Log,
): void {
  if (seat.onlyStage === true) return;
  for (const { scope, country } of scopesWithoutEgress(lanes, { egress, serves, regions })) {
    const fix = `give FLEET_EGRESS a proxy for ${country}, or limit ${scope.replace(/\/.*/, `/${DIRECT}`)}`;
    const allowed = [DIRECT, ...Object.keys(egress)];
    log.warn(
      { lane: scope, allowed, fix },
      `FLEET_LANES has ${scope}, but FLEET_EGRESS no proxy for ${country}: captures for it leave ${DIRECT}`,
    );
  }
}

function cardOf(config: Config, id: string, surfaces: readonly FleetSurface[], gate: SlotGate): WorkerCard {
  return {
    ...{ id, host: hostname(), pid: process.pid, slots: config.slots, origin: config.origin },
    surfaces,
    slotLimit: () => gate.limit,
  };
}

/** What every worker does beside its captures: ends what nobody else will, on this machine and in the database. */
function keepHouse(
  config: Config,
  foundation: Foundation,
  { seat, store }: CaptureSite,
  log: Log,
  metrics: Metrics,
  opened: Opened,
): void {
  const root = new ScratchRoot(config.dataDir, log);
  const { retentionDays } = config;
  const { db, clock } = foundation;
  opened.add(startReaper(root, seat.pool.counters, systemClock, log), (part) => part.stop());
  keepDatabase(foundation, log, metrics, opened);
  opened.add(startRetention({ db, store, clock, log, retentionDays }), (part) => part.stop());
  opened.add(startVoidSweep({ db, store, clock, log }), (part) => part.stop());
}
