import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobId } from '../../../src/contract/ids.ts';
import { OUTCOME_RULES, OUTCOMES, type Outcome } from '../../../src/contract/outcome.ts';
import { SURFACE_NAMES, type SurfaceName } from '../../../src/contract/surface-name.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { readAccount, readUsage } from '../../../src/jobs/accounts.ts';
import { cancel } from '../../../src/jobs/cancel.ts';
import { claim } from '../../../src/jobs/claim.ts';
import { grantCredits } from '../../../src/jobs/credits.ts';
import { auditCredits } from '../../../src/jobs/credits-audit.ts';
import { expireOverdue } from '../../../src/jobs/expiry.ts';
import { fetchByTurn } from '../../../src/jobs/fairness.ts';
import { giveBack, release } from '../../../src/jobs/give-back.ts';
import { reserveWork, resolveWork } from '../../../src/jobs/open-work.ts';
import { currentPrices } from '../../../src/jobs/price-table.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import type { Database } from '../../../src/platform/database.ts';
import {
  breakingAt,
  claimed,
  context,
  envelopeFor,
  type JobsWorld,
  openAccount,
  openJobsWorld,
  request,
} from './jobs-world.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

/** Balance and ledger of every account side by side: what each says must be the same. */
async function books(): Promise<{ account: string; balance: unknown; ledger: unknown }[]> {
  const { rows } = await world.db.query(
    `SELECT b.account_id AS account,
       json_build_object('hundredths', posted * 100 + hundredths, 'reserved', reserved, 'open', open_children) AS balance,
       json_build_object(
         'hundredths', (SELECT coalesce(sum((CASE credit WHEN 'available' THEN 1 ELSE -1 END)
              * (amount * 100 - hundredths_short)), 0)
            FROM fleet.ledger_entry e WHERE e.account_id = b.account_id AND kind IN ('grant', 'adjust'))
          - (SELECT coalesce(sum(amount * 100 - hundredths_short), 0)
            FROM fleet.ledger_entry e WHERE e.account_id = b.account_id AND kind = 'settle'),
         'reserved', (SELECT coalesce(sum(amount), 0) FROM fleet.ledger_entry e
            WHERE e.account_id = b.account_id AND kind = 'reserve' AND NOT EXISTS (
              SELECT 1 FROM fleet.ledger_entry x WHERE x.child_id = e.child_id AND x.kind IN ('settle', 'release'))),
         'open', (SELECT count(*) FROM fleet.child c
            WHERE c.account_id = b.account_id AND status IN ('queued', 'processing'))) AS ledger
     FROM fleet.account_balance b ORDER BY account_id`,
  );
  return rows as { account: string; balance: unknown; ledger: unknown }[];
}

async function expectTrueBooks(): Promise<void> {
  for (const { account, balance, ledger } of await books())
    expect({ account, ...Object(balance) }).toEqual({ account, ...Object(ledger) });
}

async function free(account: string): Promise<number> {
  const found = await readAccount(world.db, account);
  return (found?.credits ?? 0) - (found?.reserved ?? 0);
}

