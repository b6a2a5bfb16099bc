import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_ACCOUNT } from '../../src/jobs/account.ts';
import { accountsOutOfBalance } from '../../src/jobs/credits-audit.ts';
import { findDisagreement } from '../../src/jobs/reconcile.ts';
import { started, temporaryStore } from '../integration/analysis/content-world.ts';
import { type JobsWorld, openJobsWorld } from '../integration/jobs/jobs-world.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RUNS = 40;
const KILLS = 3;
const PROOF = `SELECT artifacts ->> 'rawKey' AS key, artifacts ->> 'rawSha256' AS sha256
  FROM fleet.child WHERE surface = 'page' AND status = 'completed'`;

let world: JobsWorld;
const { store, directory, remove } = temporaryStore();
const processes: ChildProcess[] = [];
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(async () => {
  for (const executor of processes) await kill(executor);
  await world.close();
  remove();
});

async function startExecutor(): Promise<ChildProcess> {
  const executor = spawn(process.execPath, ['test/chaos/execute-content.ts', world.url, directory], {
    ...{ cwd: ROOT, env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  processes.push(executor);
  await new Promise<void>((ready, failed) => {
    executor.once('exit', (code) => failed(new Error(`ended with ${code} before it was ready`)));
    executor.stdout?.on('data', (data: Buffer) => data.toString().includes('executing') && ready());
  });
  return executor;
}

async function kill(executor: ChildProcess): Promise<void> {
  if (executor.exitCode !== null || executor.signalCode !== null) return;
  executor.kill('SIGKILL');
  await once(executor, 'exit');
}

async function openRuns(): Promise<number> {
  const { rows } = await world.db.query(
    'SELECT count(*)::integer AS open FROM fleet.content_run WHERE completed_at IS NULL',
  );
  return (rows[0] as { open: number }).open;
}

/** Pages that a worker has at this moment. */
async function inHand(): Promise<number> {
  const { rows } = await world.db.query(
    `SELECT count(*)::integer AS busy FROM fleet.child WHERE surface = 'page' AND status = 'processing'`,
  );
  return (rows[0] as { busy: number }).busy;
}

describe('workers that capture the pages of content runs and are killed in the middle of it', () => {
  it('every run ends once, and what it costs is what the ledger and the balance say', async () => {
    for (let run = 0; run < RUNS; run++) await started(world, { depth: run % 2 === 0 ? 'score' : 'full' });
    let seen = RUNS;
    for (let killed = 0; killed < KILLS && seen > 0; killed++) {
      const executor = await startExecutor();
      const before = seen;
      while (seen > 0 && seen > before - 5) {
        await pause(10);
        seen = await openRuns();
      }
      while (seen > 0 && (await inHand()) === 0) await pause(5);
      await kill(executor);
    }
    await startExecutor();
    while ((await openRuns()) > 0) await pause(50);

    const { rows } = await world.db.query(
      `SELECT posted, reserved,
         (SELECT count(*)::integer FROM fleet.open_work) AS open, open_children,
         (SELECT count(*)::integer FROM fleet.child WHERE attempts > 1) AS "takenOver",
         (SELECT sum(settled)::integer FROM fleet.content_run) AS "settledByRuns",
         (SELECT sum(amount)::integer FROM fleet.ledger_entry WHERE kind = 'settle') AS "settledByLedger",
         (SELECT count(*)::integer FROM fleet.ledger_entry WHERE kind = 'reserve') AS reservations,
         (SELECT count(*)::integer FROM fleet.ledger_entry WHERE kind IN ('settle', 'release')) AS resolutions
       FROM fleet.account_balance WHERE account_id = $1`,
      [DEFAULT_ACCOUNT],
    );
    const books = rows[0] as Record<string, number>;
    process.stdout.write(`content runs under SIGKILL: ${JSON.stringify(books)}\n`);
    expect(books).toMatchObject({
      ...{ reserved: 0, open: 0, open_children: 0, reservations: RUNS * 1.5, resolutions: RUNS * 1.5 },
      settledByLedger: books.settledByRuns,
      posted: 1_000_000 - (books.settledByRuns ?? 0),
    });
    expect(books.takenOver).toBeGreaterThan(0);
    expect(await accountsOutOfBalance(world.db)).toEqual([]);
    expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
    const pages = z
      .array(z.object({ key: z.string(), sha256: z.string() }))
      .parse((await world.db.query(PROOF)).rows);
    // A page that was in hand at all three kills has used up its attempts.
    expect(pages.length).toBeGreaterThan(RUNS / 2);
    for (const { key, sha256 } of pages) await store.get(key, sha256); // Throws for what is gone, or changed.
  }, 240_000);
});
