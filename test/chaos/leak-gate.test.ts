import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Api, createApi } from '../../src/api/server.ts';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import { createKey } from '../../src/jobs/api-keys.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
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
/** Pools keep a timer per idle connection, and those come and go; one timer left by each capture would be 36 more. */
const IDLE_TIMERS = 16;

let world: WorkerWorld;
let pool: BrowserPool;
let root: ScratchRoot;
let api: Api;
let url: string;
let key: string;
const metrics = createMetrics();
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
  const { queue, listener, store } = world;
  const { db } = world.fresh;
  const config = { ...readConfig({ FLEET_ORIGIN: 'stage' }, dataDir), port: 0 };
  api = await createApi({
    ...{ config, db, queue, listener, store, metrics, log: testLog, clock: systemClock },
    catalog: [{ name: 'chatgpt', regions: 'any', login: 'none', available: true }],
  });
  url = (await api.listen()).url;
  key = (await createKey(db, { label: 'leak gate' }, Date.now())).key;
});
afterAll(async () => {
  await api?.close();
  process.off('unhandledRejection', note);
  await world?.close();
});

/** The status of an answer, on a connection of its own; `left` when the client goes away before there is one. */
function ask(path: string, given: { body?: string; stranger?: boolean; leavesAfterMs?: number } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<number | 'left'>();
  const headers = {
    'content-type': 'application/json',
    prefer: 'wait=120',
    ...(given.stranger ? {} : { authorization: `Bearer ${key}` }),
  };
  const method = given.body === undefined ? 'GET' : 'POST';
  const asked = request(`${url}${path}`, { method, headers, agent: false }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
  });
  let left = false;
  asked.on('error', (error) => (left ? resolve('left') : reject(error)));
  asked.end(given.body);
  if (given.leavesAfterMs !== undefined)
    setTimeout(() => {
      left = true;
      asked.destroy(new Error('the client leaves'));
    }, given.leavesAfterMs);
  return promise;
}

/** Requests of every kind: unknown, refused, broken, answered, left by its client. */
async function requests(): Promise<void> {
  const search = (query: string): string => JSON.stringify({ query, surfaces: ['chatgpt'] });
  const answers = await Promise.all([
    ...[ask('/nowhere'), ask('/v1/jobs', { stranger: true }), ask('/v1/search', { body: '{"query":' })],
    ...[ask('/v1/async/status'), ask('/v1/search', { body: search('[scene:plain] asked') })],
    ask('/v1/search', { body: search('[scene:silent] left'), leavesAfterMs: 500 }),
  ]);
  expect(answers).toEqual([404, 401, 400, 200, 200, 'left']);
}

async function openChildren(): Promise<number> {
  const { rows } = await world.fresh.db.query(
    `SELECT count(*)::int AS open FROM fleet.child WHERE status IN ('queued', 'processing')`,
  );
  return z.object({ open: z.int() }).parse(rows[0]).open;
}

/** What is there when nothing runs. */
interface Residue {
  waiters: number;
  syncSlots: number;
  contextsBeyondBrowsers: number;
  foldersBeyondBrowsers: number;
  processes: number;
  listeners: number;
  connections: number;
  handles: number;
  timers: number;
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

async function syncSlots(): Promise<number> {
  const { rows } = await world.fresh.db.query('SELECT count(*)::int AS open FROM fleet.sync_slot');
  return z.object({ open: z.int() }).parse(rows[0]).open;
}

async function residue(): Promise<Residue> {
  const calm = (): boolean =>
    pool.gauges().pagesOpen === 0 && pool.gauges().contexts === pool.gauges().browsers;
  await until(calm, 'all pages given back and the next one opened');
  collect();
  const { browsers, contexts } = pool.gauges();
  const folders = root.list(0);
  const resources = process.getActiveResourcesInfo();
  const { body } = await metrics.text();
  return {
    waiters: Number(/^sync_inflight (\d+)$/m.exec(body)?.[1]),
    syncSlots: await syncSlots(),
    contextsBeyondBrowsers: contexts - browsers,
    foldersBeyondBrowsers: folders.length - browsers,
    processes: markedProcesses(root, folders).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    connections: await connections(),
    handles: resources.filter((kind) => !/^(?:Timeout|Immediate)$/.test(kind)).length,
    timers: resources.filter((kind) => kind === 'Timeout').length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

async function wave(index: number): Promise<Residue> {
  const asking = requests();
  const jobs = await Promise.all(SCENES.map((scene) => world.submit(`[scene:${scene}] wave ${index}`)));
  await asking;
  for (const { jobId } of jobs) await world.ended(jobId);
  if (index % 2 === 1) for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
  const last = await world.submit('[scene:plain] last of the wave');
  await world.ended(last.jobId);
  await until(async () => (await openChildren()) === 0, 'the end of what a client left behind');
  return residue();
}

describe('the leak gate', () => {
  it(`finds nothing left after ${WAVES} waves of mixed requests, captures and killed browsers`, async () => {
    const baseline: Residue[] = [];
    for (let index = 0; index < WARM_UP_WAVES; index++) baseline.push(await wave(index));
    const most = (of: (state: Residue) => number): number => Math.max(...baseline.map(of));
    expect(most(({ processes }) => processes) > 0).toBe(HAS_PROCESS_TABLE); // The gate sees what it guards.
    const states: Residue[] = [];
    for (let index = 0; index < WAVES; index++) states.push(await wave(WARM_UP_WAVES + index));
    for (const state of states) {
      expect([state.waiters, state.syncSlots]).toEqual([0, 0]);
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
      expect(state.timers).toBeLessThanOrEqual(most(({ timers }) => timers) + IDLE_TIMERS);
    }
    const heaps = states.map(({ heapBytes }) => heapBytes);
    const growth = ((heaps.at(-1) ?? 0) - (heaps[0] ?? 0)) / (WAVES - 1);
    const timers = [...baseline, ...states].map((state) => state.timers).join(' ');
    process.stdout.write(`leak gate: ${Math.round(growth / 1024)} KB of heap per wave, timers ${timers}\n`);
    expect(growth).toBeLessThan(HEAP_PER_WAVE_BYTES);
    expect(unhandled).toEqual([]);
    expect(await findDisagreement(world.fresh.db)).toEqual({ children: [], jobs: [] });
  }, 900_000);

  it('finds no process, folder or page once the worker has stopped', async () => {
    await pool.stop();
    expect(pool.gauges()).toMatchObject({ browsers: 0, pagesOpen: 0, contexts: 0 });
    expect(markedProcesses(root, root.list(0))).toEqual([]);
    expect(root.list(0)).toEqual([]);
    expect(pool.counters.pagesClosed).toBeLessThanOrEqual(pool.counters.pagesOpened);
  });
});
