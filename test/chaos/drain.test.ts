import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SurfaceName } from '../../src/contract/surface-name.ts';
import { markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { submit } from '../../src/jobs/submit.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { openQueue, type Queue } from '../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../integration/database.ts';
import { until } from '../integration/fleet/capture-world.ts';
import { ended, startWorkerProcess } from './worker-process.ts';

const rowSchema = z.object({ status: z.string(), attempts: z.int(), outcome: z.string().nullable() });

let fresh: FreshDatabase;
let queue: Queue;
let dataDir: string;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  fresh = await freshDatabase();
  await ensureFirstAccount(fresh.db, { startCredits: 1_000_000, now: Date.now() });
  const limits = { heartbeatS: 10, captureTimeoutMs: 60_000, retryDelayS: 0 };
  queue = await openQueue(fresh.db, { log: testLog, ...limits });
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-drain-'));
});
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.kill('SIGKILL');
    await ended(worker);
  }
  await queue.close();
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startWorker(): Promise<ChildProcess> {
  const worker = await startWorkerProcess(fresh.url, dataDir, { FLEET_SLOTS: '2' });
  workers.push(worker);
  return worker;
}

async function submitOne(query: string, surface: SurfaceName = 'google_ai_overview'): Promise<void> {
  const request = {
    ...{ query, surfaces: [surface], regions: [null], method: 'auto' as const },
    ...{ priority: 5, replicates: 1, idempotencyKey: null },
  };
  await submit(fresh.db, queue, request, {
    ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT) },
    ...{ now: systemClock.now(), ttlMs: 600_000, origin: 'stage' },
  });
}

async function children(): Promise<z.infer<typeof rowSchema>[]> {
  const { rows } = await fresh.db.query('SELECT status, attempts, outcome FROM fleet.child');
  return z.array(rowSchema).parse(rows);
}

async function untilAll(status: string): Promise<void> {
  const all = async (): Promise<boolean> => (await children()).every((child) => child.status === status);
  await until(all, `all children ${status}`);
}

function browsersLeft(): number {
  const root = new ScratchRoot(dataDir, testLog);
  return markedProcesses(root, root.list(0)).length;
}

describe('a worker process that must stop', () => {
  it('ends at once at the second SIGTERM; its child is captured elsewhere, and the next worker sweeps its folders', async () => {
    const stubborn = await startWorker();
    await submitOne('best crm for startups', 'chatgpt');
    await until(async () => (await children())[0]?.status === 'processing', 'a running capture');
    stubborn.kill('SIGTERM');
    await new Promise((done) => setTimeout(done, 300));
    expect(stubborn.exitCode).toBeNull();
    stubborn.kill('SIGTERM');
    expect(await ended(stubborn)).toBe(1);
    await startWorker();
    await untilAll('completed');
    expect(await children()).toMatchObject([{ attempts: 2, outcome: 'answered' }]);
    const folders = (): string[] => {
      const { path } = new ScratchRoot(dataDir, testLog);
      return existsSync(path) ? readdirSync(path) : [];
    };
    await until(() => folders().length <= 1, 'the folders of the killed worker swept');
  }, 120_000);

  it('under rolling restarts under load loses nothing and repeats nothing', async () => {
    let count = 0;
    const submitMore = async (): Promise<void> => {
      for (let more = 0; more < 6; more++) await submitOne(`best crm for startups ${count++}`);
    };
    let current = await startWorker();
    for (let restart = 0; restart < 3; restart++) {
      // However long a start takes here, there is work when the next one begins.
      await submitMore();
      await until(
        async () => (await children()).some(({ status }) => status === 'processing'),
        'a running capture',
      );
      const old = current;
      current = await startWorker();
      old.kill('SIGTERM');
      expect(await ended(old)).toBe(0);
    }
    await untilAll('completed');
    expect(await children()).toEqual(
      Array.from({ length: count }, () => ({ status: 'completed', attempts: 1, outcome: 'answered' })),
    );
    const proofs = await readdir(join(dataDir, 'artifacts', 'proof'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(proofs.filter((entry) => entry.isFile())).toHaveLength(count);
    expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
    current.kill('SIGTERM');
    expect(await ended(current)).toBe(0);
    expect(browsersLeft()).toBe(0);
  }, 180_000);
});
