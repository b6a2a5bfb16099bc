import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SearchRequest } from '../../../src/contract/search-request.ts';
import { watchRepairs } from '../../../src/fleet/worker-metrics.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../../src/jobs/accounts.ts';
import { claim } from '../../../src/jobs/claim.ts';
import { findDisagreement, Reconciler } from '../../../src/jobs/reconcile.ts';
import { type Submitted, submit } from '../../../src/jobs/submit.ts';
import { requestIdFrom } from '../../../src/platform/identifiers.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { openQueue, type Queue } from '../../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

let fresh: FreshDatabase;
let queue: Queue;
let reconciler: Reconciler;

beforeEach(async () => {
  fresh = await freshDatabase();
  await ensureFirstAccount(fresh.db, { startCredits: 1_000_000, now: Date.now() });
  queue = await openQueue(fresh.db, {
    log: testLog,
    heartbeatS: 10,
    captureTimeoutMs: 20_000,
    retryDelayS: 0,
  });
  reconciler = new Reconciler(fresh.db, queue, testLog);
});
afterEach(async () => {
  await queue.close();
  await fresh.drop();
});

async function submitted(): Promise<Submitted> {
  const request: SearchRequest = {
    ...{ query: 'x', surfaces: ['chatgpt', 'claude'], regions: [null], method: 'auto' },
    ...{ replicates: 1, priority: 5, idempotencyKey: null },
  };
  return submit(fresh.db, queue, request, {
    ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT) },
    ...{ origin: 'stage', now: Date.now(), ttlMs: 600_000 },
  });
}

async function runNext(): Promise<string> {
  const job = await queue.fetch('chatgpt');
  if (job === undefined) return 'nothing';
  return (await claim(fresh.db, queue, job, { workerId: 'w', now: Date.now() })).kind;
}

describe('the reconciler', () => {
  it('finds nothing while everything is in order: waiting, fetched, running', async () => {
    await submitted();
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
    expect(await runNext()).toBe('claimed');
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
  });

  it('gives a waiting child whose queue job vanished a new one, at the second look', async () => {
    await submitted();
    await fresh.db.query(`DELETE FROM pgboss.job WHERE name = 'capture.chatgpt'`);
    expect(await runNext()).toBe('nothing');
    await reconciler.look();
    expect(await runNext()).toBe('nothing');
    await reconciler.look();
    expect(reconciler.counters).toEqual({ looks: 2, childrenRequeued: 1, jobsRemoved: 0 });
    expect(await runNext()).toBe('claimed');
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
  });

  it('takes a running child back whose queue job vanished, so that the old attempt changes nothing', async () => {
    await submitted();
    expect(await runNext()).toBe('claimed');
    await fresh.db.query(`DELETE FROM pgboss.job WHERE name = 'capture.chatgpt'`);
    await reconciler.look();
    await reconciler.look();
    expect(await runNext()).toBe('claimed');
    const { rows } = await fresh.db.query(`SELECT attempts FROM fleet.child WHERE surface = 'chatgpt'`);
    expect(rows).toEqual([{ attempts: 2 }]);
  });

  it('removes queue jobs that no open child waits for', async () => {
    await submitted();
    await fresh.db.query(
      `UPDATE fleet.child SET status = 'canceled', completed_at = now() WHERE surface = 'chatgpt'`,
    );
    await reconciler.look();
    await reconciler.look();
    expect(reconciler.counters).toMatchObject({ childrenRequeued: 0, jobsRemoved: 1 });
    expect(await runNext()).toBe('nothing');
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
  });

  it('tells in the metrics of each repair, and of nothing while there is none', async () => {
    const metrics = createMetrics();
    watchRepairs(metrics, reconciler.counters);
    const told = async (): Promise<string[]> =>
      (await metrics.text()).body.match(/^fleet_queue_repairs.*/gm) ?? [];
    await submitted();
    await reconciler.look();
    expect(await told()).toEqual([
      'fleet_queue_repairs{what="child"} 0',
      'fleet_queue_repairs{what="job"} 0',
    ]);
    await fresh.db.query(`DELETE FROM pgboss.job WHERE name = 'capture.chatgpt'`);
    await fresh.db.query(
      `UPDATE fleet.child SET status = 'canceled', completed_at = now() WHERE surface = 'claude'`,
    );
    await reconciler.look();
    await reconciler.look();
    expect(await told()).toEqual([
      'fleet_queue_repairs{what="child"} 1',
      'fleet_queue_repairs{what="job"} 1',
    ]);
  });

  it('leaves a child alone that the dead letter queue is about to end', async () => {
    await submitted();
    const job = await queue.fetch('chatgpt');
    await fresh.db.query(`UPDATE pgboss.job SET retry_limit = 0 WHERE name = 'capture.chatgpt'`);
    if (job !== undefined) await queue.fail(fresh.db, job, 'browser_crashed');
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
  });

  it('lets two processes repair at once and does it once', async () => {
    await submitted();
    await fresh.db.query(`DELETE FROM pgboss.job`);
    const other = new Reconciler(fresh.db, queue, testLog);
    await Promise.all([reconciler.look(), other.look()]);
    await Promise.all([reconciler.look(), other.look()]);
    expect(reconciler.counters.childrenRequeued + other.counters.childrenRequeued).toBe(2);
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
  });
});
