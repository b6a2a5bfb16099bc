import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLanes } from '../../../src/fleet/lane-row.ts';
import { enter, rescueDeadWorkers } from '../../../src/fleet/presence.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { expireOverdue } from '../../../src/jobs/expiry.ts';
import { fetchByTurn } from '../../../src/jobs/fairness.ts';
import { listJobs } from '../../../src/jobs/list.ts';
import { readDepth, readQueueState } from '../../../src/jobs/queue-state.ts';
import { findDisagreement } from '../../../src/jobs/reconcile.ts';
import { type Submitted, submit } from '../../../src/jobs/submit.ts';
import { readEnds } from '../../../src/jobs/surface-health.ts';
import { waitingRoutes } from '../../../src/jobs/waiting-routes.ts';
import { testLog } from '../database.ts';
import { claimed, context, finishNext, type JobsWorld, openJobsWorld, request } from './jobs-world.ts';

/** What a newer version on the same database may bring: page captures were such a surface. */
const NEWER = 'a_surface_of_tomorrow';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

const submitted = (surface: 'chatgpt' | 'gemini'): Promise<Submitted> =>
  submit(world.db, world.queue, request({ surfaces: [surface] }), context());

/** A child as that version makes it; its queue is one we have never heard of. */
async function newerChild(): Promise<string> {
  const { children } = await submitted('gemini');
  const [id = ''] = children;
  await world.db.query(
    `DELETE FROM pgboss.job WHERE id = (SELECT queue_job_id FROM fleet.child WHERE id = $1)`,
    [id],
  );
  await world.db.query('UPDATE fleet.child SET surface = $2 WHERE id = $1', [id, NEWER]);
  return id;
}

async function statusOf(id: string): Promise<string> {
  const { rows } = await world.db.query('SELECT status FROM fleet.child WHERE id = $1', [id]);
  return z.object({ status: z.string() }).parse(rows[0]).status;
}

describe('given children on a surface that only a newer version knows', () => {
  it('a worker of this version fetches its own as ever', async () => {
    await newerChild();
    await submitted('chatgpt');
    const serves = ['chatgpt', 'gemini'] as const;
    expect(await fetchByTurn(world.db, world.queue, serves)).toMatchObject({ surface: 'chatgpt' });
    expect((await waitingRoutes(world.db)).map(({ surface }) => surface)).toEqual(['chatgpt']);
  });

  it('status, metrics and `fleet top` tell of its own', async () => {
    await submitted('chatgpt');
    const ended = await finishNext(world);
    await world.db.query(`UPDATE fleet.child SET status = 'failed', completed_at = now() WHERE id = $1`, [
      await newerChild(),
    ]);
    await newerChild();
    await world.db.query(
      `INSERT INTO fleet.lane (surface, egress, state) VALUES ($1, 'direct', '{"phase":"of tomorrow"}')`,
      [NEWER],
    );
    expect(ended.job.status).toBe('completed');
    const state = await readQueueState(world.db, DEFAULT_ACCOUNT, Date.now());
    expect(state.map(({ surface }) => surface)).toEqual(['chatgpt']);
    expect(new Set((await readDepth(world.db)).map(({ surface }) => surface))).toEqual(new Set(['chatgpt']));
    expect(await readEnds(world.db, Date.now())).toEqual([{ surface: 'chatgpt', end: 'answered', count: 1 }]);
    expect(await readLanes(world.db)).toEqual([]);
    const every = { accountId: DEFAULT_ACCOUNT, after: null, since: null, until: null, status: null };
    const { jobs } = await listJobs(world.db, { ...every, surface: null, limit: 50 });
    expect(new Set(jobs.flatMap(({ surfaces }) => surfaces))).toEqual(new Set(['chatgpt']));
  });

  it('nothing of them is repaired or expired, and what is its own is', async () => {
    expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
    const { children } = await submitted('chatgpt');
    const newer = await newerChild();
    expect(await expireOverdue(world.db, world.queue, Date.now() + 120_000)).toBeGreaterThan(0);
    expect([await statusOf(children[0] ?? ''), await statusOf(newer)]).toEqual(['expired', 'queued']);
  });

  it('of a dead worker it takes back its own, and leaves the rest and the entry to the newer version', async () => {
    await submitted('chatgpt');
    const own = await claimed(world, { workerId: 'w-dead' });
    const newer = await newerChild();
    await world.db.query(
      `UPDATE fleet.child SET status = 'processing', worker_id = 'w-dead', claimed_retry = 0 WHERE id = $1`,
      [newer],
    );
    const card = {
      id: 'w-dead',
      host: 'test',
      pid: 1,
      slots: 2,
      surfaces: [NEWER],
      origin: 'stage',
    } as const;
    const presence = await enter(world.db, card, Date.now(), testLog);
    await presence.lock.close();
    // The server may take a moment to let go of the lock.
    const rescued = async (): Promise<string> => {
      await rescueDeadWorkers(world.db, world.queue, testLog);
      return statusOf(own.id);
    };
    await expect.poll(rescued, { timeout: 20_000 }).toBe('queued');
    expect(await statusOf(newer)).toBe('processing');
    const entries = 'SELECT id FROM fleet.worker';
    expect((await world.db.query(entries)).rows).toEqual([{ id: 'w-dead' }]);
    // Once the newer version has seen to its child, nothing keeps the entry.
    await world.db.query(`UPDATE fleet.child SET status = 'queued', worker_id = NULL WHERE id = $1`, [newer]);
    expect(await rescueDeadWorkers(world.db, world.queue, testLog)).toEqual(['w-dead']);
    expect((await world.db.query(entries)).rows).toEqual([]);
    await presence.leave();
  });
});
