import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/contract/errors.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { openListener } from '../../../src/platform/listener.ts';
import { WORK_CHANNEL } from '../../../src/platform/queue.ts';
import { testLog } from '../database.ts';
import {
  breakingAt,
  caller,
  context,
  type JobsWorld,
  openAccount,
  openJobsWorld,
  request,
} from './jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

async function counts(): Promise<unknown> {
  const { rows } = await world.db.query(
    `SELECT (SELECT count(*)::int FROM fleet.job) AS jobs, (SELECT count(*)::int FROM fleet.child) AS children,
       (SELECT count(*)::int FROM fleet.idempotency) AS keys, (SELECT count(*)::int FROM pgboss.job) AS queued`,
  );
  return rows[0];
}

describe('given a search of two surfaces in two regions', () => {
  it('accepts one parent and one child per surface and region, each with its queue job', async () => {
    const asked = request({
      surfaces: ['claude', 'gemini'],
      regions: [{ country: 'US' }, { country: 'DE', city: 'Köln' }],
    });
    const { jobId, children, replayed } = await submit(world.db, world.queue, asked, context());
    expect(replayed).toBe(false);
    expect(children).toEqual([
      `${jobId}.claude.own-fleet.us`,
      `${jobId}.claude.own-fleet.de:koln`,
      `${jobId}.gemini.own-fleet.us`,
      `${jobId}.gemini.own-fleet.de:koln`,
    ]);
    const view = await readJob(world.db, caller.accountId, jobId);
    expect(view?.job.status).toBe('processing');
    expect(view?.children.map((child) => child.status)).toEqual(Array(4).fill('queued'));
    const jobs = [
      await world.queue.fetch('claude'),
      await world.queue.fetch('claude'),
      await world.queue.fetch('claude'),
    ];
    expect(jobs.map((job) => job?.childId)).toEqual([children[0], children[1], undefined]);
  });

  it('wakes the workers of its surfaces when it commits', async () => {
    const heard = Promise.withResolvers<string>();
    const listener = await openListener(world.url, { log: testLog });
    await listener.subscribe(WORK_CHANNEL, heard.resolve);
    await submit(world.db, world.queue, request({ surfaces: ['perplexity'] }), context());
    expect(await heard.promise).toBe('perplexity');
    await listener.close();
  });
});

describe('given a process that dies between any two statements of a submit', () => {
  it('leaves nothing behind, at every one of them', async () => {
    const asked = request({ surfaces: ['chatgpt', 'copilot'], idempotencyKey: 'dies' });
    const before = await counts();
    let at = 0;
    for (; ; at++) {
      try {
        await submit(breakingAt(world.db, at), world.queue, asked, context());
        break;
      } catch (error) {
        expect(String(error)).toContain(`broken before statement ${at}`);
        expect(await counts()).toEqual(before);
      }
    }
    process.stdout.write(`P4: ${JSON.stringify({ crashPoints: at, torn: 0 })}\n`);
    expect(at).toBeGreaterThanOrEqual(6);
    expect(await counts()).not.toEqual(before);
  });
});

describe('given an idempotency key', () => {
  it('200 submits at once with one key make one job; those with another body are refused', async () => {
    const before = await counts();
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => {
        const query = index % 10 === 9 ? 'something else' : 'the same';
        return submit(world.db, world.queue, request({ query, idempotencyKey: 'race' }), context());
      }),
    );
    const done = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    expect(new Set(done.map((result) => result.jobId)).size).toBe(1);
    expect(done.filter((result) => !result.replayed)).toHaveLength(1);
    expect([20, 180]).toContain(refused.length); // Whichever body came first owns the key.
    for (const error of refused) expect(error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', status: 409 });
    expect(await counts()).toMatchObject({ jobs: (before as { jobs: number }).jobs + 1 });
  });

  it('says when the key was used and by which job, when the body differs', async () => {
    const now = Date.UTC(2026, 10, 1);
    const first = await submit(world.db, world.queue, request({ idempotencyKey: 'k1' }), context({ now }));
    const again = submit(world.db, world.queue, request({ idempotencyKey: 'k1', query: 'other' }), context());
    await expect(again).rejects.toThrow(
      `idempotencyKey 'k1' was already used with a different body (first used 2026-11-01T00:00:00.000Z, job ${first.jobId})`,
    );
  });

  it('replays whatever the order of the fields, and keeps accounts apart', async () => {
    const asked = request({ idempotencyKey: 'k2', regions: [{ country: 'US', city: 'Boston' }] });
    const first = await submit(world.db, world.queue, asked, context());
    const turned = request({ idempotencyKey: 'k2', regions: [{ city: 'Boston', country: 'US' }] });
    const second = await submit(world.db, world.queue, turned, context());
    expect(second).toEqual({ ...first, replayed: true, load: undefined });
    await openAccount(world.db, 'acct_other');
    const other = await submit(world.db, world.queue, asked, context({ caller: ownerOf('acct_other') }));
    expect(other.replayed).toBe(false);
  });

  it('answers IDEMPOTENCY_IN_PROGRESS when the first request does not commit within 5 s', async () => {
    const holding = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const first = world.db.transaction(async (sql) => {
      await sql.query(
        `INSERT INTO fleet.idempotency VALUES ('${caller.accountId}', 'slow', 'x', 'job_none', now())`,
      );
      held.resolve();
      await holding.promise;
      throw new Error('rolled back');
    });
    await held.promise;
    const error = await submit(world.db, world.queue, request({ idempotencyKey: 'slow' }), context()).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', headers: { 'retry-after': '1' } });
    holding.resolve();
    await expect(first).rejects.toThrow('rolled back');
    const { replayed } = await submit(world.db, world.queue, request({ idempotencyKey: 'slow' }), context());
    expect(replayed).toBe(false);
  });
});
