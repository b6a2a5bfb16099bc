import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Envelope } from '../../src/contract/envelope.ts';
import { parseChildId } from '../../src/contract/ids.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { readChild } from '../../src/jobs/read.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { submit } from '../../src/jobs/submit.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { openQueue, type Queue } from '../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../integration/database.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let fresh: FreshDatabase;
let queue: Queue;
let dataDir: string;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  fresh = await freshDatabase();
  await ensureFirstAccount(fresh.db, { startCredits: 1_000_000, now: Date.now() });
  queue = await openQueue(fresh.db, {
    log: testLog,
    heartbeatS: 10,
    captureTimeoutMs: 60_000,
    retryDelayS: 0,
  });
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-chaos-'));
});
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    if (worker.exitCode === null && worker.signalCode === null) {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
  }
  await queue.close();
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startWorker(own: Record<string, string> = {}): Promise<ChildProcess> {
  const worker = spawn(process.execPath, ['src/cli.ts', 'worker'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: fresh.url,
      FLEET_ORIGIN: 'stage',
      FLEET_DATA_DIR: dataDir,
      FLEET_RETRY_DELAY_S: '0',
      FLEET_CAPTURE_TIMEOUT_MS: '60000',
      FLEET_LOG_LEVEL: 'error',
      ...own,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  await new Promise<void>((ready, failed) => {
    worker.once('exit', (code) => failed(new Error(`the worker ended with ${code} before it was ready`)));
    worker.stdout?.on('data', (data: Buffer) => data.toString().includes('worker ready') && ready());
  });
  return worker;
}

async function submitOne(query: string): Promise<string> {
  const request = {
    ...{
      query,
      surfaces: ['chatgpt' as const],
      regions: [null],
      method: 'auto' as const,
      priority: 5,
      replicates: 1,
    },
    idempotencyKey: null,
  };
  const submitted = await submit(fresh.db, queue, request, {
    requestId: requestIdFrom(undefined),
    caller: ownerOf(DEFAULT_ACCOUNT),
    now: systemClock.now(),
    ttlMs: 600_000,
    origin: 'stage',
  });
  return submitted.children[0] ?? '';
}

async function childWhen(childId: string, condition: (envelope: Envelope) => boolean): Promise<Envelope> {
  const until = systemClock.monotonic() + 50_000;
  for (;;) {
    const parts = parseChildId(childId);
    const envelope = parts && (await readChild(fresh.db, DEFAULT_ACCOUNT, parts));
    if (envelope && condition(envelope)) return envelope;
    if (systemClock.monotonic() > until) throw new Error(`never came: ${JSON.stringify(envelope?.job)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The worker process that has the child; its id is host, pid, random. */
async function holderOf(childId: string): Promise<ChildProcess> {
  const { rows } = await fresh.db.query('SELECT worker_id AS id FROM fleet.child WHERE id = $1', [childId]);
  const { id } = z.object({ id: z.string() }).parse(rows[0]);
  const holder = workers.find(({ pid }) => id.split('-').includes(String(pid)));
  if (holder === undefined) throw new Error(`no worker here is ${id}`);
  return holder;
}

/** The child was told of once and charged once, and nothing waits for it. */
async function expectOnce(childId: string): Promise<void> {
  const count = async (from: string): Promise<number> =>
    (await fresh.db.query(`SELECT 1 FROM fleet.${from}`, [childId])).rowCount;
  expect(await count('event WHERE child_id = $1')).toBe(1);
  expect(await count(`ledger_entry WHERE child_id = $1 AND kind = 'settle'`)).toBe(1);
  expect(await count(`ledger_entry WHERE child_id = $1 AND kind = 'release'`)).toBe(0);
  expect(await findDisagreement(fresh.db)).toEqual({ children: [], jobs: [] });
}

describe('a worker process that is killed', () => {
  it('by SIGKILL in the middle of a capture loses nothing: the child completes elsewhere, once, with one set of proof', async () => {
    // By its heartbeat it would not be missed before this test gives up.
    await Promise.all([1, 2].map(() => startWorker({ FLEET_HEARTBEAT_S: '120' })));
    const childId = await submitOne('[scene:slow] best crm for startups');
    await childWhen(childId, ({ job }) => job.status === 'processing');
    const holder = await holderOf(childId);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const killedAt = systemClock.monotonic();
    // The other worker sees the session lock fall.
    await childWhen(childId, (envelope) => envelope.job.attempts === 2);
    const elsewhereMs = Math.round(systemClock.monotonic() - killedAt);
    process.stdout.write(`child of a killed worker ran elsewhere after ${elsewhereMs} ms\n`);
    // 3 s is the aim, which `bench -- targets --rows e1` judges; a busy machine must stay within the floor.
    expect(elsewhereMs).toBeLessThan(15_000);
    const { job } = await childWhen(childId, (envelope) => envelope.job.completedAt !== null);
    expect(job).toMatchObject({ status: 'completed', outcome: 'answered', attempts: 2 });
    const files = await readdir(join(dataDir, 'artifacts'), { recursive: true, withFileTypes: true });
    const names = files
      .filter((entry) => entry.isFile())
      .map(({ name }) => name.replace(/^.*\.a2-[0-9a-f]{8}/, ''));
    expect(names.sort()).toEqual(['.envelope.json', '.html', '.png', '.record.json.gz', '.thumb.webp']);
    await expectOnce(childId);
  }, 240_000);

  it('by SIGSTOP and woken later changes nothing: its child was captured elsewhere meanwhile, once', async () => {
    await Promise.all([1, 2].map(() => startWorker()));
    const childId = await submitOne('[scene:slow] best crm for startups');
    await childWhen(childId, ({ job }) => job.status === 'processing');
    const frozen = await holderOf(childId);
    frozen.kill('SIGSTOP');
    const frozenAt = systemClock.monotonic();
    await childWhen(childId, (envelope) => envelope.job.attempts === 2);
    const elsewhereMs = Math.round(systemClock.monotonic() - frozenAt);
    process.stdout.write(`child of a frozen worker ran elsewhere after ${elsewhereMs} ms\n`);
    expect(elsewhereMs).toBeLessThan(20_000); // Situation 4; its heartbeat of 10 s is all that tells.
    const settled = await childWhen(childId, (envelope) => envelope.job.completedAt !== null);
    expect(settled.job).toMatchObject({ status: 'completed', attempts: 2 });
    frozen.kill('SIGCONT');
    // The frozen worker is given as long as its own capture would have taken to do harm.
    frozen.kill('SIGTERM');
    expect(await once(frozen, 'exit')).toEqual([0, null]);
    await expectOnce(childId);
    const parts = parseChildId(childId);
    const after = parts && (await readChild(fresh.db, DEFAULT_ACCOUNT, parts));
    expect(JSON.stringify(after)).toBe(JSON.stringify(settled));
    const files = await readdir(join(dataDir, 'artifacts', 'proof'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
  }, 240_000);

  it('by SIGTERM finishes what it has begun and exits 0', async () => {
    const worker = await startWorker();
    const childId = await submitOne('best crm for startups');
    await childWhen(childId, ({ job }) => job.status === 'processing');
    worker.kill('SIGTERM');
    const [code] = await once(worker, 'exit');
    expect(code).toBe(0);
    const { job } = await childWhen(childId, () => true);
    expect(job).toMatchObject({ status: 'completed', attempts: 1 });
  }, 240_000);
});
