import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../../src/contract/errors.ts';
import type { FleetSurface } from '../../../src/contract/surface-name.ts';
import { BrowserPool, type LeasedPage } from '../../../src/fleet/browser-pool.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import type { Queue, QueuedJob } from '../../../src/platform/queue.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

const PATIENCE_MS = 90_000;

/** A machine on which no browser can be launched, until it is mended. */
class BrokenPool extends BrowserPool {
  tries = 0;
  mended = false;

  override async start(): Promise<void> {
    // It began well, long ago.
  }

  override async acquire(...order: Parameters<BrowserPool['acquire']>): Promise<LeasedPage> {
    if (this.mended) return super.acquire(...order);
    this.tries++;
    throw new FleetError('BROWSER_LAUNCH_FAILED', 'the browser could not be launched');
  }
}

let world: WorkerWorld;
let pool: BrokenPool;
beforeEach(async () => {
  world = await openWorkerWorld({
    surfaces: [echoSurface()],
    stages: [echoStage()],
    captureTimeoutMs: 60_000,
  });
  const { path, binary } = findBrowser(readConfig({}, '/'), 'shell');
  const launch = {
    ...{ executablePath: path, binary, stagePort: world.stage.port, plugins: [], log: testLog },
  };
  pool = new BrokenPool(launch, systemClock);
});
afterEach(() => world.close());

describe('a worker that can launch no browser', () => {
  it('fails no child for it: it pauses, and the children lose no attempt', async () => {
    const jobs = await Promise.all([1, 2, 3, 4].map((index) => world.submit(`query ${index}`)));
    await world.worker({ pool, slots: 2 });
    // Each of these once cost a child one of its three attempts.
    await expect.poll(() => pool.tries, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(3);
    pool.mended = true;
    for (const { jobId } of jobs) {
      const [envelope] = await world.ended(jobId, PATIENCE_MS);
      expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
    }
  }, 200_000);
});

describe('a worker that is stopped while a job is on its way to it', () => {
  it('is done with that job when it has stopped', async () => {
    const { children } = await world.submit('query');
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const { queue } = world;
    const fetch = async (surface: FleetSurface): Promise<QueuedJob | undefined> => {
      const job = await queue.fetch(surface);
      asked.resolve();
      await answered.promise;
      return job;
    };
    const slow: Queue = new Proxy(queue, {
      get: (target, name) => {
        const own: unknown = name === 'fetch' ? fetch : Reflect.get(target, name);
        return typeof own === 'function' ? own.bind(target) : own;
      },
    });
    const worker = await world.worker({ pool, queue: slow });
    await asked.promise;
    const stopped = worker.stop();
    answered.resolve();
    await stopped;
    expect(pool.tries).toBe(1);
    const { rows } = await world.fresh.db.query(
      `SELECT c.status, c.attempts, j.state FROM fleet.child c JOIN pgboss.job j ON j.id = c.queue_job_id WHERE c.id = $1`,
      [children[0]],
    );
    expect(rows).toEqual([{ status: 'queued', attempts: 0, state: 'created' }]);
  }, 120_000);
});

describe('a worker whose disk is full', () => {
  it('begins nothing, and goes on when there is room', async () => {
    let room = false;
    let asked = 0;
    const { jobId } = await world.submit('query');
    pool.mended = true;
    await world.worker({
      pool,
      mayBegin: () => {
        asked++;
        return room;
      },
    });
    await expect.poll(() => asked, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(3);
    const { rows } = await world.fresh.db.query('SELECT status, attempts FROM fleet.child');
    expect(rows).toEqual([{ status: 'queued', attempts: 0 }]);
    room = true;
    const [envelope] = await world.ended(jobId, PATIENCE_MS);
    expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
  }, 200_000);
});
