import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownerOf } from '../../../src/jobs/account.ts';
import { drainSeconds } from '../../../src/jobs/admission.ts';
import {
  type RatePolicy,
  rateHeaders,
  refundRate,
  retryAfterSeconds,
  takeRate,
} from '../../../src/jobs/limits.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { countSyncSlots, type SyncSlot, SyncSlots } from '../../../src/jobs/sync-slots.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { testLog } from '../database.ts';
import { context, type JobsWorld, openAccount, openJobsWorld, request } from './jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

const policy = (quota: number, windowS: number): RatePolicy => ({ name: 'submit', quota, windowS });

describe('given a burst of N and 10 N requests at once from three processes (P16)', () => {
  it('exactly N are admitted; none comes back within the test', async () => {
    const pools = [1, 2, 3].map(() => openDatabase(world.url, { log: testLog, max: 8 }));
    const slow = policy(60, 86_400);
    const states = await Promise.all(
      Array.from({ length: 600 }, (_, index) => takeRate(pools[index % 3] ?? world.db, 'race', slow)),
    );
    await Promise.all(pools.map((pool) => pool.close()));
    const admitted = states.filter((state) => state.allowed);
    process.stdout.write(`P16: ${admitted.length} of 600 admitted, burst 60\n`);
    expect(admitted).toHaveLength(60);
    expect(admitted.map((state) => state.remaining).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, n) => n),
    );
  });
});

describe('a bucket', () => {
  it('admits a client that waits as long as it was told', async () => {
    const quick = policy(5, 2);
    for (let count = 0; count < 5; count++)
      expect((await takeRate(world.db, 'waits', quick)).allowed).toBe(true);
    for (let round = 0; round < 3; round++) {
      let state = await takeRate(world.db, 'waits', quick);
      while (state.allowed) state = await takeRate(world.db, 'waits', quick);
      await pause(retryAfterSeconds(state.waitMs, 0) * 1000);
      expect((await takeRate(world.db, 'waits', quick)).allowed).toBe(true);
    }
  });

  it('never admits more than its quota plus what came back meanwhile', async () => {
    const quick = policy(50, 5);
    const startedAt = performance.now();
    let admitted = 0;
    for (let count = 0; count < 300; count++)
      if ((await takeRate(world.db, 'greedy', quick)).allowed) admitted++;
    const cameBack = ((performance.now() - startedAt) / 5_000) * 50;
    expect(admitted).toBeLessThanOrEqual(50 + cameBack + 1);
    expect(admitted).toBeGreaterThanOrEqual(50);
  });

  it('gives a free request back', async () => {
    const tight = policy(1, 3_600);
    expect((await takeRate(world.db, 'free', tight)).allowed).toBe(true);
    expect((await takeRate(world.db, 'free', tight)).allowed).toBe(false);
    await refundRate(world.db, 'free', tight);
    expect((await takeRate(world.db, 'free', tight)).allowed).toBe(true);
  });

  it('is told in old and new headers that agree', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000_000 }),
        fc.integer({ min: 0, max: 1000 }),
        (waitMs, remaining) => {
          const atMs = 1_800_000_000_123;
          const headers = rateHeaders(policy(60, 60), { allowed: true, remaining, waitMs, atMs });
          const t = Number(/;t=(\d+)$/.exec(headers.ratelimit ?? '')?.[1]);
          expect(headers['ratelimit-policy']).toBe('"submit";q=60;w=60');
          expect(headers.ratelimit).toContain(`"submit";r=${remaining};`);
          expect(Number(headers['x-ratelimit-reset']) * 1000).toBeGreaterThanOrEqual(atMs + waitMs);
          expect(retryAfterSeconds(waitMs, 0)).toBeGreaterThanOrEqual(t);
          expect(retryAfterSeconds(waitMs, 1)).toBeLessThanOrEqual(Math.ceil(t * 1.1) + 1);
        },
      ),
    );
  });
});

