import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildId, parseChildId } from '../../../src/contract/ids.ts';
import { claim } from '../../../src/jobs/claim.ts';
import { settleDeadLetters } from '../../../src/jobs/dead-letter.ts';
import { expireOverdue } from '../../../src/jobs/expiry.ts';
import { lockTurns, swapTokens } from '../../../src/jobs/fairness.ts';
import { giveBack, release } from '../../../src/jobs/give-back.ts';
import { releaseLapsed } from '../../../src/jobs/lapsed-leases.ts';
import { readChild, readEnvelopes, readJob } from '../../../src/jobs/read.ts';
import { findDisagreement } from '../../../src/jobs/reconcile.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import {
  breakingAt,
  caller,
  claimed,
  context,
  envelopeFor,
  fetched,
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

async function rowsOf(childId: string): Promise<unknown[]> {
  const child = await world.db.query('SELECT * FROM fleet.child WHERE id = $1', [childId]);
  const queue = await world.db.query(
    `SELECT id, state, retry_count, output FROM pgboss.job WHERE data->>'childId' = $1 ORDER BY id`,
    [childId],
  );
  return [child.rows, queue.rows];
}

/** A job with one child, whose deadline comes so soon. */
function overdueAfterASecond(now: number) {
  return submit(world.db, world.queue, request({ surfaces: ['claude'] }), context({ now, ttlMs: 1_000 }));
}

describe('given a claimed child', () => {
  it('settling stores the Envelope as it was given and completes the queue job', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    const envelope = await finishNext(world, { text: 'two words 🜁' });
    expect(await readEnvelopes(world.db, caller.accountId, jobId)).toEqual([envelope]);
    expect((await readJob(world.db, caller.accountId, jobId))?.job.status).toBe('completed');
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
  });

  it('stores text that SQL cannot hold with its length unchanged', async () => {
    const { children } = await submit(world.db, world.queue, request(), context());
    await finishNext(world, { text: 'a\u0000b\ud800c' });
    const parts = parseChildId(children[0] ?? '');
    const stored = parts && (await readChild(world.db, caller.accountId, parts));
    expect(stored?.answer.text).toBe('a\uFFFDb\uFFFDc');
  });

  it('a process that dies between any two statements of settle changes nothing', async () => {
    await submit(world.db, world.queue, request(), context());
    const child = await claimed(world);
    const envelope = await envelopeFor(world.db, child.id, 'answered', 'text');
    const before = await rowsOf(child.id);
    for (let at = 0; at < 5; at++) {
      await expect(settle(breakingAt(world.db, at), world.queue, child, envelope)).rejects.toThrow('broken');
      expect(await rowsOf(child.id)).toEqual(before);
    }
    await settle(world.db, world.queue, child, envelope);
    expect(await rowsOf(child.id)).not.toEqual(before);
  });

  it('refuses an Envelope of another child or one that is not terminal', async () => {
    await submit(world.db, world.queue, request(), context());
    const child = await claimed(world);
    const envelope = await envelopeFor(world.db, child.id, 'answered');
    await expect(
      settle(world.db, world.queue, child, { ...envelope, job: { ...envelope.job, status: 'processing' } }),
    ).rejects.toThrow(TypeError);
    await expect(
      settle(world.db, world.queue, child, { ...envelope, job: { ...envelope.job, id: 'job_other' } }),
    ).rejects.toThrow(TypeError);
    await settle(world.db, world.queue, child, envelope);
  });
});

