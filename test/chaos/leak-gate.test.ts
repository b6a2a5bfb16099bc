import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { HAS_PROCESS_TABLE } from '../../src/platform/process-table.ts';
import { storm } from '../../src/stage/traps.ts';
import { echoSurface } from '../integration/capture/echo-surface.ts';
import { testLog } from '../integration/database.ts';
import { until } from '../integration/fleet/capture-world.ts';
import { echoStage } from '../integration/stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../integration/worker-world.ts';

/** CI-sized; the soak bench is the long one. */
const WARM_UP_WAVES = 2;
const WAVES = 4;
const SCENES = ['plain', 'rich', 'refused', 'cut', 'storm', 'plain', 'rich', 'scrambled'];
/** Noise of a wave is some ten kilobytes (browserless measured 70 KB per 360 requests); a leak of pages is megabytes. */
const HEAP_PER_WAVE_BYTES = 1_000_000;

let world: WorkerWorld;
let pool: BrowserPool;
let root: ScratchRoot;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  const echo = echoStage();
  const { plain } = echo.scenes;
  if (plain === undefined) throw new Error('the echo stage lost its plain scene');
  const stages = [{ ...echo, scenes: { ...echo.scenes, storm: storm(plain) } }];
  world = await openWorkerWorld({ surfaces: [echoSurface()], stages, captureTimeoutMs: 6_000 });
  const { path, binary } = findBrowser(readConfig({}, '/'), 'shell');
  const { dataDir, stage } = world;
  const launch = { executablePath: path, binary, stagePort: stage.port, plugins: [], dataDir, log: testLog };
  pool = new BrowserPool(launch, systemClock);
  root = new ScratchRoot(dataDir, testLog);
  await world.worker({ pool, slots: 4 });
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await world?.close();
});

/** What is there when nothing runs. */
interface Residue {
  contextsBeyondBrowsers: number;
  foldersBeyondBrowsers: number;
  processes: number;
  listeners: number;
  connections: number;
  handles: number;
  heapBytes: number;
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') for (let round = 0; round < 3; round++) gc();
}

async function connections(): Promise<number> {
  const { rows } = await world.fresh.db.query(
    'SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database()',
  );
  return z.object({ open: z.int() }).parse(rows[0]).open;
}

async function residue(): Promise<Residue> {
  const calm = (): boolean =>
    pool.gauges().pagesOpen === 0 && pool.gauges().contexts === pool.gauges().browsers;
  await until(calm, 'all pages given back and the next one opened');
  collect();
  const { browsers, contexts } = pool.gauges();
  const folders = root.list(0);
  return {
    contextsBeyondBrowsers: contexts - browsers,
    foldersBeyondBrowsers: folders.length - browsers,
    processes: markedProcesses(root, folders).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    connections: await connections(),
    handles: process.getActiveResourcesInfo().filter((kind) => !/^(?:Timeout|Immediate)$/.test(kind)).length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

async function wave(index: number): Promise<Residue> {
  const jobs = await Promise.all(SCENES.map((scene) => world.submit(`[scene:${scene}] wave ${index}`)));
  for (const { jobId } of jobs) await world.ended(jobId);
  if (index % 2 === 1) for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
  const last = await world.submit('[scene:plain] last of the wave');
  await world.ended(last.jobId);
  return residue();
}

describe('the leak gate', () => {
  it(`finds nothing left after ${WAVES} waves of mixed captures and killed browsers`, async () => {
    const baseline: Residue[] = [];
    for (let index = 0; index < WARM_UP_WAVES; index++) baseline.push(await wave(index));
    const most = (of: (state: Residue) => number): number => Math.max(...baseline.map(of));
    expect(most(({ processes }) => processes) > 0).toBe(HAS_PROCESS_TABLE); // The gate sees what it guards.
    const states: Residue[] = [];
    for (let index = 0; index < WAVES; index++) states.push(await wave(WARM_UP_WAVES + index));
    for (const state of states) {
      expect(state.contextsBeyondBrowsers).toBe(0);
      expect(state.foldersBeyondBrowsers).toBe(0);
      // Chromium keeps one spare renderer or none, as it likes.
      expect(state.processes).toBeLessThanOrEqual(most(({ processes }) => processes) + 1);
      expect(state.listeners).toBeLessThanOrEqual(most(({ listeners }) => listeners));
      expect(state.connections).toBeLessThanOrEqual(
        Math.max(
          most((was) => was.connections),
          20,
        ),
      );
      expect(state.handles).toBeLessThanOrEqual(most(({ handles }) => handles) + 4);
    }
    const heaps = states.map(({ heapBytes }) => heapBytes);
    const growth = ((heaps.at(-1) ?? 0) - (heaps[0] ?? 0)) / (WAVES - 1);
    process.stdout.write(`leak gate: ${Math.round(growth / 1024)} KB of heap per wave\n`);
    expect(growth).toBeLessThan(HEAP_PER_WAVE_BYTES);
    expect(unhandled).toEqual([]);
    expect(await findDisagreement(world.fresh.db)).toEqual({ children: [], jobs: [] });
  }, 240_000);

  it('finds no process, folder or page once the worker has stopped', async () => {
    await pool.stop();
    expect(pool.gauges()).toMatchObject({ browsers: 0, pagesOpen: 0, contexts: 0 });
    expect(markedProcesses(root, root.list(0))).toEqual([]);
    expect(root.list(0)).toEqual([]);
    expect(pool.counters.pagesClosed).toBeLessThanOrEqual(pool.counters.pagesOpened);
  });
});