describe('given 37 credits and 200 searches of one credit each at once', () => {
  it('exactly as many are accepted as can be paid for, and the rest say what is missing', async () => {
    const price = currentPrices().prices.perplexity;
    await openAccount(world.db, 'acct_race', 37 * price + 1);
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () =>
        submit(
          world.db,
          world.queue,
          request({ surfaces: ['perplexity'] }),
          context({ caller: ownerOf('acct_race') }),
        ),
      ),
    );
    const accepted = results.filter((result) => result.status === 'fulfilled');
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    process.stdout.write(`race: ${accepted.length} accepted, ${refused.length} refused\n`);
    expect(accepted).toHaveLength(37);
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'INSUFFICIENT_CREDITS',
        status: 402,
        message: 'this search needs 3 credits, 1 available; nothing was started',
        details: {
          required: 3,
          available: 1,
          perChild: [{ surface: 'perplexity', region: 'GLOBAL', credits: 3 }],
        },
      });
    }
    await expectTrueBooks();
    const { rows } = await world.db.query(
      `SELECT (SELECT count(*)::int FROM fleet.job WHERE account_id = 'acct_race') AS jobs,
         (SELECT count(*)::int FROM pgboss.job WHERE name = 'capture.perplexity') AS queued`,
    );
    expect(rows).toEqual([{ jobs: 37, queued: 37 }]);
  });

  it('and when some are cancelled, fail or find nothing, only answers are paid for, to the credit (situation 7)', async () => {
    const price = currentPrices().prices.perplexity;
    const { rows } = await world.db.query(
      `SELECT id FROM fleet.job WHERE account_id = 'acct_race' ORDER BY created_at, id LIMIT 7`,
    );
    const canceled = rows as { id: JobId }[];
    for (const { id: jobId } of canceled) {
      const asked = { accountId: 'acct_race', jobId, child: null, now: Date.now() };
      expect(await cancel(world.db, world.queue, asked)).toBe(true);
    }
    const ends: Outcome[] = ['answered', 'challenge', 'absent'];
    const ended: Record<string, number> = { canceled: canceled.length };
    for (let index = 0; index < 30; index++) {
      const outcome = ends[index % ends.length] ?? 'answered';
      const child = await claimed(world, { surface: 'perplexity' });
      const envelope = await envelopeFor(world.db, child.id, outcome, 'text', 'acct_race');
      await settle(world.db, world.queue, child, envelope);
      ended[outcome] = (ended[outcome] ?? 0) + 1;
    }
    const account = await readAccount(world.db, 'acct_race');
    process.stdout.write(
      `situation 7: ${JSON.stringify({ accepted: 37, ...ended, left: account?.credits })}\n`,
    );
    expect(account).toMatchObject({ credits: 37 * price + 1 - 10 * price, reserved: 0, openChildren: 0 });
    await expectTrueBooks();
  });
});

describe('given children of one account that end at the same moment, while others are submitted', () => {
  it('each is paid for once, and no change of the balance is lost', async () => {
    await openAccount(world.db, 'acct_busy', 1_000);
    const caller = ownerOf('acct_busy');
    const ask = (): Promise<unknown> =>
      submit(world.db, world.queue, request({ surfaces: ['gemini'] }), context({ caller }));
    for (let index = 0; index < 40; index++) await ask();
    const children = await Promise.all(
      Array.from({ length: 40 }, () => claimed(world, { surface: 'gemini' })),
    );
    await Promise.all(
      children.map(async (child, index) => {
        const outcome = index % 2 === 0 ? 'answered' : 'absent';
        const envelope = await envelopeFor(world.db, child.id, outcome, 'text', 'acct_busy');
        await Promise.all([settle(world.db, world.queue, child, envelope), ask()]);
      }),
    );
    expect(await readAccount(world.db, 'acct_busy')).toMatchObject({
      credits: 1_000 - 20 * 4,
      reserved: 40 * 4,
      openChildren: 40,
    });
    await expectTrueBooks();
    await world.db.query(`UPDATE fleet.job SET deadline_at = to_timestamp(1) WHERE account_id = 'acct_busy'`);
    await expireOverdue(world.db, world.queue, 2_000);
    expect(await readAccount(world.db, 'acct_busy')).toMatchObject({
      credits: 920,
      reserved: 0,
      openChildren: 0,
    });
  });
});

describe('the end of a child', () => {
  it.each(OUTCOMES)('%s costs its price, or nothing', async (outcome) => {
    const account = `acct_${outcome}`;
    await openAccount(world.db, account, 100);
    await submit(
      world.db,
      world.queue,
      request({ surfaces: ['claude'] }),
      context({ caller: ownerOf(account) }),
    );
    expect(await free(account)).toBe(94);
    const child = await claimed(world, { surface: 'claude' });
    await settle(
      world.db,
      world.queue,
      child,
      await envelopeFor(world.db, child.id, outcome, 'text', account),
    );
    const charged = ['answered', 'answered_partially'].includes(outcome);
    expect(OUTCOME_RULES[outcome].charged).toBe(charged);
    expect(await readAccount(world.db, account)).toMatchObject({ credits: charged ? 94 : 100, reserved: 0 });
    await expectTrueBooks();
  });

  it('expired costs nothing', async () => {
    await openAccount(world.db, 'acct_late', 100);
    const late = context({ caller: ownerOf('acct_late'), ttlMs: 1, now: Date.now() - 10 });
    await submit(world.db, world.queue, request({ surfaces: ['copilot'] }), late);
    await expireOverdue(world.db, world.queue, Date.now());
    expect(await readAccount(world.db, 'acct_late')).toMatchObject({
      credits: 100,
      reserved: 0,
      openChildren: 0,
    });
    await expectTrueBooks();
  });
});

