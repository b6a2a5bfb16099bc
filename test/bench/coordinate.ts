import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type Foundation, openFoundation } from '../../src/cli/foundation.ts';
import { startSupervisor } from '../../src/fleet/presence.ts';
import { startSweeper } from '../../src/jobs/sweeper.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { readProcess } from '../../src/platform/process-table.ts';
import { bendOf, capturesCarried, idealPerS, type Step } from './bend.ts';
import { openFeed } from './coordinate-feed.ts';
import { SimulatedFleet } from './coordinate-fleet.ts';
import { print } from './figures.ts';
import { option } from './options.ts';
import { treeCpuS } from './tree-cost.ts';

/** Between growing and measuring: the new workers have all begun, and the first have ended. */
const SETTLING_MS = 4_000;
/** Children that wait while a step is measured, beside those under way. */
const BACKLOG = 200;
const DRAIN_MS = 120_000;

interface Means {
  foundation: Foundation;
  fleet: SimulatedFleet;
  feed: Awaited<ReturnType<typeof openFeed>>;
  /** The Postgres server's first process. */
  postgres: number;
}

/**
 * How far one Postgres carries: simulated workers on one embedded server, more from step to step; accepted,
 * dispatched, settled and delivered children per second at each, connections, CPU of Postgres and of Node. At the end
 * everything is drained and counted: nothing lost, nothing twice. Options: `--workers 50,100,…`, `--scale`,
 * `--mean-s`, `--seconds` per step, `--processes`, `--connections` per process.
 */
export async function benchCoordinate(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir }, '/');
  const log = createLog('fatal', 'bench');
  const scale = Number(option('scale', '10'));
  const meanS = Number(option('mean-s', '20'));
  const foundation = await openFoundation(config, log);
  const { db, queue } = foundation;
  const keepers = [startSupervisor(db, queue, log), startSweeper({ db, queue, clock: systemClock, log })];
  const feed = await openFeed(foundation, config, log);
  const fleet = new SimulatedFleet(db.url, {
    ...{ scale, meanS, processes: Number(option('processes', '2')) },
    connections: Number(option('connections', '10')),
  });
  const means = { foundation, fleet, feed, postgres: await postmaster(foundation) };
  let workers = 0;
  feed.feeder.start(
    () => feed.feeder.accepted - fleet.counts.dispatched,
    () => workers / 2 + BACKLOG,
  );
  const steps: (Step & { postgresCpuMs: number })[] = [];
  for (const next of option('workers', '50,100,200,400,800,1600').split(',').map(Number)) {
    workers = next;
    fleet.grow(next);
    await pause(SETTLING_MS);
    steps.push(await measured(means, next, meanS / scale));
  }
  conclude(steps, meanS, scale);
  await feed.feeder.stop();
  await drained(means);
  await fleet.stop();
  await feed.courier.stop();
  feed.receiver.close();
  for (const keeper of keepers) await keeper.stop();
  await foundation.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measured(means: Means, workers: number, scaledS: number) {
  const before = await look(means);
  await pause(Number(option('seconds', '12')) * 1_000);
  const after = await look(means);
  const seconds = (after.at - before.at) / 1_000;
  const perS = (of: (seen: Seen) => number): number => round((of(after) - of(before)) / seconds);
  const settled = after.settled - before.settled;
  const step = {
    captures: workers,
    acceptedPerS: perS((seen) => seen.accepted),
    dispatchedPerS: perS((seen) => seen.dispatched),
    settledPerS: perS((seen) => seen.settled),
    deliveredPerS: perS((seen) => seen.delivered),
    idealPerS: round(idealPerS(workers, scaledS)),
    connections: after.connections,
    postgresCpuMs: round(((after.postgresCpuS - before.postgresCpuS) / settled) * 1_000),
    postgresCores: perS((seen) => seen.postgresCpuS),
    nodeCores: perS((seen) => seen.nodeCpuS),
    refused: after.refused - before.refused,
  };
  print({ bench: 'coordinate', ...step });
  return step;
}

type Seen = Awaited<ReturnType<typeof look>>;

async function look({ foundation, fleet, feed, postgres }: Means) {
  const { rows } = await foundation.db.query(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()',
  );
  const postgresCpuS = treeCpuS(postgres);
  return {
    ...fleet.counts,
    at: performance.now(),
    accepted: feed.feeder.accepted,
    delivered: feed.receiver.events.size,
    connections: z.object({ n: z.int() }).parse(rows[0]).n,
    postgresCpuS,
    // The server was started by this process.
    nodeCpuS: treeCpuS(process.pid) - postgresCpuS,
  };
}

function conclude(steps: readonly (Step & { postgresCpuMs: number })[], meanS: number, scale: number): void {
  const best = steps.reduce((a, b) => (b.settledPerS > a.settledPerS ? b : a));
  const bend = bendOf(steps, meanS / scale);
  print({
    ...{ bench: 'coordinate', bendsAt: bend?.captures ?? null, mostSettledPerS: best.settledPerS },
    meanCaptureS: meanS,
    capturesAtOnce: capturesCarried(best.settledPerS, meanS),
    childrenPerPostgresCoreS: round(1_000 / best.postgresCpuMs),
  });
}

/** Waits until everything accepted has ended and was delivered, and says what is missing or double. */
async function drained({ foundation, fleet, feed }: Means): Promise<void> {
  const { feeder, receiver } = feed;
  const until = performance.now() + DRAIN_MS;
  const count = async (): Promise<number> => {
    const { rows } = await foundation.db.query(
      `SELECT count(*)::int AS n FROM fleet.child WHERE status = 'completed'`,
    );
    return z.object({ n: z.int() }).parse(rows[0]).n;
  };
  while (performance.now() < until) {
    if ((await count()) === feeder.accepted && receiver.events.size === feeder.accepted) break;
    await pause(500);
  }
  const { lost: leasesLost, settled } = fleet.counts;
  const completed = await count();
  print({
    ...{ bench: 'coordinate', accepted: feeder.accepted, completed, notEnded: feeder.accepted - completed },
    ...{ settledTwice: Math.max(0, settled - completed), leasesLost },
    ...{ eventsMissing: completed - receiver.events.size, deliveriesRepeated: receiver.repeated },
  });
}

async function postmaster({ db }: Foundation): Promise<number> {
  const { rows } = await db.query('SELECT pg_backend_pid() AS pid');
  const { pid } = z.object({ pid: z.int() }).parse(rows[0]);
  const parent = readProcess(pid)?.parent;
  if (parent === undefined) throw new Error('the processes of Postgres cannot be looked at here');
  return parent;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
