import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Surface } from '../../../src/contract/surface.ts';
import { readLanes } from '../../../src/fleet/lane-row.ts';
import type { Submitted } from '../../../src/jobs/submit.ts';
import { chatgpt } from '../../../surfaces/chatgpt/surface.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';
import { lanedWorkers, TestClock, until } from './lane-world.ts';

/** ChatGPT, counting how many of its captures are under way in all workers together. */
let underWay = 0;
let mostAtOnce = 0;
let started: string[] = [];
const counted: Surface = {
  ...chatgpt,
  drive: async (page, request, tools) => {
    started.push(request.query);
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    try {
      await chatgpt.drive(page, request, tools);
    } finally {
      underWay--;
    }
  },
};

let world: WorkerWorld;
beforeEach(async () => {
  underWay = 0;
  mostAtOnce = 0;
  started = [];
  world = await openWorkerWorld({ surfaces: [counted], captureTimeoutMs: 40_000 });
});
afterEach(async () => {
  await world.close();
});

const lane = async () => (await readLanes(world.fresh.db)).find(({ egress }) => egress === 'stage');

/** Long enough for each worker to have looked again by itself. */
const afterAPoll = () => new Promise((done) => setTimeout(done, 1_500));

describe('two workers on one lane', { timeout: 150_000 }, () => {
  it('have no more captures under way together than the lane allows, and use what it allows', async () => {
    const jobs: Submitted[] = [];
    for (let index = 0; index < 6; index++) jobs.push(await world.submit(`query ${index}`));
    await lanedWorkers(world, { count: 2, slots: 3, lanes: 'stage: at-once=2, per-minute=6000' });
    for (const { jobId } of jobs) {
      const [envelope] = await world.ended(jobId);
      expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
    }
    expect(mostAtOnce).toBe(2);
    expect(await lane()).toMatchObject({ phase: 'flowing', inFlight: 0 });
  });

  it('start one capture per pause of the pace; the others hold no slot, and their wait counts no attempt', async () => {
    const clock = new TestClock();
    const jobs: Submitted[] = [];
    for (let index = 0; index < 3; index++) jobs.push(await world.submit(`query ${index}`));
    const { workers } = await lanedWorkers(world, {
      ...{ count: 2, slots: 2, lanes: 'stage: at-once=5, per-minute=60, jitter=0', clock },
    });
    for (let count = 1; count <= 3; count++) {
      await until(
        () => started.length === count && workers.every(({ busy }) => busy === 0),
        'the next start',
      );
      await afterAPoll();
      expect(started).toHaveLength(count);
      clock.advance(999);
      await afterAPoll();
      expect(started).toHaveLength(count);
      clock.advance(1);
    }
    for (const { jobId } of jobs) {
      const [envelope] = await world.ended(jobId);
      expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
    }
  });

  it('stop at a challenge, try one probe after the cool-down, wait twice as long when it meets a wall, and go on when two came back well', async () => {
    const clock = new TestClock();
    const { workers } = await lanedWorkers(world, {
      ...{ count: 2, slots: 2, clock },
      lanes: 'stage: at-once=1, per-minute=6000, jitter=0, cool-down=5m',
    });
    const allIdle = () => workers.every(({ busy }) => busy === 0);

    const [challenged] = await world.ended((await world.submit('[scene:challenge] a')).jobId);
    expect(challenged?.job).toMatchObject({ status: 'failed', outcome: 'challenge', attempts: 1 });
    const probe = await world.submit('[scene:throttled] b');
    clock.advance(5 * 60_000 - 1);
    await afterAPoll();
    expect(started).toHaveLength(1);
    expect(await lane()).toMatchObject({ phase: 'cooling', detail: 'challenge', openings: 1, inFlight: 0 });

    clock.advance(1);
    const [throttled] = await world.ended(probe.jobId);
    expect(throttled?.job).toMatchObject({ status: 'failed', outcome: 'throttled', attempts: 1 });
    await until(allIdle, 'the end of the probe');
    expect(await lane()).toMatchObject({ phase: 'cooling', detail: 'throttled', openings: 2 });

    const jobs: Submitted[] = [];
    for (const query of ['c', 'd', 'e']) jobs.push(await world.submit(query));
    clock.advance(10 * 60_000 - 1);
    await afterAPoll();
    expect(started).toHaveLength(2);
    const ticking = setInterval(() => clock.advance(100), 20);
    try {
      for (const { jobId } of jobs) {
        const [envelope] = await world.ended(jobId);
        expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
      }
    } finally {
      clearInterval(ticking);
    }
    expect(mostAtOnce).toBe(1);
    expect(await lane()).toMatchObject({ phase: 'flowing', detail: null });
  });

  it('start nothing on a lane that was closed by hand, and go on when it is opened', async () => {
    const { lanes } = await lanedWorkers(world, { count: 2, slots: 1, lanes: 'stage: per-minute=6000' });
    await lanes.close({ surface: 'chatgpt', egress: 'stage' }, 'maintenance', null);
    const { jobId } = await world.submit('hello');
    await afterAPoll();
    expect(started).toEqual([]);
    expect(await lane()).toMatchObject({ waiting: 'held', until: null, detail: 'maintenance' });
    await lanes.open({ surface: 'chatgpt', egress: 'stage' });
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
  });
});
