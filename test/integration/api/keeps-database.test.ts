import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter } from '../../../src/fleet/presence.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { ApiProcesses } from '../../chaos/api-processes.ts';
import { testLog } from '../database.ts';
import { context, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';

let world: JobsWorld;
let apis: ApiProcesses;
beforeAll(async () => {
  world = await openJobsWorld();
  apis = new ApiProcesses(world.db.url);
});
afterAll(async () => {
  await apis?.close();
  await world?.close();
});

describe('an API whose last worker has died', () => {
  it('says so in the register, and jobs end at their deadline all the same', async () => {
    const card = { id: 'last', host: 'test', pid: 1, slots: 1, surfaces: [], origin: 'stage' } as const;
    const last = await enter(world.db, card, Date.now(), testLog);
    await last.lock.close();
    await submit(world.db, world.queue, request(), context());
    await world.db.query(`UPDATE fleet.job SET deadline_at = now() - interval '1 h'`);
    await apis.start();
    const ask = async (sql: string): Promise<unknown[]> => (await world.db.query(sql)).rows;
    const within = { timeout: 60_000 };
    await expect.poll(() => ask('SELECT id FROM fleet.lost_worker'), within).toEqual([{ id: 'last' }]);
    expect(await ask('SELECT id FROM fleet.worker')).toEqual([]);
    await expect
      .poll(() => ask(`SELECT DISTINCT status FROM fleet.child`), within)
      .toEqual([{ status: 'expired' }]);
  }, 150_000);
});