describe('given a worker that was presumed dead', () => {
  it('nothing it does with its old lease changes anything once another attempt has begun', async () => {
    await submit(world.db, world.queue, request(), context());
    const zombie = await claimed(world, { workerId: 'zombie' });
    await world.db.transaction((sql) => world.queue.fail(sql, zombie.lease, 'heartbeat lost'));
    const heir = await claimed(world, { workerId: 'heir' });
    expect(heir.attempt).toBe(2);
    const before = await rowsOf(heir.id);
    const envelope = await envelopeFor(world.db, zombie.id, 'answered', 'stale');
    await expect(settle(world.db, world.queue, zombie, envelope)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    await expect(
      giveBack(world.db, world.queue, zombie, { outcome: 'timeout', message: '' }),
    ).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(release(world.db, world.queue, zombie)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await world.queue.touch(zombie.lease)).toBe(false);
    expect(await rowsOf(heir.id)).toEqual(before);
    await settle(world.db, world.queue, heir, await envelopeFor(world.db, heir.id, 'answered', 'true'));
  });

  it('its Envelope is void even between the loss of its lease and the next attempt', async () => {
    await submit(world.db, world.queue, request(), context());
    const zombie = await claimed(world);
    await world.db.transaction((sql) => world.queue.fail(sql, zombie.lease, 'heartbeat lost'));
    const before = await rowsOf(zombie.id);
    const envelope = await envelopeFor(world.db, zombie.id, 'answered', 'stale');
    await expect(settle(world.db, world.queue, zombie, envelope)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await rowsOf(zombie.id)).toEqual(before);
    await finishNext(world);
  });

  it('it cannot claim with what it fetched long ago', async () => {
    await submit(world.db, world.queue, request(), context());
    const old = await fetched(world.queue);
    await world.db.transaction((sql) => world.queue.fail(sql, old, 'heartbeat lost'));
    const heir = await claimed(world, { workerId: 'heir' });
    const late = await claim(world.db, world.queue, old, { workerId: 'zombie', now: Date.now() });
    expect(late).toEqual({ kind: 'superseded' });
    await settle(world.db, world.queue, heir, await envelopeFor(world.db, heir.id, 'answered'));
  });

  it('a repeated claim of the same attempt by the same worker does not count twice', async () => {
    await submit(world.db, world.queue, request(), context());
    const job = await fetched(world.queue);
    const by = { workerId: 'w', now: Date.now() };
    await claim(world.db, world.queue, job, by);
    const again = await claim(world.db, world.queue, job, by);
    expect(again).toMatchObject({ kind: 'claimed', child: { attempt: 1 } });
    if (again.kind === 'claimed') {
      await settle(
        world.db,
        world.queue,
        again.child,
        await envelopeFor(world.db, again.child.id, 'answered'),
      );
    }
  });
});

describe('given an attempt that did not answer', () => {
  it('gives the child back to the queue, three attempts in all, then fails it with its last outcome', async () => {
    const { jobId, children } = await submit(world.db, world.queue, request(), context());
    for (const attempt of [1, 2, 3]) {
      const child = await claimed(world);
      expect(child.attempt).toBe(attempt);
      await giveBack(world.db, world.queue, child, {
        outcome: 'navigation_failed',
        message: `try ${attempt}`,
      });
    }
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
    expect((await readJob(world.db, caller.accountId, jobId))?.job.status).toBe('processing');
    expect(await settleDeadLetters(world.db, world.queue, Date.now())).toBe(1);
    const [envelope] = await readEnvelopes(world.db, caller.accountId, jobId);
    expect(envelope?.job).toMatchObject({
      id: children[0],
      status: 'failed',
      outcome: 'navigation_failed',
      attempts: 3,
      failure: { code: 'navigation_failed', message: 'try 3', retryable: true },
    });
    expect(await settleDeadLetters(world.db, world.queue, Date.now())).toBe(0);
  });

  it('fails as browser_crashed when all its workers were lost without a word', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    for (let attempt = 0; attempt < 3; attempt++) {
      const child = await claimed(world);
      await world.db.transaction((sql) => world.queue.fail(sql, child.lease, 'heartbeat lost'));
    }
    await settleDeadLetters(world.db, world.queue, Date.now());
    const [envelope] = await readEnvelopes(world.db, caller.accountId, jobId);
    expect(envelope?.job).toMatchObject({ status: 'failed', failure: { code: 'browser_crashed' } });
  });

  it('waits again when all that fetched its queue job fell away before one could claim it', async () => {
    const { jobId, children } = await submit(world.db, world.queue, request(), context());
    for (let times = 0; times < 3; times++) {
      const job = await fetched(world.queue);
      await world.db.transaction((sql) => world.queue.fail(sql, job, 'heartbeat lost'));
    }
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
    expect(await settleDeadLetters(world.db, world.queue, Date.now())).toBe(1);
    expect((await readJob(world.db, caller.accountId, jobId))?.job.status).toBe('processing');
    expect((await findDisagreement(world.db)).children).toEqual([]);
    expect(await claimed(world)).toMatchObject({ id: children[0], attempt: 1 });
  });

  it('so does the child that was given its queue job in that very moment', async () => {
    const { jobId, children } = await submit(world.db, world.queue, request({ replicates: 2 }), context());
    const [one = '', other = ''] = children.map(String);
    const dying = await fetched(world.queue);
    await world.db.transaction((sql) => world.queue.fail(sql, dying, 'heartbeat lost'));
    await world.db.query(
      `UPDATE pgboss.job SET retry_limit = 1, priority = 9 WHERE name = 'capture.chatgpt' AND id = $1`,
      [dying.queueJobId],
    );
    const again = await fetched(world.queue);
    expect(again.queueJobId).toBe(dying.queueJobId);
    await world.db.transaction((sql) => world.queue.fail(sql, again, 'heartbeat lost'));
    const settling: Promise<number>[] = [];
    await world.db.transaction(async (sql) => {
      // As a claim does.
      await lockTurns(sql, 'chatgpt');
      await sql.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await sql.query('SELECT 1 FROM fleet.child WHERE job_id = $1 FOR UPDATE', [jobId]);
      await swapTokens(sql, one as ChildId, other as ChildId);
      settling.push(settleDeadLetters(world.db, world.queue, Date.now()));
      const blocked = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      await expect
        .poll(async () => (await world.db.query(blocked)).rowCount, { timeout: 12_000 })
        .toBeGreaterThan(0);
    });
    expect(await Promise.all(settling)).toEqual([1]);
    expect((await findDisagreement(world.db)).children).toEqual([]);
    const begun = [await claimed(world), await claimed(world)];
    expect(begun.map(({ id, attempt }) => [id, attempt]).sort()).toEqual([
      [one, 1],
      [other, 1],
    ]);
    for (const child of begun)
      await settle(world.db, world.queue, child, await envelopeFor(world.db, child.id, 'answered'));
  }, 60_000);

  it('a dead letter does not touch a child that ended meanwhile', async () => {
    const { jobId } = await submit(world.db, world.queue, request(), context());
    for (let attempt = 0; attempt < 3; attempt++) {
      const child = await claimed(world);
      await world.db.transaction((sql) => world.queue.fail(sql, child.lease, 'heartbeat lost'));
    }
    await world.db.query(
      `UPDATE fleet.child SET status = 'canceled', completed_at = now() WHERE job_id = $1`,
      [jobId],
    );
    expect(await settleDeadLetters(world.db, world.queue, Date.now())).toBe(1);
    expect((await readJob(world.db, caller.accountId, jobId))?.job.status).toBe('canceled');
  });
});

