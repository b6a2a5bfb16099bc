import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { advanceRun, expireRuns } from '../../../src/analysis/content-clerk.ts';
import { cancelRun } from '../../../src/analysis/content-end.ts';
import { retireContentRuns } from '../../../src/analysis/content-retention.ts';
import {
  type ContentRun,
  listContentRuns,
  readContentRun,
  readRunScore,
} from '../../../src/analysis/content-run.ts';
import { scoreNow } from '../../../src/analysis/score-content.ts';
import { RUN_TIME_MS, startContentRun } from '../../../src/analysis/start-content-run.ts';
import type { JobId, RequestId } from '../../../src/contract/ids.ts';
import { MAX_ATTEMPTS } from '../../../src/contract/outcome.ts';
import { capturePageChild } from '../../../src/fleet/capture-page.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { accountsOutOfBalance, auditCredits } from '../../../src/jobs/credits-audit.ts';
import { settleDeadLetters } from '../../../src/jobs/dead-letter.ts';
import { listJobs } from '../../../src/jobs/list.ts';
import { releaseExpired } from '../../../src/jobs/open-work.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { rescueChildrenOf } from '../../../src/jobs/rescue.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { testLog } from '../database.ts';
import { breakingAt, claimed, type JobsWorld, openAccount, openJobsWorld } from '../jobs/jobs-world.ts';
import { asked, booksOf, captureNext, concludeAll, started, temporaryStore } from './content-world.ts';
import { playedPages } from './played-pages.ts';

let world: JobsWorld;
const { store, remove } = temporaryStore();
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(async () => {
  await world.close();
  remove();
});

async function account(credits = 100): Promise<string> {
  const id = `acct_${randomUUID()}`;
  await openAccount(world.db, id, credits);
  return id;
}

async function read(accountId: string, id: string): Promise<ContentRun> {
  const run = await readContentRun(world.db, accountId, id);
  if (run === undefined) throw new Error(`no run ${id}`);
  return run;
}

/** Captures the only page that waits, and ends its run. */
async function worked(pages = playedPages()): Promise<void> {
  await captureNext(world, store, pages);
  await concludeAll(world, store);
}

async function cancelled(accountId: string, id: string): Promise<boolean> {
  return cancelRun(world.db, world.queue, await read(accountId, id), Date.now());
}

/** How many objects lie in a folder of the store for a child. */
async function recordsOf(childId: string): Promise<number> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return (await store.list(`raw/${day}`, childId)).length;
}

describe('given a run that waits', () => {
  it('it is executed, stored, and charged with what was reserved', async () => {
    const accountId = await account();
    const id = await started(world, { depth: 'full' }, { accountId });
    expect(await booksOf(world.db, accountId)).toEqual({
      ...{ posted: 100, reserved: 6, open: 2, entries: ['reserve 3', 'reserve 3'] },
    });
    expect((await read(accountId, id)).status).toBe('queued');
    expect(await captureNext(world, store)).toMatchObject({ outcome: 'answered', settled: true });
    expect((await read(accountId, id)).status).toBe('running');
    await concludeAll(world, store);
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
    const id = await started(world, {}, { accountId });
    await worked(playedPages(code));
    expect(await read(accountId, id)).toMatchObject({ status: 'failed', issueCode: code, released: 3 });
    expect(await readRunScore(world.db, accountId, id)).toMatchObject({ outcome, overall_score: null });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });

  it('a page whose rendering was lost is scored without it, and only the score is paid', async () => {
    const accountId = await account();
    const id = await started(world, { depth: 'full' }, { accountId });
    await worked(playedPages('page_lost'));
    expect(await read(accountId, id)).toMatchObject({
      ...{ status: 'partially_completed', settled: 3, released: 3, issueCode: 'page_lost' },
    });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 97, reserved: 0, open: 0 });
  });

  it('and is cancelled while a worker has its page: nothing is charged, and what the worker found is void', async () => {
    const accountId = await account();
    const id = await started(world, {}, { accountId });
    const child = await claimed(world, { surface: 'page' });
    expect(await cancelled(accountId, id)).toBe(true);
    expect(await world.queue.touch(child.lease)).toBe(false);
    const means = { ...world, store, pages: playedPages(), clock: systemClock };
    await expect(capturePageChild(child, means, Deadline.after(30_000), testLog)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await recordsOf(child.id)).toBe(0);
    expect(await cancelled(accountId, id)).toBe(false);
    expect((await read(accountId, id)).status).toBe('cancelled');
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
    expect(await accountsOutOfBalance(world.db)).toEqual([]);
  });

  it('its page is no job of a client: no list shows it, nobody is told of its end', async () => {
    const accountId = await account();
    await started(world, {}, { accountId });
    await worked();
    const list = { accountId, status: null, surface: null, since: null, until: null, limit: 10, after: null };
    expect((await listJobs(world.db, list)).jobs).toEqual([]);
    const { rows } = await world.db.query(
      'SELECT j.id, e.id AS event FROM fleet.job j LEFT JOIN fleet.event e ON e.job_id = j.id WHERE j.account_id = $1',
      [accountId],
    );
    expect(rows).toEqual([{ id: expect.any(String), event: null }]);
    expect(await readJob(world.db, accountId, (rows[0] as { id: JobId }).id)).toBeUndefined();
  });
});

