import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type Foundation, openFoundation } from '../../src/cli/foundation.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { submit } from '../../src/jobs/submit.ts';
import { readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { createLog } from '../../src/platform/log.ts';
import { ended, startWorkerProcess } from '../chaos/worker-process.ts';
import { spread } from './figures.ts';

const LOOK_MS = 10;
const PATIENCE_MS = 120_000;
const log = createLog('fatal', 'bench');
const rowSchema = z.object({ status: z.string(), attempts: z.int(), worker: z.string().nullable() });
type Row = z.infer<typeof rowSchema>;

/** Looks until a child's row is as wanted. */
async function childWhen({ db }: Foundation, id: string, wanted: (row: Row) => boolean): Promise<Row> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await db.query(
      'SELECT status, attempts, worker_id AS worker FROM fleet.child WHERE id = $1',
      [id],
    );
    const row = rowSchema.parse(rows[0]);
    if (wanted(row)) return row;
    if (performance.now() > giveUpAt) throw new Error(`never came: ${JSON.stringify(row)}`);
    await pause(LOOK_MS);
  }
}

async function submitOne({ db, queue }: Foundation, round: number): Promise<string> {
  const request = {
    ...{ query: `[scene:slow] kill ${round}`, surfaces: ['chatgpt' as const], regions: [null] },
    ...{ method: 'auto' as const, priority: 5, replicates: 1, idempotencyKey: null },
  };
  const { children } = await submit(db, queue, request, {
    ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT), now: Date.now() },
    ...{ ttlMs: 3_600_000, origin: 'stage' as const },
  });
  return children[0] ?? '';
}

/** What is not as promised after so many kills: children without their one end, event, charge or set of proof. */
async function amiss({ db }: Foundation, rounds: number, dataDir: string): Promise<Record<string, number>> {
  const { rows } = await db.query(
    `SELECT c.id FROM fleet.child c WHERE c.status = 'completed'
       AND (SELECT count(*) FROM fleet.event e WHERE e.child_id = c.id) = 1
       AND (SELECT count(*) FROM fleet.ledger_entry l WHERE l.child_id = c.id AND l.kind <> 'reserve') = 1`,
  );
  const raw = await readdir(join(dataDir, 'artifacts', 'raw'), { recursive: true, withFileTypes: true });
  const { children, jobs } = await findDisagreement(db);
  // A record and an Envelope for each child, of one attempt.
  const stored = raw.filter((entry) => entry.isFile()).length;
  return {
    lost: rounds - rows.length,
    strayFiles: Math.abs(stored - 2 * rounds),
    disagree: children.length + jobs.length,
  };
}

/**
 * Row e1: two worker processes, one slot each; the one that has a capture is killed in the middle of it → the other has
 * claimed the child. A killed worker is replaced, as an orchestrator would.
 */
export async function measureWorkerLoss(rounds: number): Promise<Record<string, unknown>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const foundation = await openFoundation(readConfig({ FLEET_DATA_DIR: dataDir }, '/'), log);
  const { db } = foundation;
  const settings = { FLEET_SLOTS: '1', FLEET_SURFACES: 'chatgpt' };
  const start = (): Promise<ChildProcess> => startWorkerProcess(db.url, dataDir, settings);
  let workers: ChildProcess[] = [];
  try {
    await ensureFirstAccount(db, { startCredits: 1_000_000, now: Date.now() });
    workers = await Promise.all([start(), start()]);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const childId = await submitOne(foundation, round);
      const { worker } = await childWhen(foundation, childId, ({ status }) => status === 'processing');
      const victim = workers.find(({ pid }) => worker?.split('-').includes(String(pid)));
      if (victim === undefined) throw new Error(`no worker here is ${worker}`);
      const killedAt = performance.now();
      victim.kill('SIGKILL');
      await childWhen(foundation, childId, ({ attempts }) => attempts === 2);
      times.push(performance.now() - killedAt);
      workers = [...workers.filter((one) => one !== victim), await start()];
      await childWhen(foundation, childId, ({ status }) => status === 'completed');
    }
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map(ended));
    return {
      ...spread(times),
      ...{ max: Math.round(Math.max(...times)), ...(await amiss(foundation, rounds, dataDir)) },
    };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map(ended));
    await foundation.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