describe('what the tables refuse by themselves', () => {
  it.each([
    [
      'a second reservation of a child',
      `SELECT 'x1', account_id, child_id, 'reserve', 1, 'available', 'reserved' FROM fleet.ledger_entry WHERE kind = 'settle' LIMIT 1`,
    ],
    [
      'a second end of a child',
      `SELECT 'x2', account_id, child_id, 'release', 1, 'reserved', 'available' FROM fleet.ledger_entry WHERE kind = 'settle' LIMIT 1`,
    ],
    [
      'an entry that moves nothing',
      `SELECT 'x3', account_id, NULL, 'grant', 0, 'granted', 'available' FROM fleet.account LIMIT 1`,
    ],
    [
      'an entry on the wrong sides',
      `SELECT 'x4', account_id, child_id, 'settle', 1, 'reserved', 'available' FROM fleet.ledger_entry WHERE kind = 'reserve' LIMIT 1`,
    ],
  ])('%s', async (_name, select) => {
    const sql = `INSERT INTO fleet.ledger_entry (id, account_id, child_id, kind, amount, debit, credit, created_at)
      SELECT *, now() FROM (${select.replace('SELECT account_id', 'SELECT id')}) given`;
    await expect(world.db.query(sql.replace('account_id, NULL', 'id, NULL::text'))).rejects.toThrow(
      /duplicate key|violates check/,
    );
  });

  it.each([
    'UPDATE fleet.ledger_entry SET amount = 1',
    'DELETE FROM fleet.ledger_entry',
    'TRUNCATE fleet.ledger_entry',
  ])('%s', async (statement) => {
    await expect(world.db.query(statement)).rejects.toThrow('entries of ledger_entry are never changed');
  });

  it('a balance below what is reserved', async () => {
    await openAccount(world.db, 'acct_poor', 5);
    const take = { accountId: 'acct_poor', amount: -6, note: 'too much', now: Date.now(), id: 'take' };
    await expect(grantCredits(world.db, take)).rejects.toThrow('violates check');
    expect(await free('acct_poor')).toBe(5);
  });
});

