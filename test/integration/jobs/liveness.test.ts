import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJob } from '../../../src/jobs/read.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { startSweeper } from '../../../src/jobs/sweeper.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { testLog } from '../database.ts';
import {
  caller,
  claimed,
  context,
  finishNext,
  type JobsWorld,
  openJobsWorld,
  request,
} from './jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

describe('given a worker that falls silent', () => {
  it('its child is due again after the heartbeat, while a touched one stays', async () => {
    await submit(world.db, world.queue, request({ surfaces: ['chatgpt', 'gemini'] }), context());
    const silent = await claimed(world, { surface: 'chatgpt' });
    const alive = await claimed(world, { surface: 'gemini' });
    await expect
      .poll(
        async () => {
          expect(await world.queue.touch(alive.lease)).toBe(true);
          const { rows } = await world.db.query('SELECT state::text FROM pgboss.job WHERE id = $1', [
            silent.lease.queueJobId,
          ]);
          return (rows[0] as { state: string }).state;
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toBe('retry');
    expect(await world.queue.touch(silent.lease)).toBe(false);
    const heir = await claimed(world, { surface: 'chatgpt', workerId: 'heir' });
    expect(heir).toMatchObject({ id: silent.id, attempt: 2 });
  });
});

describe('given the sweeper', () => {
  it('ends overdue children by itself, and announces it', async () => {
    const sweeper = startSweeper({ ...world, clock: systemClock, log: testLog, everyMs: 50 });
    const { jobId } = await submit(
      world.db,
      world.queue,
      request({ surfaces: ['claude'] }),
      context({ ttlMs: 200 }),
    );
    await expect
      .poll(async () => (await readJob(world.db, caller.accountId, jobId))?.job.status, { timeout: 10_000 })
      .toBe('expired');
    await sweeper.stop();
    await submit(world.db, world.queue, request({ surfaces: ['claude'] }), context());
    expect((await finishNext(world, { surface: 'claude' })).job.status).toBe('completed');
  });
});