describe('given credits that do not suffice', () => {
  it('one short starts nothing, names both figures, and leaves nothing behind', async () => {
    const accountId = await account(5);
    await expect(started(world, { depth: 'full' }, { accountId })).rejects.toMatchObject({
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
      Array.from({ length: 12 }, () => started(world, {}, { accountId })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 10, reserved: 9, open: 3 });
    await world.db.query(`UPDATE fleet.content_run SET deadline_at = created_at WHERE account_id = $1`, [
      accountId,
    ]);
    await expireRuns(world, Date.now() + 1);
    expect(await accountsOutOfBalance(world.db)).toEqual([]);
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
        startContentRun(world.db, world.queue, asked({ idempotencyKey: 'k' }), context(accountId)),
      ),
    );
    expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await cancelled(accountId, answers[0]?.run.id ?? '');
  });

  it('another body is a conflict, another account is not concerned', async () => {
    const [one, two] = [await account(), await account()];
    const first = await startContentRun(world.db, world.queue, asked({ idempotencyKey: 'k' }), context(one));
    await expect(
      startContentRun(world.db, world.queue, asked({ idempotencyKey: 'k', depth: 'full' }), context(one)),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    const other = await startContentRun(world.db, world.queue, asked({ idempotencyKey: 'k' }), context(two));
    expect(other).toMatchObject({ replayed: false });
    await cancelled(one, first.run.id);
    await cancelled(two, other.run.id);
  });
});

describe('given workers that are lost', () => {
  const means = () => ({ ...world, store, pages: playedPages(), clock: systemClock });

  it('a page is taken over by another, the first changes nothing any more, and the run is charged once', async () => {
    const accountId = await account();
    const id = await started(world, {}, { accountId });
    const first = await claimed(world, { surface: 'page', workerId: 'lost' });
    expect(await rescueChildrenOf(world.db, world.queue, 'lost')).toBe(1);
    const second = await claimed(world, { surface: 'page', workerId: 'other' });
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    const late = capturePageChild(first, means(), Deadline.after(30_000), testLog);
    await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await capturePageChild(second, means(), Deadline.after(30_000), testLog);
    expect(await recordsOf(first.id)).toBe(1);
    await concludeAll(world, store);
    expect((await read(accountId, id)).status).toBe('completed');
    expect(await booksOf(world.db, accountId)).toMatchObject({
      ...{ posted: 97, reserved: 0, entries: expect.arrayContaining(['settle 3']) },
    });
  });

  it('too often, the run fails, says so, and its credits go back', async () => {
    const accountId = await account();
    const id = await started(world, {}, { accountId });
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      await claimed(world, { surface: 'page', workerId: 'lost' });
      await rescueChildrenOf(world.db, world.queue, 'lost');
    }
    await vi.waitFor(async () => {
      await settleDeadLetters(world.db, world.queue, Date.now());
      await concludeAll(world, store);
      expect(await read(accountId, id)).toMatchObject({
        status: 'failed',
        issueCode: 'run_lost',
        released: 3,
      });
    }, 20_000);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
  });

  it('a fault of ours counts as an attempt, and the page is tried again', async () => {
    const accountId = await account();
    const id = await started(world, {}, { accountId });
    const faulty = () => Promise.reject(new Error('no browser'));
    expect(await captureNext(world, store, faulty)).toMatchObject({ settled: false });
    await vi.waitFor(() => worked(), { timeout: 20_000, interval: 200 });
    expect((await read(accountId, id)).status).toBe('completed');
  });

  it('for too long, the run fails with its page, and its credits go back', async () => {
    const accountId = await account();
    const now = Date.now();
    const id = await started(world, {}, { accountId, now: now - RUN_TIME_MS });
    expect(await expireRuns(world, now + 1)).toBe(1);
    expect(await read(accountId, id)).toMatchObject({ status: 'failed', issueCode: 'run_expired' });
    expect(await world.queue.fetch('page')).toBeUndefined();
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0, open: 0 });
    expect(await accountsOutOfBalance(world.db)).toEqual([]);
  });

  it('a record that is gone from the store fails its run, and no other run waits for it', async () => {
    const accountId = await account();
    const gone = await started(world, {}, { accountId });
    await captureNext(world, store);
    const { rows } = await world.db.query(
      `SELECT artifacts ->> 'rawKey' AS key FROM fleet.child WHERE account_id = $1`,
      [accountId],
    );
    await store.delete((rows[0] as { key: string }).key);
    const whole = await started(world, {}, { accountId });
    await captureNext(world, store);
    await concludeAll(world, store);
    expect(await read(accountId, gone)).toMatchObject({ status: 'failed', issueCode: 'run_lost' });
    expect((await read(accountId, whole)).status).toBe('completed');
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 97, reserved: 0, open: 0 });
  });
});