describe('given more sync requests than slots', () => {
  it('exactly as many as there are slots get one, whoever asks; the rest leave nothing behind', async () => {
    await openAccount(world.db, 'acct_sync');
    const limits = { sync: 7, queue: 1000, roomInAll: 1000, queueInAll: 1000 };
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        submit(
          world.db,
          world.queue,
          request(),
          context({ caller: ownerOf('acct_sync'), limits, syncSlot: crypto.randomUUID() }),
        ),
      ),
    );
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    expect(refused).toHaveLength(33);
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'CONCURRENCY_LIMIT_EXCEEDED',
        status: 429,
        message: '7 of 7 sync captures in flight; retry, or use mode=async',
      });
      expect(Number(error.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(error.headers['retry-after'])).toBeLessThanOrEqual(5);
    }
    const { rows } = await world.db.query(
      `SELECT open_children AS open, reserved FROM fleet.account_balance WHERE account_id = 'acct_sync'`,
    );
    expect(rows).toEqual([{ open: 7, reserved: 35 }]);
  });

  it('a slot whose process died is free within its lease; one that is held lives on (P18)', async () => {
    const insert = (slot: SyncSlot): Promise<unknown> =>
      world.db.query(`INSERT INTO fleet.sync_slot VALUES ($1, $2, clock_timestamp() + interval '15 s')`, [
        slot.id,
        slot.accountId,
      ]);
    const slots = new SyncSlots(world.db, testLog);
    slots.start();
    const held = { id: crypto.randomUUID(), accountId: 'acct_lease' };
    await insert(held);
    await insert({ id: crypto.randomUUID(), accountId: 'acct_lease' });
    slots.hold(held);
    expect(await countSyncSlots(world.db, 'acct_lease')).toBe(2);
    await expect
      .poll(() => countSyncSlots(world.db, 'acct_lease'), { timeout: 20_000, interval: 500 })
      .toBe(1);
    await slots.free(held);
    expect(await countSyncSlots(world.db, 'acct_lease')).toBe(0);
    slots.close();
  });
});

describe('given a process that holds a sync slot', () => {
  it('keeps it beyond its lease while it lives, and loses it within the lease when it is killed (P18)', async () => {
    const script = join(import.meta.dirname, 'hold-sync-slot.ts');
    const holder = spawn(process.execPath, [script, world.url, 'acct_killed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(holder.stdout, 'data');
    expect(String(said)).toBe('held\n');
    const expiry = async (): Promise<string> => {
      const { rows } = await world.db.query(
        `SELECT expires_at::text AS at FROM fleet.sync_slot WHERE account_id = 'acct_killed'`,
      );
      return (rows[0] as { at: string }).at;
    };
    const first = await expiry();
    await expect.poll(expiry, { timeout: 15_000, interval: 250 }).not.toBe(first);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await expect
      .poll(() => countSyncSlots(world.db, 'acct_killed'), { timeout: 20_000, interval: 250 })
      .toBe(0);
  });
});

describe('given a queue that is nearly full', () => {
  it('admits a whole request or none of it', async () => {
    await openAccount(world.db, 'acct_queue');
    const caller = ownerOf('acct_queue');
    const limits = { sync: 1, queue: 5, roomInAll: 1000, queueInAll: 1000 };
    const three = request({ surfaces: ['chatgpt', 'claude', 'gemini'] });
    await submit(world.db, world.queue, three, context({ caller, limits }));
    await expect(submit(world.db, world.queue, three, context({ caller, limits }))).rejects.toMatchObject({
      code: 'QUEUE_CAPACITY_EXCEEDED',
      message: 'queue holds 3 of 5 captures; retry in 60 s',
      headers: { 'retry-after': '60' },
    });
    await submit(world.db, world.queue, request(), context({ caller, limits }));
  });

  it('the queue of all accounts together is limited too', async () => {
    await openAccount(world.db, 'acct_total');
    const limits = { sync: 1, queue: 5, roomInAll: 0, queueInAll: 9 };
    await expect(
      submit(world.db, world.queue, request(), context({ caller: ownerOf('acct_total'), limits })),
    ).rejects.toMatchObject({ message: 'queue holds 9 of 9 captures; retry in 60 s' });
  });

  it('tells when to come back by the pace at which captures end', () => {
    expect([drainSeconds(1, 60), drainSeconds(10, 60), drainSeconds(500, 60), drainSeconds(1, 0)]).toEqual([
      1, 10, 60, 60,
    ]);
  });
});