describe('hundredths of a credit', () => {
  const grant = (accountId: string, amount: number) =>
    grantCredits(world.db, { accountId, amount, note: 'test', now: Date.now(), id: randomUUID() });
  const asked = (accountId: string) =>
    submit(
      world.db,
      world.queue,
      request({ surfaces: ['copilot'] }),
      context({ caller: ownerOf(accountId) }),
    );

  it('a balance short by 0.01 starts nothing and says what is there; with 0.01 more it starts', async () => {
    await openAccount(world.db, 'acct_short', 4.99);
    await expect(asked('acct_short')).rejects.toMatchObject({
      ...{ code: 'INSUFFICIENT_CREDITS', status: 402 },
      message: 'this search needs 5 credits, 4.99 available; nothing was started',
      details: { required: 5, available: 4.99 },
    });
    const { rows } = await world.db.query(
      `SELECT (SELECT count(*)::integer FROM fleet.job WHERE account_id = 'acct_short') AS jobs,
         (SELECT count(*)::integer FROM fleet.child WHERE account_id = 'acct_short') AS children,
         (SELECT count(*)::integer FROM fleet.ledger_entry
          WHERE account_id = 'acct_short' AND kind = 'reserve') AS held`,
    );
    expect(rows).toEqual([{ jobs: 0, children: 0, held: 0 }]);
    expect(await readAccount(world.db, 'acct_short')).toMatchObject({ credits: 4.99, reserved: 0 });
    expect(await grant('acct_short', 0.01)).toBe(5);
    const { jobId } = await asked('acct_short');
    expect(await readAccount(world.db, 'acct_short')).toMatchObject({ credits: 5, reserved: 5 });
    await expectTrueBooks();
    await cancel(world.db, world.queue, {
      ...{ accountId: 'acct_short', jobId, child: null, now: Date.now() },
    });
  });

  it('work that is no search is refused alike', async () => {
    await openAccount(world.db, 'acct_work', 2.99);
    const work = { accountId: 'acct_work', priceVersion: 'v', expiresAt: null, now: Date.now() };
    const held = () =>
      world.db.transaction((sql) => reserveWork(sql, { ...work, parts: [{ id: 'one', credits: 3 }] }));
    await expect(held()).rejects.toMatchObject({
      message: 'this needs 3 credits, 2.99 available; nothing was started',
      details: { required: 3, available: 2.99 },
    });
    await grant('acct_work', 0.01);
    await held();
    expect(await readAccount(world.db, 'acct_work')).toMatchObject({ credits: 3, reserved: 3 });
    await world.db.transaction((sql) => resolveWork(sql, ['one'], 'settle', Date.now()));
    await expectTrueBooks();
  });

  it('are carried and borrowed, and outlive a charge', async () => {
    await openAccount(world.db, 'acct_parts', 10.29);
    for (const [amount, credits] of [
      [0.71, 11],
      [-0.01, 10.99],
      [-5.5, 5.49],
      [100, 105.49],
    ] as const)
      expect(await grant('acct_parts', amount)).toBe(credits);
    const { rows } = await world.db.query(
      `SELECT kind, amount, hundredths_short AS short FROM fleet.ledger_entry WHERE account_id = 'acct_parts'
       AND note = 'test' AND amount = 6`,
    );
    expect(rows).toEqual([{ kind: 'adjust', amount: 6, short: 50 }]);
    await world.db.transaction((sql) =>
      reserveWork(sql, {
        ...{ accountId: 'acct_parts', parts: [{ id: 'parts', credits: 3 }], priceVersion: 'v' },
        ...{ expiresAt: null, now: Date.now() },
      }),
    );
    await world.db.transaction((sql) => resolveWork(sql, ['parts'], 'settle', Date.now()));
    expect(await readUsage(world.db, 'acct_parts')).toMatchObject({ balance: { credits: 102.49 } });
    await expect(grant('acct_parts', -102.5)).rejects.toThrow('violates check');
    await expect(grant('acct_parts', 0.001)).rejects.toThrow(RangeError);
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 0, recounted: 0 });
    await expectTrueBooks();
  });
});

describe('an unlimited account', () => {
  it('is never refused, and its use is still entered', async () => {
    await openAccount(world.db, 'acct_free', 0);
    await world.db.query(`UPDATE fleet.account SET plan = 'unlimited' WHERE id = 'acct_free'`);
    await world.db.query(`UPDATE fleet.account_balance SET unlimited = true WHERE account_id = 'acct_free'`);
    const caller = ownerOf('acct_free');
    const { children } = await submit(
      world.db,
      world.queue,
      request({ surfaces: ['google_search'] }),
      context({ caller }),
    );
    const child = await claimed(world, { surface: 'google_search' });
    await settle(
      world.db,
      world.queue,
      child,
      await envelopeFor(world.db, child.id, 'answered', 'text', 'acct_free'),
    );
    expect(children).toEqual([child.id]);
    expect(await readAccount(world.db, 'acct_free')).toMatchObject({ credits: -3, reserved: 0 });
    expect(await readUsage(world.db, 'acct_free')).toEqual({
      plan: 'unlimited',
      usage: { totalJobs: 1, bySurface: { google_search: 1 } },
      balance: { plan: 'unlimited', credits: null, unlimited: true },
    });
  });
});

/** About 50 operations each; `LEDGER_RUNS=200` makes the 10 000 of P9. */
const RUNS = Number(process.env.LEDGER_RUNS ?? 15);

