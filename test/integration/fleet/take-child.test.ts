import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FleetError } from '../../../src/contract/errors.ts';
import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { Lanes } from '../../../src/fleet/lanes.ts';
import { type Taken, takeChild } from '../../../src/fleet/take-child.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Database } from '../../../src/platform/database.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import type { QueuedJob } from '../../../src/platform/queue.ts';
import { testLog } from '../database.ts';
import { context, fetched, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { setting } from './lane-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterEach(async () => {
  await world.db.query('DELETE FROM pgboss.job');
  await world.db.query(`UPDATE fleet.child SET status = 'canceled', completed_at = now()`);
});
afterAll(() => world?.close());

const away = (): FleetError => new FleetError('DATABASE_UNAVAILABLE', 'no connection came free');

/** The world's database, whose next brief transaction fails: before it is done, or after, when only its answer is lost. */
function failingOnce(when: 'before' | 'after', meanwhile: () => Promise<unknown> = async () => {}): Database {
  let fails = true;
  return {
    ...world.db,
    briefTransaction: async (work) => {
      if (!fails) return world.db.briefTransaction(work);
      fails = false;
      if (when === 'after') await world.db.briefTransaction(work);
      await meanwhile();
      throw away();
    },
  };
}

async function submitted(): Promise<{ id: string; job: QueuedJob }> {
  const { children } = await submit(world.db, world.queue, request(), context());
  return { id: children[0] ?? '', job: await fetched(world.queue) };
}

const take = (job: QueuedJob, db: Database, gate?: LaneGate): Promise<Taken> =>
  takeChild(
    job,
    { db, queue: world.queue, clock: systemClock, workerId: 'w', gate },
    Deadline.after(60_000),
    testLog,
  );

const rowSchema = z.object({ status: z.string(), attempts: z.int(), retries: z.int().nullable() });

/** The child, and how many of the queue's retries it has used. */
async function rowOf(id: string): Promise<z.infer<typeof rowSchema>> {
  const { rows } = await world.db.query(
    `SELECT c.status, c.attempts, j.retry_count AS retries FROM fleet.child c
     LEFT JOIN pgboss.job j ON j.name = 'capture.chatgpt' AND j.id = c.queue_job_id WHERE c.id = $1`,
    [id],
  );
  return rowSchema.parse(rows[0]);
}

describe('given a job in hand and a database that is away or busy for a moment', () => {
  it.each(['before', 'after'] as const)('it is claimed %s that failure, as one attempt', async (when) => {
    const { id, job } = await submitted();
    expect(await take(job, failingOnce(when))).toMatchObject({ kind: 'taken', child: { id, attempt: 1 } });
    expect(await rowOf(id)).toEqual({ status: 'processing', attempts: 1, retries: 0 });
  });

  it('it is left to whoever has it by then', async () => {
    const { id, job } = await submitted();
    const db = failingOnce('before', () =>
      world.db.transaction((sql) => world.queue.fail(sql, job, 'heartbeat lost')),
    );
    expect(await take(job, db)).toEqual({ kind: 'nothing' });
    expect(await rowOf(id)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await take(await fetched(world.queue), world.db)).toMatchObject({ kind: 'taken', child: { id } });
  });

  it('a drain does not wait for it', async () => {
    const { job } = await submitted();
    const deadline = Deadline.after(60_000);
    deadline.abort(new FleetError('DRAINING', 'the worker stops'));
    const means = {
      ...{ db: failingOnce('before'), queue: world.queue, clock: systemClock, workerId: 'w' },
    };
    await expect(takeChild(job, means, deadline, testLog)).rejects.toMatchObject({ code: 'DRAINING' });
  });
});

describe('given a child in hand whose lane cannot be asked', () => {
  it('it waits again, and nothing was counted', async () => {
    const { id, job } = await submitted();
    const lanes = new Lanes({ db: failingOnce('before'), setting: setting('stage: at-once=1') });
    const exits = { onlyStage: false, egress: {} };
    const gate = new LaneGate({ db: world.db, lanes, exits, workerId: 'w', log: testLog });
    expect(await take(job, world.db, gate)).toEqual({ kind: 'nothing' });
    expect(await rowOf(id)).toEqual({ status: 'queued', attempts: 0, retries: 0 });
    expect(await take(await fetched(world.queue), world.db, gate)).toMatchObject({ child: { attempt: 1 } });
  });
});
