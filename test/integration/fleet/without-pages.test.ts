import { afterAll, beforeAll, expect, it } from 'vitest';
import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { Lanes } from '../../../src/fleet/lanes.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { submitPage } from '../../../src/jobs/page-jobs.ts';
import { requestIdFrom } from '../../../src/platform/identifiers.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

const PAGES = 3;

let world: WorkerWorld;
beforeAll(async () => {
  world = await openWorkerWorld({ surfaces: [echoSurface()], stages: [echoStage()] });
});
afterAll(() => world.close());

it('given pages that wait, a worker that was told not to serve them captures what it serves, and leaves them waiting', async () => {
  const { db } = world.fresh;
  const now = Date.now();
  for (let index = 0; index < PAGES; index++) {
    const asked = { url: `http://site.test/${index}`, mode: 'ssr', now, deadlineAt: now + 600_000 } as const;
    const who = { caller: { accountId: DEFAULT_ACCOUNT, keyId: null }, requestId: requestIdFrom(undefined) };
    await db.transaction((sql) => submitPage(sql, world.queue, { ...asked, ...who }));
  }
  const jobs = [await world.submit('one'), await world.submit('two')];
  const gate = new LaneGate({
    ...{ db, workerId: 'without-pages', log: testLog, lanes: new Lanes({ db, setting: {} }) },
    exits: { onlyStage: true, egress: {} },
  });
  await world.worker({ slots: 1, workerId: 'without-pages', gate });
  for (const { jobId } of jobs) {
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job).toMatchObject({ status: 'completed', attempts: 1 });
  }
  const { rows } = await db.query(`SELECT status, attempts FROM fleet.child WHERE surface = 'page'`);
  expect(rows).toEqual(Array(PAGES).fill({ status: 'queued', attempts: 0 }));
});
