import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { type ClaimedChild, claim } from '../../../src/jobs/claim.ts';
import { fetchByTurn } from '../../../src/jobs/fairness.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { context, envelopeFor, type JobsWorld, openAccount, openJobsWorld, request } from './jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
  for (const id of ['acct_big', 'acct_small', 'acct_third']) await openAccount(world.db, id);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.query('TRUNCATE fleet.job CASCADE; TRUNCATE pgboss.job; TRUNCATE fleet.account_turn');
});

const REGIONS = ['US', 'DE', 'FR', 'GB', 'ES', 'IT', 'PL', 'NL', 'SE', 'NO'].map((country) => ({ country }));
const ALL: readonly SurfaceName[] = ['chatgpt', 'claude', 'perplexity', 'gemini', 'copilot', 'google_news'];

async function ask(
  account: string,
  given: { surfaces?: SurfaceName[]; priority?: number; regions?: typeof REGIONS } = {},
): Promise<void> {
  const { regions, ...rest } = given;
  const asked = request({ regions: regions ?? [null], ...rest });
  await submit(world.db, world.queue, asked, context({ caller: ownerOf(account) }));
}

async function start(workerId = 'w1', surfaces: readonly SurfaceName[] = ALL): Promise<ClaimedChild> {
  const job = await fetchByTurn(world.db, world.queue, surfaces);
  if (job === undefined) throw new Error('nothing is due');
  const result = await claim(world.db, world.queue, job, { workerId, now: Date.now() });
  if (result.kind !== 'claimed') throw new Error(result.kind);
  return result.child;
}

async function end(child: ClaimedChild): Promise<void> {
  await settle(
    world.db,
    world.queue,
    child,
    await envelopeFor(world.db, child.id, 'absent', '', await accountOf(child)),
  );
}

async function accountOf(child: ClaimedChild): Promise<string> {
  const { rows } = await world.db.query('SELECT account_id AS id FROM fleet.child WHERE id = $1', [child.id]);
  return (rows[0] as { id: string }).id;
}

async function priorityOf(child: ClaimedChild): Promise<number> {
  const { rows } = await world.db.query('SELECT priority FROM fleet.child WHERE id = $1', [child.id]);
  return (rows[0] as { priority: number }).priority;
}

describe('given one account with 1 000 children in the queue (P17)', () => {
  it("another account's child is the next to start, whatever their priorities and surfaces", async () => {
    for (let index = 0; index < 20; index++) {
      await ask('acct_big', {
        surfaces: ['chatgpt', 'claude', 'perplexity', 'gemini', 'copilot'],
        regions: REGIONS,
        priority: 10,
      });
    }
    const slots = await Promise.all([start('w1'), start('w2'), start('w3'), start('w4')]);
    expect(new Set(await Promise.all(slots.map(accountOf)))).toEqual(new Set(['acct_big']));
    const waits: number[] = [];
    for (let round = 0; round < 20; round++) {
      await ask('acct_small', { surfaces: [ALL[round % 5] ?? 'chatgpt'], priority: 1 });
      for (let starts = 1; ; starts++) {
        const oldest = slots.shift();
        if (oldest !== undefined) await end(oldest);
        const child = await start();
        if ((await accountOf(child)) === 'acct_small') {
          waits.push(starts);
          await end(child);
          slots.push(await start());
          break;
        }
        slots.push(child);
      }
    }
    process.stdout.write(
      `situation 20, P17: starts of any account until the small one's, 20 times: ${waits.join(' ')}\n`,
    );
    expect(waits).toEqual(Array(20).fill(1)); // The very next slot: within one capture time.
  });

  it('three accounts share the slots evenly', async () => {
    for (const account of ['acct_big', 'acct_small', 'acct_third']) await ask(account, { regions: REGIONS });
    await ask('acct_big', { regions: REGIONS });
    const started: string[] = [];
    for (let index = 0; index < 27; index++) {
      const child = await start();
      started.push(await accountOf(child));
      await end(child);
    }
    for (const account of ['acct_big', 'acct_small', 'acct_third']) {
      expect(started.filter((id) => id === account)).toHaveLength(9);
    }
  });
});

describe('given children of one account queued together (P19)', () => {
  it('a higher priority starts first, in every pair, also across surfaces; equal ones in their order', async () => {
    const priorities = Array.from({ length: 100 }, (_, index) => ((index * 37) % 10) + 1);
    for (const [index, priority] of priorities.entries()) {
      await ask('acct_big', { priority, surfaces: [ALL[index % 3] ?? 'chatgpt'] });
    }
    const seen: number[] = [];
    for (let index = 0; index < 100; index++) {
      const child = await start();
      seen.push(await priorityOf(child));
      await end(child);
    }
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
  });
});

describe('given workers that claim at the same moment', () => {
  it('every child runs exactly once, each under a queue job of its own', async () => {
    for (let index = 0; index < 6; index++) {
      await ask('acct_big', { regions: REGIONS, priority: (index % 3) + 1 });
      await ask('acct_small', { priority: 9 });
    }
    const claimed: ClaimedChild[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (;;) {
          const job = await fetchByTurn(world.db, world.queue, ALL);
          if (job === undefined) return;
          const result = await claim(world.db, world.queue, job, { workerId: `w${worker}`, now: Date.now() });
          expect(result.kind).toBe('claimed');
          if (result.kind === 'claimed') claimed.push(result.child);
        }
      }),
    );
    expect(claimed).toHaveLength(66);
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(66);
    expect(new Set(claimed.map(({ lease }) => lease.queueJobId)).size).toBe(66);
    for (const child of claimed) await end(child);
    const { rows } = await world.db.query(
      `SELECT (SELECT count(*)::int FROM fleet.child WHERE status <> 'completed') AS open,
         (SELECT count(*)::int FROM pgboss.job WHERE state < 'completed') AS queued`,
    );
    expect(rows).toEqual([{ open: 0, queued: 0 }]);
  });
});

describe('given a worker that dies between fetch and claim', () => {
  it('the child goes on under another queue job, and the lost one serves a later child', async () => {
    await ask('acct_big');
    await ask('acct_big');
    const lost = await world.queue.fetch('chatgpt');
    const first = await start();
    expect(lost?.childId).toBe(first.id);
    expect(first.lease.queueJobId).not.toBe(lost?.queueJobId);
    await end(first);
    expect(await fetchByTurn(world.db, world.queue, ALL)).toBeUndefined();
    await world.db.query(`UPDATE pgboss.job SET state = 'retry', start_after = now() WHERE id = $1`, [
      lost?.queueJobId,
    ]);
    const second = await start();
    expect(second.lease.queueJobId).toBe(lost?.queueJobId);
    await end(second);
  });
});
