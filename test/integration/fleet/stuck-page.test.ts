import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Surface } from '../../../src/contract/surface.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

const PATIENCE_MS = 90_000;
const driven: string[] = [];

/** The first page that is driven is asked something that it never answers, by a step that no deadline ends. */
const drive: Surface['drive'] = async (page, { query }) => {
  driven.push(query);
  if (driven.length === 1) await page.evaluate(() => new Promise<void>(() => undefined));
};

let world: WorkerWorld;
beforeEach(async () => {
  world = await openWorkerWorld({
    surfaces: [echoSurface({ drive })],
    stages: [echoStage()],
    captureTimeoutMs: 2_000,
  });
});
afterEach(() => world.close());

it('a page operation that never returns: its page is closed and the only slot serves the next capture', async () => {
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');
  const launch = { executablePath: path, binary, stagePort: world.stage.port, plugins: [], log: testLog };
  const pool = new BrowserPool(launch, systemClock);
  const metrics = createMetrics();
  await world.worker({ slots: 1, drainMs: 1_000, pool, metrics });
  await world.submit('stuck');
  await expect.poll(() => driven, { timeout: PATIENCE_MS }).toEqual(['stuck']);
  await world.submit('next');
  await expect.poll(() => driven, { timeout: PATIENCE_MS }).toContain('next');
  expect((await metrics.text()).body).toContain('fleet_attempts_stuck_total 1');
  expect(pool.counters.browsersRetired.unhealthy).toBeGreaterThan(0);
  // The child is not lost: its lease runs out, and its next attempt meets a page that answers.
  const tried = (): number => driven.filter((query) => query === 'stuck').length;
  await expect.poll(tried, { timeout: PATIENCE_MS }).toBeGreaterThan(1);
  await expect.poll(() => pool.gauges().pagesOpen, { timeout: PATIENCE_MS }).toBe(0);
}, 300_000);