describe('given a process killed between any two statements', () => {
  it('of a start: nothing is left, and the repetition with the same key starts one run with one reservation', async () => {
    const accountId = await account();
    let broken = 0;
    for (let at = 0; at < 20; at++) {
      const dying = { ...world, db: breakingAt(world.db, at) };
      const tried = await started(dying, { idempotencyKey: 'again' }, { accountId }).then(
        () => 'started',
        (error: Error) => error.message,
      );
      if (tried === 'started') break;
      broken++;
      expect(tried).toContain('broken before statement');
      expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 0, open: 0, entries: [] });
    }
    expect(broken).toBeGreaterThanOrEqual(3);
    const id = await started(world, { idempotencyKey: 'again' }, { accountId });
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await cancelled(accountId, id);
  });

  it('of a capture that ends: the page is still in hand, and ends once', async () => {
    const accountId = await account();
    await started(world, {}, { accountId });
    const child = await claimed(world, { surface: 'page' });
    let broken = 0;
    for (let at = 0; ; at++) {
      const means = {
        ...world,
        db: breakingAt(world.db, at),
        store,
        pages: playedPages(),
        clock: systemClock,
      };
      const ended = await capturePageChild(child, means, Deadline.after(30_000), testLog).catch(
        (error: Error) => error.message,
      );
      if (typeof ended !== 'string') break;
      broken++;
      expect(ended).toContain('broken before statement');
      expect(await world.queue.touch(child.lease)).toBe(true);
      expect(await accountsOutOfBalance(world.db)).toEqual([]);
    }
    expect(broken).toBeGreaterThanOrEqual(3);
    expect(await recordsOf(child.id)).toBe(1);
    await concludeAll(world, store);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 97, reserved: 0, open: 0 });
  });

  it.each([
    ['an end', undefined, 'completed', 94],
    ['an end in part', 'page_lost', 'partially_completed', 97],
    ['a failure', 'empty_page', 'failed', 100],
  ] as const)(
    'of %s: the run is still running, and ends once and is charged once',
    async (_name, code, status, posted) => {
      const accountId = await account();
      const id = await started(world, { depth: 'full' }, { accountId });
      await captureNext(world, store, playedPages(code));
      let broken = 0;
      for (let at = 0; ; at++) {
        const means = {
          ...world,
          db: breakingAt(world.db, at),
          store,
          origin: 'live',
          log: testLog,
        } as const;
        const passedOver: string[] = [];
        const looked = await advanceRun(means, Date.now(), passedOver).catch(() => 'broken');
        if (looked === true && passedOver.length === 0) break;
        broken++;
        expect((await read(accountId, id)).status).toBe('running');
        expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 6, open: 2 });
        expect(await accountsOutOfBalance(world.db)).toEqual([]);
      }
      expect(broken).toBeGreaterThanOrEqual(4);
      await concludeAll(world, store);
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
    const stored: string[] = [];
    for (const [url, days] of [
      ['https://old.example/', 40],
      ['https://new.example/', 0],
    ] as const) {
      const id = await started(world, { url }, { accountId });
      await worked();
      const { rows } = await world.db.query(
        `UPDATE fleet.content_run SET completed_at = completed_at - $2 * interval '1 day' WHERE id = $1
         RETURNING page #>> '{record,key}' AS key`,
        [id, days],
      );
      stored.push((rows[0] as { key: string }).key);
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
    const id = await started(world, {}, { accountId });
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 0, recounted: 0 });
    expect(await booksOf(world.db, accountId)).toMatchObject({ reserved: 3, open: 1 });
    await world.db.query('DELETE FROM fleet.open_work WHERE account_id = $1', [accountId]);
    expect(await auditCredits(world.db, Date.now())).toEqual({ released: 1, recounted: 0 });
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0 });
    await cancelled(accountId, id);
    expect(await booksOf(world.db, accountId)).toMatchObject({ posted: 100, reserved: 0 });
  });
});
