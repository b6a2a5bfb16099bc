import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../src/contract/envelope.ts';
import { parseChildId } from '../../src/contract/ids.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { readChild } from '../../src/jobs/read.ts';
import { submit } from '../../src/jobs/submit.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { openQueue, type Queue } from '../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../integration/database.ts';
import { type Machine, makeMachine, noMachinesBecause, type Relay, startRelay } from './machines.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/**
 * Making network interfaces makes every Chromium on this machine drop its connections (net::ERR_NETWORK_CHANGED, seen
 * in four stage scenes of a run beside this one), so this test runs alone, when it is asked for.
 */
const because =
  process.env.FLEET_TEST_NAMESPACES === '1'
    ? noMachinesBecause()
    : 'it must run alone: FLEET_TEST_NAMESPACES=1 npm test -- test/chaos/many-machines.test.ts';
if (because !== undefined) process.stdout.write(`many machines: skipped, ${because}\n`);

describe.skipIf(because !== undefined)('three machines, each with its own worker, and one Postgres', () => {
  let fresh: FreshDatabase;
  let queue: Queue;
  let relay: Relay;
  let dataDir: string;
  const machines: Machine[] = [];
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    fresh = await freshDatabase();
    await ensureFirstAccount(fresh.db, { startCredits: 1_000_000, now: Date.now() });
    const limits = { heartbeatS: 10, captureTimeoutMs: 60_000, retryDelayS: 0 };
    queue = await openQueue(fresh.db, { log: testLog, ...limits });
    const { hostname, port } = new URL(fresh.url);
    relay = await startRelay({ host: hostname, port: Number(port) });
    dataDir = mkdtempSync(join(tmpdir(), 'fleet-machines-'));
    for (const index of [0, 1, 2]) machines.push(makeMachine(index));
  });

  afterAll(async () => {
    for (const worker of workers) {
      if (worker.exitCode !== null || worker.signalCode !== null) continue;
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    for (const machine of machines) machine.remove();
    await relay?.close();
    await queue?.close();
    await fresh?.drop();
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  });

  function machine(index: number): Machine {
    const found = machines[index];
    if (found === undefined) throw new Error(`no machine ${index}`);
    return found;
  }

  async function startWorkerOn(index: number): Promise<ChildProcess> {
    const { runOn, hostAddress } = machine(index);
    const url = new URL(fresh.url);
    url.host = `${hostAddress}:${relay.port}`;
    const [program = '', ...words] = [...runOn, process.execPath, 'src/cli.ts', 'worker'];
    const worker = spawn(program, words, {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: url.href,
        FLEET_ORIGIN: 'stage',
        FLEET_DATA_DIR: dataDir,
        FLEET_SLOTS: '2',
        FLEET_RETRY_DELAY_S: '0',
        FLEET_CAPTURE_TIMEOUT_MS: '60000',
        FLEET_LOG_LEVEL: 'fatal',
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
      ...{ query, surfaces: ['chatgpt' as const], regions: [null], method: 'auto' as const },
      ...{ priority: 5, replicates: 1, idempotencyKey: null },
    };
    const submitted = await submit(fresh.db, queue, request, {
      ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT), now: systemClock.now() },
      ...{ ttlMs: 600_000, origin: 'stage' },
    });
    return submitted.children[0] ?? '';
  }

  async function childWhen(childId: string, condition: (envelope: Envelope) => boolean): Promise<Envelope> {
    const until = systemClock.monotonic() + 60_000;
    for (;;) {
      const parts = parseChildId(childId);
      const envelope = parts && (await readChild(fresh.db, DEFAULT_ACCOUNT, parts));
      if (envelope && condition(envelope)) return envelope;
      if (systemClock.monotonic() > until) throw new Error(`never came: ${JSON.stringify(envelope?.job)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Index of the machine whose worker holds the child; a worker's id names its process. */
  async function whoRuns(childId: string, all: readonly ChildProcess[]): Promise<number> {
    const { rows } = await fresh.db.query('SELECT worker_id FROM fleet.child WHERE id = $1', [childId]);
    const holder = JSON.stringify(rows[0]);
    const index = all.findIndex(({ pid }) => holder.includes(`-${pid}-`));
    if (index < 0) throw new Error(`nobody here runs the child: ${holder}`);
    return index;
  }

  async function count(statement: string, childId: string): Promise<number> {
    return (await fresh.db.query(statement, [childId])).rowCount;
  }

  it('one of which is cut off in the middle of a capture: the child completes elsewhere, once, and the rest goes on; back again, it changes nothing', async () => {
    const all = [await startWorkerOn(0), await startWorkerOn(1), await startWorkerOn(2)];
    const childId = await submitOne('[scene:slow] best crm for startups');
    await childWhen(childId, ({ job }) => job.status === 'processing');
    const index = await whoRuns(childId, all);
    const others = all.filter((worker) => worker !== all[index]);

    machine(index).cut();
    const cutAt = systemClock.monotonic();
    const meanwhile = await submitOne('best crm for startups');
    await childWhen(childId, ({ job }) => job.attempts === 2);
    const ms = Math.round(systemClock.monotonic() - cutAt);
    process.stdout.write(`child of a machine that was cut off ran elsewhere after ${ms} ms\n`);
    const settled = await childWhen(childId, ({ job }) => job.completedAt !== null);
    expect(settled.job).toMatchObject({ status: 'completed', outcome: 'answered', attempts: 2 });
    const { job } = await childWhen(meanwhile, (envelope) => envelope.job.completedAt !== null);
    expect(job).toMatchObject({ status: 'completed', attempts: 1 });

    machine(index).heal();
    for (const worker of all.filter((one) => !others.includes(one))) {
      worker.kill('SIGTERM');
      expect(await once(worker, 'exit')).toEqual([0, null]);
    }
    expect(JSON.stringify(await childWhen(childId, () => true))).toBe(JSON.stringify(settled));
    expect(await count('SELECT 1 FROM fleet.event WHERE child_id = $1', childId)).toBe(1);
    expect(
      await count(`SELECT 1 FROM fleet.ledger_entry WHERE child_id = $1 AND kind = 'settle'`, childId),
    ).toBe(1);

    for (const worker of others) {
      worker.kill('SIGTERM');
      expect(await once(worker, 'exit')).toEqual([0, null]);
    }
    expect((await fresh.db.query('SELECT 1 FROM fleet.worker')).rowCount).toBe(0);
  }, 240_000);
});
