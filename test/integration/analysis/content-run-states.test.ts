import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cancelRun,
  claimRun,
  endRun,
  expireRuns,
  type LeasedRun,
  MAX_ATTEMPTS,
} from '../../../src/analysis/content-end.ts';
import { creditsAtEnd, DEPTHS, type Depth, partsOfRun, sumOf } from '../../../src/analysis/content-prices.ts';
import { readContentRun } from '../../../src/analysis/content-run.ts';
import {
  afterEvent,
  hasEnded,
  RUN_EVENTS,
  type RunEvent,
  type RunStatus,
} from '../../../src/analysis/content-run-state.ts';
import { RUN_TIME_MS } from '../../../src/analysis/start-content-run.ts';
import { type FreshDatabase, freshDatabase } from '../database.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { booksOf, started } from './content-world.ts';

/** Issue 6, *Show*: the states of a content run as a property, on a real database. */
let world: FreshDatabase;
beforeAll(async () => {
  world = await freshDatabase();
});
afterAll(() => world.drop());

const LEASE_MS = 60_000;
const CREDITS = 100;

/** A run as it ought to be, and every lease that was ever given on it. */
interface Model {
  id: string;
  accountId: string;
  status: RunStatus;
  attempts: number;
  leases: LeasedRun[];
  now: number;
}

/** Tries to make something happen to the run; whether the database says that it did. */
async function happens(event: RunEvent, model: Model): Promise<boolean> {
  const { id, accountId } = model;
  if (event === 'start') {
    // Whoever had it is lost for longer than its lease.
    model.now += LEASE_MS + 1;
    const lease = await claimRun(world.db, model.now, LEASE_MS);
    if (lease !== undefined) model.leases.push(lease);
    return lease !== undefined;
  }
  const run = await readContentRun(world.db, accountId, id);
  if (run === undefined) throw new Error('the run is gone');
  if (event === 'cancel') return cancelRun(world.db, run, model.now);
  if (event === 'expire') return (await expireRuns(world.db, run.deadlineAt.getTime())) === 1;
  const end = { event, score: null, issue: null, page: null };
  const [last, ...stale] = model.leases.toReversed();
  // Those who had it before change nothing, whatever they found.
  for (const lease of stale) expect(await endRun(world.db, lease, end, model.now)).toBe(false);
  return last !== undefined && endRun(world.db, last, end, model.now);
}

/** Whether it may happen, by the rules and the number of attempts. */
function mayHappen(event: RunEvent, { status, attempts }: Model): boolean {
  if (event === 'start' && attempts >= MAX_ATTEMPTS) return false;
  return afterEvent(status, event) !== undefined;
}

async function check(model: Model, depth: Depth): Promise<void> {
  const run = await readContentRun(world.db, model.accountId, model.id);
  expect(run?.status).toBe(model.status);
  const parts = partsOfRun({ id: model.id, depth, mode: 'live' });
  const { settled, released } = creditsAtEnd(parts, model.status);
  const entries = [
    ...parts.map(({ credits }) => `reserve ${credits}`),
    ...settled.map(({ credits }) => `settle ${credits}`),
    ...released.map(({ credits }) => `release ${credits}`),
  ];
  const books = await booksOf(world.db, model.accountId);
  expect(books).toMatchObject({
    posted: CREDITS - sumOf(settled),
    reserved: hasEnded(model.status) ? 0 : sumOf(parts),
    open: hasEnded(model.status) ? 0 : parts.length,
  });
  expect(books.entries.map((entry) => entry.replace('-', '')).sort()).toEqual(entries.sort());
}

describe('a content run, whatever happens to it and in which order', () => {
  it('is in the database what the rules say, ends once, and each part of it is charged or released once', async () => {
    const ends = new Set<RunStatus>();
    const events = fc.array(fc.constantFrom(...RUN_EVENTS), { minLength: 1, maxLength: 8 });
    const holds = fc.asyncProperty(fc.constantFrom(...DEPTHS), events, async (depth, happened) => {
      const accountId = `acct_${randomUUID()}`;
      await openAccount(world.db, accountId, CREDITS);
      const now = Date.now();
      const id = await started(world.db, { depth }, { accountId, now });
      const model: Model = { id, accountId, status: 'queued', attempts: 0, leases: [], now };
      for (const event of happened) {
        const may = mayHappen(event, model);
        expect(await happens(event, model), `${event} when ${model.status}`).toBe(may);
        if (may) {
          model.status = afterEvent(model.status, event) ?? model.status;
          if (event === 'start') model.attempts++;
        }
        await check(model, depth);
      }
      // The next run is alone.
      await expireRuns(world.db, now + RUN_TIME_MS);
      const end = await readContentRun(world.db, accountId, id);
      if (end !== undefined) ends.add(end.status);
    });
    const examples: [Depth, RunEvent[]][] = [
      ['full', ['finish', 'start', 'start', 'finish_partly', 'finish', 'cancel', 'expire']],
      ['full', ['start', 'finish', 'start', 'fail']],
      ['score', ['start', 'start', 'start', 'start', 'fail', 'cancel']],
      ['score', ['cancel', 'start', 'expire']],
    ];
    await fc.assert(holds, { numRuns: 30, examples });
    expect([...ends].sort()).toEqual(['cancelled', 'completed', 'failed', 'partially_completed']);
  });
});
