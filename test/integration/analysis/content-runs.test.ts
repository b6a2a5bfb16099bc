import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cancelRun,
  claimRun,
  endRun,
  expireRuns,
  giveRunBack,
  type LeasedRun,
  MAX_ATTEMPTS,
  type RunEnd,
  renewLease,
} from '../../../src/analysis/content-end.ts';
import { retireContentRuns } from '../../../src/analysis/content-retention.ts';
import {
  type ContentRun,
  listContentRuns,
  readContentRun,
  readRunScore,
} from '../../../src/analysis/content-run.ts';
import { executeRun } from '../../../src/analysis/execute-content-run.ts';
import { scoreNow } from '../../../src/analysis/score-content.ts';
import { RUN_TIME_MS, startContentRun } from '../../../src/analysis/start-content-run.ts';
import type { RequestId } from '../../../src/contract/ids.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { accountsOutOfBalance, auditCredits } from '../../../src/jobs/credits-audit.ts';
import { releaseExpired } from '../../../src/jobs/open-work.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type FreshDatabase, freshDatabase } from '../database.ts';
import { breakingAt, openAccount } from '../jobs/jobs-world.ts';
import { asked, booksOf, playedCapture, started, temporaryStore } from './content-world.ts';

let world: FreshDatabase;
const { store, remove } = temporaryStore();
beforeAll(async () => {
  world = await freshDatabase();
});
afterAll(async () => {
  await world.drop();
  remove();
});

async function account(credits = 100): Promise<string> {
  const id = `acct_${randomUUID()}`;
  await openAccount(world.db, id, credits);
  return id;
}

/** The only run that waits, leased. */
async function leased(now = Date.now()): Promise<LeasedRun> {
  const run = await claimRun(world.db, now, 60_000);
  if (run === undefined) throw new Error('no run waits');
  return run;
}

async function read(accountId: string, id: string): Promise<ContentRun> {
  const run = await readContentRun(world.db, accountId, id);
  if (run === undefined) throw new Error(`no run ${id}`);
  return run;
}

const never = new AbortController().signal;
const done: RunEnd = { event: 'finish', score: null, issue: null, page: null };

describe('given a run that waits', () => {
  it('it is executed, stored, and charged with what was reserved', async () => {
    const accountId = await account();
    const id = await started(world.db, { depth: 'full' }, { accountId });
    expect(await booksOf(world.db, accountId)).toEqual({
      ...{ posted: 100, reserved: 6, open: 2, entries: ['reserve 3', 'reserve 3'] },
    });
    const run = await leased();
    const end = await executeRun(
      { db: world.db, store, origin: 'live', capture: playedCapture() },
      run,
      never,
    );
    expect(await endRun(world.db, run, end, Date.now())).toBe(true);
    expect(await read(accountId, id)).toMatchObject({ status: 'completed', settled: 6, released: 0 });
    expect((await readRunScore(world.db, accountId, id))?.overall_score).toBeGreaterThan(0);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 94, reserved: 0, open: 0 });
  });

  it.each([
    ['challenge', 'blocked'],
    ['empty_page', 'failed'],
    ['private_address', 'failed'],
    ['redirect_loop', 'failed'],
    ['timeout', 'failed'],
    ['too_large', 'failed'],
    ['not_html', 'failed'],
    ['login_page', 'failed'],
  ] as const)('a page that ends as %s fails it, says which, and costs nothing', async (code, outcome) => {
    const accountId = await account();
    const id = await started(world.db, {}, { accountId });
    const run = await leased();
    const end = await executeRun(
      { db: world.db, store, origin: 'live', capture: playedCapture(code) },
      run,
      never,
    );
    await endRun(world.db, run, end, Date.now());
    expect(await read(accountId, id)).toMatchObject({ status: 'failed', issueCode: code, released: 3 });
    expect(await readRunScore(world.db, accountId, id)).toMatchObject({ outcome, overall_score: null });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });

  it('a page whose rendering was lost is scored without it, and only the score is paid', async () => {
    const accountId = await account();
    const id = await started(world.db, { depth: 'full' }, { accountId });
    const run = await leased();
    const end = await executeRun(
      { db: world.db, store, origin: 'live', capture: playedCapture('page_lost') },
      run,
      never,
    );
    await endRun(world.db, run, end, Date.now());
    expect(await read(accountId, id)).toMatchObject({
      ...{ status: 'partially_completed', settled: 3, released: 3, issueCode: 'page_lost' },
    });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 97, reserved: 0, open: 0 });
  });

  it('and is cancelled, nothing is charged, and whoever executes it finds it gone', async () => {
    const accountId = await account();
    const id = await started(world.db, {}, { accountId });
    const run = await leased();
    expect(await cancelRun(world.db, run, Date.now())).toBe(true);
    expect(await endRun(world.db, run, done, Date.now())).toBe(false);
    expect(await cancelRun(world.db, run, Date.now())).toBe(false);
    expect((await read(accountId, id)).status).toBe('cancelled');
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });
});

