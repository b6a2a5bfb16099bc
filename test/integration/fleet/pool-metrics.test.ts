import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchPools } from '../../../src/fleet/pool-metrics.ts';
import { reapOnce } from '../../../src/fleet/reaper.ts';
import { formatMark, MARK_SWITCH } from '../../../src/fleet/scratch.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { HAS_PROCESS_TABLE } from '../../../src/platform/process-table.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type CaptureWorld, openCaptureWorld } from './capture-world.ts';

const PATIENCE = { timeout: 30_000 };
const metrics = createMetrics();
let world: CaptureWorld;
let orphan: ChildProcess | undefined;
beforeAll(async () => {
  world = await openCaptureWorld([echoStage()]);
  watchPools(metrics, () => [world.pool]);
});
afterAll(async () => {
  orphan?.kill('SIGKILL');
  await world.close();
});

/** The value of one series at this moment; NaN when there is none. */
async function read(series: string): Promise<number> {
  const { body } = await metrics.text();
  return Number(
    body
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );
}

describe('what worker /metrics tell of browsers', () => {
  it('is nothing before the first capture', async () => {
    expect(await read('fleet_browsers')).toBe(0);
    expect(await read('fleet_browser_launches{result="launched"}')).toBe(0);
  });

  it('moves with a capture: browsers, pages in hand, their memory, and none in hand afterwards', async () => {
    const inHand = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<void>();
    const held = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        inHand.resolve();
        await Promise.race([seen.promise, tools.pause(60_000)]);
      },
    });
    const capture = world.capture('hello', { surface: held, captureMs: 90_000 });
    try {
      await inHand.promise;
      expect(await read('fleet_browsers')).toBe(1);
      expect(await read('fleet_browser_launches{result="launched"}')).toBe(1);
      expect(await read('fleet_pages_open')).toBe(1);
      // Looked at from time to time; the slots are reckoned with what one page needs.
      if (HAS_PROCESS_TABLE) {
        await expect.poll(() => read('fleet_browser_bytes'), PATIENCE).toBeGreaterThan(10_000_000);
        expect(world.pool.gauges().bytesPerCapture).toBeGreaterThan(1_000_000);
      }
    } finally {
      seen.resolve();
      await capture;
    }
    await expect.poll(() => read('fleet_pages_open'), PATIENCE).toBe(0);
  });

  it('counts what was lost under captures, and browsers that were replaced', async () => {
    const doomed = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        for (const pid of world.pool.pids) process.kill(pid, 'SIGKILL');
        await tools.pause(60_000);
      },
    });
    await world.capture('x', { surface: doomed, captureMs: 60_000 });
    expect(await read('fleet_page_losses{reason="browser_lost"}')).toBe(1);
    expect(await read('fleet_browsers_retired{reason="lost"}')).toBe(1);
    await world.capture('hello');
    expect(await read('fleet_browser_launches{result="launched"}')).toBe(2);
  });

  it.runIf(HAS_PROCESS_TABLE)('counts the orphans that were ended, processes and folders', async () => {
    const { root, pool } = world;
    const id = formatMark({ ...root.owner, startTicks: 1, serial: 77 });
    mkdirSync(join(root.path, id, 'profile'), { recursive: true });
    const sleep = ['-e', 'setTimeout(() => undefined, 120_000)', '--', `${MARK_SWITCH}=${root.fleet}.${id}`];
    orphan = spawn(process.execPath, sleep, { detached: true, stdio: 'ignore' });
    expect(await read('fleet_orphan_processes')).toBe(0);
    await reapOnce(root, pool.counters, systemClock, testLog);
    expect([await read('fleet_orphan_processes'), await read('fleet_orphan_folders')]).toEqual([1, 1]);
  });
});
