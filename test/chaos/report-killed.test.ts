import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsSchema } from '../../src/analysis/brand.ts';
import { createBrand, readBrand, updateBrand, updateFacts } from '../../src/analysis/brands.ts';
import { createReport, insertPrompts } from '../../src/analysis/reports.ts';
import { DEFAULT_ACCOUNT } from '../../src/jobs/account.ts';
import { accountsOutOfBalance } from '../../src/jobs/credits-audit.ts';
import { openQueue, type Queue } from '../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../integration/database.ts';
import { claimed, envelopeFor, openAccount } from '../integration/jobs/jobs-world.ts';
import { LONG_LEASES, type ReportStep } from './report-steps.ts';

/** Issue 6, *Show*: SIGKILL between any two statements of run, settle, recompute: a report ends once, charged once. */
const ROOT = resolve(import.meta.dirname, '../..');

let world: FreshDatabase;
let queue: Queue;
let brandId: string;
let reportId: string;
beforeAll(async () => {
  world = await freshDatabase();
  await openAccount(world.db, DEFAULT_ACCOUNT);
  queue = await openQueue(world.db, { log: testLog, ...LONG_LEASES });
  const { db } = world;
  const now = Date.now();
  const named = { name: 'Hubfield', website: 'https://hubfield.example.com', country: null, language: null };
  const brand = await createBrand(
    db,
    DEFAULT_ACCOUNT,
    { ...named, aliases: [], categories: [], competitors: [] },
    now,
  );
  brandId = brand.id;
  const facts = factsSchema.parse({ description: 'A CRM.' });
  await updateFacts(db, DEFAULT_ACCOUNT, brandId, { facts, own: ['description'] }, now);
  const asked = { brandId, name: null, region: null, language: null, replicates: 1 };
  const report = await createReport(db, DEFAULT_ACCOUNT, { ...asked, surfaces: ['chatgpt'] }, now);
  reportId = report.id;
  const prompt = { text: 'one?', category: null, intent: null, origin: 'user' as const };
  await insertPrompts(db, reportId, [prompt], now);
});
afterAll(async () => {
  await queue.close();
  await world.drop();
});

/** Everything that a run, its captures and its credits are. */
async function state(): Promise<object> {
  const { rows } = await world.db.query(
    `SELECT (SELECT status FROM fleet.report WHERE id = $1) AS report,
       (SELECT count(*)::integer FROM fleet.report_run WHERE report_id = $1) AS runs,
       (SELECT count(*)::integer FROM fleet.job) AS jobs,
       (SELECT count(*)::integer FROM fleet.child WHERE status = 'completed') AS captured,
       (SELECT count(*)::integer FROM fleet.ledger_entry WHERE kind = 'reserve') AS reserves,
       (SELECT count(*)::integer FROM fleet.ledger_entry WHERE kind = 'settle') AS settles,
       (SELECT count(*)::integer FROM fleet.report_metrics WHERE report_id = $1) AS measured`,
    [reportId],
  );
  return rows[0] as object;
}

/** Lets a process of its own do a step, killed before statement `at`; true when it died of that. */
async function killed(step: ReportStep, at: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ['test/chaos/report-step.ts', world.url, String(at), JSON.stringify(step)],
    { cwd: ROOT, env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect([code, signal]).toEqual([0, null]);
  return false;
}

/** Until the database has noticed that the process is gone, it holds what that had locked. */
async function undone(): Promise<void> {
  const open = async (): Promise<unknown> =>
    (
      await world.db.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      )
    ).rowCount;
  await expect.poll(open, { timeout: 20_000 }).toBe(0);
}

/** Kills a process before each statement of a step in turn, until one lives; after every death all is as it was. */
async function killedEverywhere(step: ReportStep): Promise<number> {
  const before = await state();
  for (let at = 0; ; at++) {
    if (!(await killed(step, at))) return at;
    await undone();
    expect(await state(), `${step.what}, statement ${at}`).toEqual(before);
  }
}

describe('processes killed by SIGKILL before each statement', () => {
  it('of run, settle, the end of the run, and recompute: the report ends once and is charged once', async () => {
    const deaths: Record<string, number> = {};
    deaths.run = await killedEverywhere({ what: 'run', reportId });
    const started = {
      report: 'processing',
      runs: 1,
      jobs: 1,
      captured: 0,
      reserves: 1,
      settles: 0,
      measured: 0,
    };
    expect(await state()).toEqual(started);

    const child = await claimed({ db: world.db, queue }, { surface: 'chatgpt' });
    const envelope = await envelopeFor(world.db, child.id, 'answered', 'Hubfield is one.');
    deaths.settle = await killedEverywhere({ what: 'settle', child, envelope });
    expect(await state()).toEqual({ ...started, captured: 1, settles: 1 });

    deaths.close = await killedEverywhere({ what: 'close' });
    expect(await state()).toEqual({ ...started, report: 'completed', captured: 1, settles: 1, measured: 1 });

    const brand = await readBrand(world.db, DEFAULT_ACCOUNT, brandId);
    if (brand === undefined) throw new Error('the report has a brand');
    await updateBrand(world.db, DEFAULT_ACCOUNT, brandId, { ...brand, aliases: ['one'] }, Date.now());
    deaths.recompute = await killedEverywhere({ what: 'recompute', reportId });
    expect(await state()).toEqual({ ...started, report: 'completed', captured: 1, settles: 1, measured: 2 });

    expect(await accountsOutOfBalance(world.db)).toEqual([]);
    process.stdout.write(`a report under SIGKILL: ${JSON.stringify(deaths)}\n`);
    for (const count of Object.values(deaths)) expect(count).toBeGreaterThan(3);
  }, 600_000);
});