describe('given credits that do not suffice', () => {
  it('one short starts nothing, names both figures, and leaves nothing behind', async () => {
    const accountId = await account(5);
    await expect(started(world.db, { depth: 'full' }, { accountId })).rejects.toMatchObject({
      code: 'INSUFFICIENT_CREDITS',
      details: { required: 6, available: 5 },
    });
    expect(await booksOf(world.db, accountId)).toEqual({ posted: 5, reserved: 0, open: 0, entries: [] });
    const { rows } = await world.db.query('SELECT 1 FROM fleet.content_run WHERE account_id = $1', [
      accountId,
    ]);
    expect(rows).toEqual([]);
  });

  it('many at once overdraw nothing', async () => {
    const accountId = await account(10);
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, () => started(world.db, {}, { accountId })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 10, reserved: 9, open: 3 });
    await world.db.query(`UPDATE fleet.content_run SET deadline_at = created_at WHERE account_id = $1`, [
      accountId,
    ]);
    await expireRuns(world.db, Date.now() + 1);
  });
});

describe('given an idempotency key', () => {
  const context = (accountId: string) => ({
    ...{ caller: ownerOf(accountId), requestId: 'req_x' as RequestId, now: Date.now() },
  });

  it('the same body gives the same run however often it comes at once, and one reservation', async () => {
    const accountId = await account();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        startContentRun(world.db, asked({ idempotencyKey: 'k' }), context(accountId)),
      ),
    );
    expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await cancelRun(world.db, await read(accountId, answers[0]?.run.id ?? ''), Date.now());
  });

  it('another body is a conflict, another account is not concerned', async () => {
    const [one, two] = [await account(), await account()];
    const first = await startContentRun(world.db, asked({ idempotencyKey: 'k' }), context(one));
    await expect(
      startContentRun(world.db, asked({ idempotencyKey: 'k', depth: 'full' }), context(one)),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    const other = await startContentRun(world.db, asked({ idempotencyKey: 'k' }), context(two));
    expect(other).toMatchObject({ replayed: false });
    for (const { run } of [first, other]) await cancelRun(world.db, run, Date.now());
  });
});

describe('given processes that are lost', () => {
  it('a run is taken over when its lease ends, the first process changes nothing any more, and it is charged once', async () => {
    const accountId = await account();
    const id = await started(world.db, {}, { accountId });
    const now = Date.now();
    const first = await leased(now);
    expect(await claimRun(world.db, now + 59_000, 60_000)).toBeUndefined();
    const second = await leased(now + 61_000);
    expect(second.id).toBe(id);
    expect(await renewLease(world.db, first, now + 200_000)).toBe(false);
    expect(await endRun(world.db, first, done, now)).toBe(false);
    expect(await endRun(world.db, second, done, now)).toBe(true);
    expect(await endRun(world.db, second, done, now)).toBe(false);
    expect(await booksOf(world.db, accountId)).toMatchObject({
      ...{ posted: 97, reserved: 0, entries: expect.arrayContaining(['settle 3']) },
    });
  });

  it('a process that stops hands its run back at once, and the attempt does not count', async () => {
    const accountId = await account();
    const id = await started(world.db, {}, { accountId });
    for (let stop = 0; stop < 2 * MAX_ATTEMPTS; stop++) {
      const run = await leased();
      expect(await giveRunBack(world.db, run, Date.now())).toBe(true);
    }
    const last = await leased();
    expect(last.id).toBe(id);
    await cancelRun(world.db, last, Date.now());
  });

  it('too often, or for too long, the run fails and its credits go back', async () => {
    const accountId = await account();
    const now = Date.now();
    const lost = await started(world.db, {}, { accountId, now });
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) await leased(now + attempt * 61_000);
    expect(await claimRun(world.db, now + 5 * 61_000, 60_000)).toBeUndefined();
    const waiting = await started(world.db, {}, { accountId, now: now - RUN_TIME_MS });
    expect(await expireRuns(world.db, now + 5 * 61_000)).toBe(2);
    expect(await read(accountId, lost)).toMatchObject({
      status: 'failed',
      issueCode: 'run_lost',
      released: 3,
    });
    expect(await read(accountId, waiting)).toMatchObject({ status: 'failed', issueCode: 'run_expired' });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });
});