describe('given a worker that drains', () => {
  it('puts the child back without counting the attempt, first in line, and its old lease is void', async () => {
    const { children } = await submit(world.db, world.queue, request(), context());
    const younger = await submit(world.db, world.queue, request(), context());
    const child = await claimed(world);
    await release(world.db, world.queue, child);
    const envelope = await envelopeFor(world.db, child.id, 'answered');
    await expect(settle(world.db, world.queue, child, envelope)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    const next = await claimed(world);
    expect(next).toMatchObject({ id: children[0], attempt: 1 });
    await settle(world.db, world.queue, next, envelope);
    expect((await finishNext(world)).job.id).toBe(younger.children[0]);
  });

  it('released again and again, a child still gets its three attempts and no more', async () => {
    await submit(world.db, world.queue, request(), context());
    for (const attempt of [1, 2, 3]) {
      await release(world.db, world.queue, await claimed(world));
      const child = await claimed(world);
      expect(child.attempt).toBe(attempt);
      await giveBack(world.db, world.queue, child, { outcome: 'timeout', message: '' });
    }
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
    expect(await settleDeadLetters(world.db, world.queue, Date.now())).toBe(1);
  });
});

describe('given a job whose deadline has passed', () => {
  it('children that never started expire, leave the queue, and say so in their Envelope', async () => {
    const now = Date.now();
    const { jobId } = await overdueAfterASecond(now);
    expect(await expireOverdue(world.db, world.queue, now + 999)).toBe(0);
    expect(await expireOverdue(world.db, world.queue, now + 1_000)).toBe(1);
    expect(await world.queue.fetch('claude')).toBeUndefined();
    const view = await readJob(world.db, caller.accountId, jobId);
    expect(view?.job).toMatchObject({ status: 'expired', completedAt: new Date(now + 1_000).toISOString() });
    const [envelope] = await readEnvelopes(world.db, caller.accountId, jobId);
    expect(envelope?.job).toMatchObject({ status: 'expired', attempts: 0, failure: { code: 'expired' } });
  });

  it('a claim that comes before the sweeper finds it expired', async () => {
    const now = Date.now();
    await overdueAfterASecond(now);
    const job = await fetched(world.queue, 'claude');
    expect(await claim(world.db, world.queue, job, { workerId: 'w', now: now + 2_000 })).toEqual({
      kind: 'expired',
    });
    expect(await expireOverdue(world.db, world.queue, now + 2_000)).toBe(0);
  });

  it('running children go on; those waiting for a retry fail with what they saw', async () => {
    const now = Date.now();
    const { jobId } = await submit(
      world.db,
      world.queue,
      request({ surfaces: ['claude', 'gemini'] }),
      context({ now, ttlMs: 1_000 }),
    );
    const running = await claimed(world, { surface: 'claude' });
    const tried = await claimed(world, { surface: 'gemini' });
    await giveBack(world.db, world.queue, tried, { outcome: 'timeout', message: 'too slow' });
    expect(await expireOverdue(world.db, world.queue, now + 5_000)).toBe(1);
    expect(await world.queue.fetch('gemini')).toBeUndefined();
    await settle(world.db, world.queue, running, await envelopeFor(world.db, running.id, 'answered'));
    const view = await readJob(world.db, caller.accountId, jobId);
    expect(view?.job.status).toBe('partial');
    expect(view?.children.map((child) => [child.status, child.outcome])).toEqual([
      ['completed', 'answered'],
      ['failed', 'timeout'],
    ]);
  });

  it('one given back uncounted meanwhile fails with what the attempt before saw', async () => {
    const now = Date.now();
    const { jobId } = await overdueAfterASecond(now);
    const tried = await claimed(world, { surface: 'claude' });
    await giveBack(world.db, world.queue, tried, { outcome: 'timeout', message: 'too slow' });
    await release(world.db, world.queue, await claimed(world, { surface: 'claude' }));
    expect(await expireOverdue(world.db, world.queue, now + 5_000)).toBe(1);
    const [envelope] = await readEnvelopes(world.db, caller.accountId, jobId);
    expect(envelope?.job).toMatchObject({
      status: 'failed',
      outcome: 'timeout',
      attempts: 1,
      failure: { code: 'timeout', message: 'too slow' },
    });
  });

  it('one whose lease ran out while nobody takes it waits again, and fails in time', async () => {
    const now = Date.now();
    const { jobId } = await overdueAfterASecond(now);
    const lost = await claimed(world, { surface: 'claude' });
    expect(await releaseLapsed(world.db)).toBe(0);
    // As pg-boss does with a job whose heartbeat stays away.
    await world.db.transaction((sql) => world.queue.fail(sql, lost.lease, 'heartbeat'));
    expect(await releaseLapsed(world.db)).toBe(1);
    expect(await expireOverdue(world.db, world.queue, now + 5_000)).toBe(1);
    expect(await world.queue.fetch('claude')).toBeUndefined();
    const [envelope] = await readEnvelopes(world.db, caller.accountId, jobId);
    expect(envelope?.job).toMatchObject({ status: 'failed', outcome: 'browser_crashed', attempts: 1 });
    const late = await envelopeFor(world.db, lost.id, 'answered');
    await expect(settle(world.db, world.queue, lost, late)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('one whose lease ran out is taken as before by whoever fetches it, waiting again or not', async () => {
    for (const first of [true, false]) {
      await submit(world.db, world.queue, request({ surfaces: ['claude'] }), context());
      const lost = await claimed(world, { surface: 'claude' });
      await world.db.transaction((sql) => world.queue.fail(sql, lost.lease, 'heartbeat'));
      if (first) expect(await releaseLapsed(world.db)).toBe(1);
      const again = await claimed(world, { surface: 'claude', workerId: 'worker-2' });
      expect([again.id, again.attempt, await releaseLapsed(world.db)]).toEqual([lost.id, 2, 0]);
      await settle(world.db, world.queue, again, await envelopeFor(world.db, again.id, 'answered'));
    }
  });

  it('a fetched job whose child has ended is taken out of the queue', async () => {
    const now = Date.now();
    const { jobId } = await submit(
      world.db,
      world.queue,
      request({ surfaces: ['claude'] }),
      context({ now }),
    );
    const job = await fetched(world.queue, 'claude');
    await world.db.query(
      `UPDATE fleet.child SET status = 'canceled', completed_at = now() WHERE job_id = $1`,
      [jobId],
    );
    expect(await claim(world.db, world.queue, job, { workerId: 'w', now })).toEqual({ kind: 'terminal' });
    expect(await world.queue.touch(job)).toBe(false);
    expect(await world.queue.fetch('claude')).toBeUndefined();
  });
});
