import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Waiters } from '../../../src/api/waiters.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { type Listener, openListener } from '../../../src/platform/listener.ts';
import { testLog } from '../database.ts';
import { context, finishNext, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';

let world: JobsWorld;
let listener: Listener;
let waiters: Waiters;
beforeAll(async () => {
  world = await openJobsWorld();
  listener = await openListener(world.url, { log: testLog });
  waiters = new Waiters(world.db, testLog);
  await waiters.start(listener);
});
afterAll(async () => {
  waiters.close();
  await listener.close();
  await world.close();
});

const never = new AbortController().signal;

describe('given somebody who waits for a job', () => {
  it('200 of them hear of its end', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    const waits = Array.from({ length: 200 }, () => waiters.wait(jobId, 30_000, never));
    await finishNext(world);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['done']));
    expect(waiters.size).toBe(0);
  });

  it('a job that has ended already needs no notification', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    await finishNext(world);
    expect(await waiters.wait(jobId, 30_000, never)).toBe('done');
  });

  it('is forgotten when the client leaves, and when the time is over', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    const leaving = new AbortController();
    const wait = waiters.wait(jobId, 30_000, leaving.signal);
    expect(waiters.size).toBe(1);
    leaving.abort();
    expect(await wait).toBe('gone');
    expect(await waiters.wait(jobId, 10, never)).toBe('timeout');
    expect(waiters.size).toBe(0);
    await finishNext(world);
  });

  it('is sent away when the server drains, and so is whoever comes later', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    const wait = waiters.wait(jobId, 30_000, never);
    waiters.drain();
    expect(await wait).toBe('draining');
    expect(await waiters.wait(jobId, 30_000, never)).toBe('draining');
  });
});
