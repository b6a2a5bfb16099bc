import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { FleetError } from '../../../src/contract/errors.ts';
import type { CapturePage } from '../../../src/contract/page-record.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { accountsOutOfBalance } from '../../../src/jobs/credits-audit.ts';
import { findDisagreement } from '../../../src/jobs/reconcile.ts';
import { rescueChildrenOf } from '../../../src/jobs/rescue.ts';
import { type Listener, openListener } from '../../../src/platform/listener.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { booksOf, started, temporaryStore } from '../analysis/content-world.ts';
import { playedPages } from '../analysis/played-pages.ts';
import { testLog } from '../database.ts';
import { type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';
import { type PageWorkerGiven, startPageWorker } from '../page-worker.ts';

/** The tenth surface keeps the promises of the nine: a page's attempt is fenced, drained, given back and charged as theirs. */
const PATIENCE = { timeout: 45_000 };

let world: JobsWorld;
let listener: Listener;
const { store, remove } = temporaryStore();
const workers: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  world = await openJobsWorld();
  listener = await openListener(world.url, { log: testLog });
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await listener.close();
  await world.close();
  remove();
});

async function worker(given: Partial<PageWorkerGiven> & Pick<PageWorkerGiven, 'pages'>) {
  const means = { db: world.db, queue: world.queue, listener, store, log: testLog };
  const one = await startPageWorker({ ...means, ...given });
  workers.push(one);
  return one;
}

/** Pages that nobody answers: each is in hand until it is called off. */
function silent(): { pages: CapturePage; inHand: () => number; calledOff: () => number } {
  let [inHand, calledOff] = [0, 0];
  const pages: CapturePage = (_url, _mode, signal) => {
    inHand++;
    return new Promise((_never, reject) => {
      signal?.addEventListener('abort', () => {
        calledOff++;
        reject(new Error('called off'));
      });
    });
  };
  return { pages, inHand: () => inHand, calledOff: () => calledOff };
}

interface Row {
  id: string;
  status: string;
  attempts: number;
  worker: string | null;
}

/** The child that captures the page of a run. */
async function childOf(runId: string): Promise<Row> {
  const { rows } = await world.db.query(
    `SELECT c.id, c.status, c.attempts, c.worker_id AS worker
     FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id WHERE p.run_id = $1`,
    [runId],
  );
  return rows[0] as Row;
}

/** One page, one record, one charge, whatever happened before. */
async function expectOnce(runId: string, attempts: number, posted: number): Promise<void> {
  await expect.poll(async () => (await childOf(runId)).status, PATIENCE).toBe('completed');
  const { id, ...child } = await childOf(runId);
  expect(child.attempts).toBe(attempts);
  await expect.poll(async () => (await booksOf(world.db, DEFAULT_ACCOUNT)).posted, PATIENCE).toBe(posted - 3);
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  expect(await store.list(`raw/${day}`, id)).toHaveLength(1);
  expect(await booksOf(world.db, DEFAULT_ACCOUNT)).toMatchObject({ reserved: 0, open: 0 });
  expect(await accountsOutOfBalance(world.db)).toEqual([]);
  expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
}

const posted = async (): Promise<number> => (await booksOf(world.db, DEFAULT_ACCOUNT)).posted;

it('given a page in hand, a worker that must stop calls it off and gives it back; the attempt does not count', async () => {
  const before = await posted();
  const { pages, inHand, calledOff } = silent();
  const stopping = await worker({ pages, drainMs: 50 });
  const run = await started(world);
  await expect.poll(inHand, PATIENCE).toBe(1);
  await stopping.worker.stop();
  expect(calledOff()).toBe(1);
  expect(await childOf(run)).toMatchObject({ status: 'queued', attempts: 0, worker: null });
  await worker({ pages: playedPages() });
  await expectOnce(run, 1, before);
});

it('given a page in hand that was taken over, a worker calls it off at its next heartbeat and changes nothing', async () => {
  const before = await posted();
  const { pages, inHand, calledOff } = silent();
  const metrics = createMetrics();
  const frozen = await worker({ pages, heartbeatS: 3, metrics, slots: 1 });
  const run = await started(world);
  await expect.poll(inHand, PATIENCE).toBe(1);
  // What a supervisor does that finds this worker's lock free. Its only slot is taken: the page goes to the next one.
  await world.db.query(`UPDATE fleet.child SET worker_id = 'dead' WHERE id = $1`, [(await childOf(run)).id]);
  const next = worker({ pages: playedPages() });
  expect(await rescueChildrenOf(world.db, world.queue, 'dead')).toBe(1);
  await next;
  await expect.poll(calledOff, PATIENCE).toBeGreaterThanOrEqual(1);
  await expect.poll(async () => (await metrics.text()).body, PATIENCE).toMatch(/lease_lost_total 1/);
  await frozen.stop();
  await expectOnce(run, 2, before);
});

it('given a store that takes nothing, a page waits, no attempt counts, and its worker says why it begins none', async () => {
  const before = await posted();
  let failures = 2;
  const failing: Pick<FsArtifactStore, 'put'> = {
    put: async (...what) => {
      if (failures-- > 0) throw new FleetError('ARTIFACT_WRITE_FAILED', 'no room');
      return store.put(...what);
    },
  };
  const unready: (string | undefined)[] = [];
  const full: PageWorkerGiven['store'] = new Proxy(store, {
    get: (target, name) => {
      const own: unknown = name === 'put' ? failing.put : Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  const run = await started(world);
  const one = await worker({ pages: playedPages(), store: full });
  await expect
    .poll(() => {
      unready.push(one.worker.unready);
      return failures;
    }, PATIENCE)
    .toBeLessThan(0);
  expect(unready).toContain('no browser could be had, or proof not be stored');
  await expectOnce(run, 1, before);
});

it('given a store that cannot be tidied, a page that was settled is counted as it ended, and its worker goes on', async () => {
  const before = await posted();
  const metrics = createMetrics();
  let tidied = 0;
  const untidy: PageWorkerGiven['store'] = new Proxy(store, {
    get: (target, name) => {
      const list = async (): Promise<never> => {
        tidied++;
        throw new FleetError('ARTIFACT_UNAVAILABLE', 'the store does not answer');
      };
      const own: unknown = name === 'list' ? list : Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  const run = await started(world);
  const one = await worker({ pages: playedPages(), store: untidy, metrics });
  await expectOnce(run, 1, before);
  await expect.poll(() => one.worker.attempts, PATIENCE).toBe(0);
  expect(tidied).toBeGreaterThan(0);
  expect(one.worker.unready).toBeUndefined();
  expect((await metrics.text()).body).toContain('captures_total{surface="page",outcome="answered"} 1');
});
