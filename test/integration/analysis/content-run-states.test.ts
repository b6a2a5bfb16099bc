import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireRuns } from '../../../src/analysis/content-clerk.ts';
import { cancelRun, endRun } from '../../../src/analysis/content-end.ts';
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
import { MAX_ATTEMPTS } from '../../../src/contract/outcome.ts';
import { rescueChildrenOf } from '../../../src/jobs/rescue.ts';
import { claimed, type JobsWorld, openAccount, openJobsWorld } from '../jobs/jobs-world.ts';
import { booksOf, started } from './content-world.ts';

/** Issue 6, *Show*: the states of a content run as a property, on a real database. */
let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

const WORKER = 'worker-1';
const CREDITS = 100;

/** A run as it ought to be. */
interface Model {
  id: string;
  accountId: string;
  status: RunStatus;
  attempts: number;
  now: number;
}

/** Tries to make something happen to the run; whether the database says that it did. */
async function happens(event: RunEvent, model: Model): Promise<boolean> {
  const { id, accountId, now } = model;
  if (event === 'start') return takesPage(model);
  const run = await readContentRun(world.db, accountId, id);
  if (run === undefined) throw new Error('the run is gone');
  if (event === 'cancel') return cancelRun(world.db, world.queue, run, now);
  if (event === 'expire') return (await expireRuns(world, run.deadlineAt.getTime())) === 1;
  const end = { event, score: null, issue: null, page: null };
  return world.db.transaction((sql) => endRun(sql, world.queue, run, end, now));
}

/** A worker takes the page; whoever had it is lost. False when there is none to take. */
async function takesPage({ attempts }: Model): Promise<boolean> {
  if (attempts >= MAX_ATTEMPTS) return false;
  if (attempts > 0) await rescueChildrenOf(world.db, world.queue, WORKER);
  return claimed(world, { surface: 'page', workerId: WORKER }).then(
    () => true,
    (error: Error) => {
      expect(error.message).toContain('no job is due');
      return false;
    },
  );
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
      const id = await started(world, { depth }, { accountId, now });
      const model: Model = { id, accountId, status: 'queued', attempts: 0, now };
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
      await expireRuns(world, now + RUN_TIME_MS);
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