describe('given a process killed between any two statements', () => {
  it('of a start: nothing is left, and the repetition with the same key starts one run with one reservation', async () => {
    const accountId = await account();
    let broken = 0;
    for (let at = 0; at < 20; at++) {
      const tried = await started(breakingAt(world.db, at), { idempotencyKey: 'again' }, { accountId }).then(
        () => 'started',
        (error: Error) => error.message,
      );
      if (tried === 'started') break;
      broken++;
      expect(tried).toContain('broken before statement');
      expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 0, open: 0, entries: [] });
    }
    expect(broken).toBeGreaterThanOrEqual(3);
    const id = await started(world.db, { idempotencyKey: 'again' }, { accountId });
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await cancelRun(world.db, await read(accountId, id), Date.now());
  });

  it.each([
    ['an end', 'finish', 'completed', 94],
    ['an end in part', 'finish_partly', 'partially_completed', 97],
    ['a failure', 'fail', 'failed', 100],
  ] as const)(
    'of %s: the run is still running, and ends once and is charged once',
    async (_name, event, status, posted) => {
      const accountId = await account();
      const id = await started(world.db, { depth: 'full' }, { accountId });
      const run = await leased();
      let broken = 0;
      for (let at = 0; ; at++) {
        const ended = await endRun(breakingAt(world.db, at), run, { ...done, event }, Date.now()).catch(
          (error: Error) => error.message,
        );
        if (ended === true) break;
        broken++;
        expect(ended).toContain('broken before statement');
        expect((await read(accountId, id)).status).toBe('running');
        expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 6, open: 2 });
        expect(await accountsOutOfBalance(world.db)).toEqual([]);
      }
      expect(broken).toBeGreaterThanOrEqual(2);
      expect(await endRun(world.db, run, { ...done, event }, Date.now())).toBe(false);
      expect((await read(accountId, id)).status).toBe(status);
      expect(await booksOf(world.db, accountId)).toMatchObject({ posted, reserved: 0, open: 0 });
    },
  );

  it('of an immediate score: what was reserved goes back when its time is over', async () => {
    const accountId = await account();
    const dies = async (): Promise<never> => {
      throw new Error('killed');
    };
    const means = { db: breakingResolve(), capture: dies, clock: systemClock };
    const wish = { url: 'https://example.com/', mode: 'ssr' as const, language: null, trends: [] };
    await expect(scoreNow(means, ownerOf(accountId), wish)).rejects.toThrow();
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 3, open: 1 });
    expect(await releaseExpired(world.db, Date.now())).toBe(0);
    expect(await releaseExpired(world.db, Date.now() + 3_600_000)).toBe(1);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });
});

/** A database that answers transactions and breaks on anything outside of one: the process died before it could resolve. */
function breakingResolve(): typeof world.db {
  return { ...world.db, query: () => Promise.reject(new Error('the process is dead')) };
}

describe('a run past its retention', () => {
  it('is forgotten with what it stored; a newer one is kept, and the ledger keeps both', async () => {
    const accountId = await account();
    const ends: [string, number][] = [
      ['https://old.example/', Date.now() - 40 * 86_400_000],
      ['https://new.example/', Date.now()],
    ];
    const stored: string[] = [];
    for (const [url, now] of ends) {
      await started(world.db, { url }, { accountId, now });
      const run = await leased(now);
      const means = { db: world.db, store, origin: 'live' as const, capture: playedCapture() };
      const end = await executeRun(means, run, never);
      stored.push((end.page as { record: { key: string } }).record.key);
      await endRun(world.db, run, end, now);
    }
    expect(await retireContentRuns({ db: world.db, store }, Date.now() - 30 * 86_400_000)).toBe(1);
    await expect(store.get(stored[0] ?? '')).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect((await store.get(stored[1] ?? '')).length).toBeGreaterThan(0);
    const { runs } = await listContentRuns(world.db, { accountId, status: null, limit: 10, after: null });
    expect(runs.map(({ url }) => url)).toEqual(['https://new.example/']);
    expect((await booksOf(world.db, accountId)).entries).toHaveLength(4);
  });
});

describe('the audit of credits', () => {
  it('knows what runs hold, and still finds a reservation that nobody holds', async () => {
    const accountId = await account();
    const id = await started(world.db, {}, { accountId });
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 0, recounted: 0 });
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await world.db.query('DELETE FROM fleet.open_work WHERE account_id = $1', [accountId]);
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 1, recounted: 0 });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0 });
    await cancelRun(world.db, await read(accountId, id), Date.now());
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0 });
  });
});