describe('given any sequence of operations, some of which die half way (P9 to P11)', () => {
  const ACCOUNTS = ['acct_a', 'acct_b'];
  const operation = fc.record({
    kind: fc.constantFrom(
      'submit',
      'submit',
      'submit',
      'replay',
      'finish',
      'finish',
      'finish',
      'giveBack',
      'release',
      'expire',
      'grant',
    ),
    account: fc.constantFrom(...ACCOUNTS),
    surfaces: fc.uniqueArray(fc.constantFrom(...SURFACE_NAMES), { minLength: 1, maxLength: 3 }),
    outcome: fc.constantFrom(...OUTCOMES),
    key: fc.integer({ min: 0, max: 5 }),
    amount: fc.integer({ min: -2_000, max: 4_000 }).map((hundredths) => hundredths / 100),
    diesAt: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 4, nil: null }),
  });
  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
  const counted = { operations: 0, deaths: 0, refused: 0, accepted: 0 };
  let grants = 0;

  async function perform(db: Database, given: Operation): Promise<void> {
    const { kind, account, surfaces } = given;
    const caller = ownerOf(account);
    if (kind === 'submit') {
      await submit(db, world.queue, request({ surfaces }), context({ caller, ttlMs: 60_000 }));
      counted.accepted++;
    } else if (kind === 'replay') {
      await submit(
        db,
        world.queue,
        request({ surfaces: ['gemini'], idempotencyKey: `k${given.key}` }),
        context({ caller }),
      );
    } else if (kind === 'expire') {
      await submit(world.db, world.queue, request({ surfaces }), context({ caller, now: 1, ttlMs: 1 }));
      await expireOverdue(db, world.queue, 10);
    } else if (kind === 'grant') {
      if (given.amount !== 0)
        await grantCredits(db, {
          accountId: account,
          amount: given.amount,
          note: 'test',
          now: 1,
          id: `g${grants++}`,
        });
    } else await attempt(db, kind, given.outcome);
  }

  async function attempt(
    db: Database,
    kind: 'finish' | 'giveBack' | 'release',
    outcome: Outcome,
  ): Promise<void> {
    const job = await fetchByTurn(world.db, world.queue, SURFACE_NAMES as readonly SurfaceName[]);
    if (job === undefined) return;
    const result = await claim(world.db, world.queue, job, { workerId: 'w', now: 100 });
    if (result.kind !== 'claimed') return;
    const { child } = result;
    if (kind === 'release') return release(db, world.queue, child);
    if (kind === 'giveBack')
      return giveBack(db, world.queue, child, { outcome: 'timeout', message: 'again' });
    const { rows } = await world.db.query('SELECT account_id AS id FROM fleet.child WHERE id = $1', [
      child.id,
    ]);
    const owner = (rows[0] as { id: string }).id;
    return settle(db, world.queue, child, await envelopeFor(world.db, child.id, outcome, 'text', owner));
  }

  it(
    'every balance is what its ledger says, nothing is negative, and the audit finds nothing',
    async () => {
      for (const account of ACCOUNTS) await openAccount(world.db, account, 60);
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 40, maxLength: 60 }), async (operations) => {
          for (const given of operations) {
            counted.operations++;
            const db = given.diesAt === null ? world.db : breakingAt(world.db, given.diesAt);
            await perform(db, given).catch((error: unknown) => {
              if (String(error).includes('broken before')) counted.deaths++;
              else if (
                /INSUFFICIENT_CREDITS|IDEMPOTENCY|violates check/.test(`${Object(error).code} ${error}`)
              )
                counted.refused++;
              else throw error;
            });
          }
          await expectTrueBooks();
          expect(await auditCredits(world.db, Date.now())).toEqual({ released: 0, recounted: 0 });
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      process.stdout.write(`ledger: ${JSON.stringify(counted)}\n`);
      expect(counted.deaths).toBeGreaterThan(20);
    },
    RUNS * 10_000,
  );

  it('no child was resolved twice, and only answers were paid for', async () => {
    const { rows } = await world.db.query(
      `SELECT count(*)::int AS wrong FROM fleet.ledger_entry e JOIN fleet.child c ON c.id = e.child_id
       WHERE e.kind = 'settle' AND NOT (c.status = 'completed' AND c.outcome IN ('answered', 'answered_partially'))`,
    );
    expect(rows).toEqual([{ wrong: 0 }]);
  });
});

describe('the audit', () => {
  it('releases what was left reserved for a child that ended, and recounts', async () => {
    await openAccount(world.db, 'acct_audit', 50);
    const { jobId } = await submit(
      world.db,
      world.queue,
      request({ surfaces: ['google_news'] }),
      context({ caller: ownerOf('acct_audit') }),
    );
    await world.db.query(
      `UPDATE fleet.child SET status = 'failed', outcome = 'timeout', completed_at = now() WHERE job_id = $1`,
      [jobId satisfies JobId],
    );
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 1, recounted: 1 });
    expect(await readAccount(world.db, 'acct_audit')).toMatchObject({
      credits: 50,
      reserved: 0,
      openChildren: 0,
    });
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 0, recounted: 0 });
  });
});
