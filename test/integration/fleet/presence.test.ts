import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FleetError } from '../../../src/contract/errors.ts';
import type { RequestId } from '../../../src/contract/ids.ts';
import { enter, rescueDeadWorkers } from '../../../src/fleet/presence.ts';
import { watchWorkers } from '../../../src/fleet/worker-metrics.ts';
import { submit } from '../../../src/jobs/submit.ts';
import type { Database } from '../../../src/platform/database.ts';
import { createLog } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { testLog } from '../database.ts';
import { claimed, context, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world?.close());

const entries = async (): Promise<number> => (await world.db.query('SELECT 1 FROM fleet.worker')).rowCount;

/** `fleet_workers` and `fleet_workers_lost`, as they are scraped. */
async function scraped(): Promise<(string | undefined)[]> {
  const metrics = createMetrics();
  watchWorkers(metrics, world.db, testLog);
  const { body } = await metrics.text();
  return ['fleet_workers', 'fleet_workers_lost'].map(
    (name) => new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1],
  );
}

const card = { id: 'leaver', host: 'test', pid: 1, slots: 1, surfaces: [], origin: 'stage' } as const;

describe('a worker', () => {
  it('that leaves in order is not counted among the lost, one that dies is', async () => {
    expect(await scraped()).toEqual(['0', '0']);
    const presence = await enter(world.db, card, Date.now(), testLog);
    expect(await scraped()).toEqual(['1', '0']);
    await presence.leave();
    expect(await scraped()).toEqual(['0', '0']);
    const dying = await enter(world.db, { ...card, id: 'dying' }, Date.now(), testLog);
    await dying.lock.close();
    await expect
      .poll(() => rescueDeadWorkers(world.db, world.queue, testLog), { timeout: 30_000 })
      .toEqual(['dying']);
    expect(await scraped()).toEqual(['0', '1']);
  }, 60_000);
});

describe('a worker that lost its lock and cannot enter itself at once when it has it again', () => {
  it('does so as soon as it can, under the lock it holds', async () => {
    let refusals = 0;
    const db: Database = {
      ...world.db,
      query: async (text, values) => {
        if (text.includes('INSERT INTO fleet.worker') && refusals-- > 0)
          throw new FleetError('DATABASE_UNAVAILABLE', 'the database is busy');
        return world.db.query(text, values);
      },
    };
    const presence = await enter(db, { ...card, id: 'returning' }, Date.now(), testLog);
    refusals = 2;
    await world.db.query(`DELETE FROM fleet.worker WHERE id = 'returning'`);
    await world.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'capture-fleet-presence' AND datname = current_database()`,
    );
    await expect.poll(entries, { timeout: 60_000 }).toBe(1);
    expect([refusals, presence.lock.held]).toEqual([-1, true]);
    await presence.leave();
    expect(await entries()).toBe(0);
  }, 90_000);

  it('at its start fails, and holds nothing', async () => {
    const db: Database = {
      ...world.db,
      query: async () => {
        throw new FleetError('DATABASE_UNAVAILABLE', 'the database is busy');
      },
    };
    await expect(enter(db, { ...card, id: 'never' }, Date.now(), testLog)).rejects.toThrow('busy');
    const held = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await expect.poll(async () => (await world.db.query(held)).rowCount, { timeout: 30_000 }).toBe(0);
  }, 60_000);
});

describe('a worker that dies in the middle of a capture', () => {
  it('cannot write the line of its attempt: whoever takes the child back does, with the ids it is looked for by', async () => {
    const dying = await enter(world.db, { ...card, id: 'cut-off' }, Date.now(), testLog);
    await submit(world.db, world.queue, request(), context({ requestId: 'req_looked_for' as RequestId }));
    const child = await claimed(world, { workerId: 'cut-off' });
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (line) => void lines.push(line) });
    await dying.lock.close();
    await expect
      .poll(() => rescueDeadWorkers(world.db, world.queue, log), { timeout: 30_000 })
      .toEqual(['cut-off']);
    const told = lines.filter((line) => line.includes('"capture.lost"')).map((line) => JSON.parse(line));
    expect(told).toEqual([
      expect.objectContaining({
        ...{ level: 'warn', requestId: 'req_looked_for', worker: 'cut-off', surface: child.surface },
        ...{ jobId: child.jobId, childId: child.id, attempt: child.attempt },
      }),
    ]);
  }, 60_000);
});

describe('a worker that leaves while the database is away', () => {
  it('ends well and lets its lock go, so that others take its entry out', async () => {
    let away = false;
    const db: Database = {
      ...world.db,
      query: async (text, values) => {
        if (away) throw new FleetError('DATABASE_UNAVAILABLE', 'the database is away');
        return world.db.query(text, values);
      },
    };
    const presence = await enter(db, card, Date.now(), testLog);
    expect([await entries(), presence.lock.held]).toEqual([1, true]);
    expect(await rescueDeadWorkers(world.db, world.queue, testLog)).toEqual([]);
    away = true;
    await presence.leave();
    expect([await entries(), presence.lock.held]).toEqual([1, false]);
    await expect
      .poll(() => rescueDeadWorkers(world.db, world.queue, testLog), { timeout: 30_000 })
      .toEqual(['leaver']);
    expect(await entries()).toBe(0);
  }, 60_000);
});
