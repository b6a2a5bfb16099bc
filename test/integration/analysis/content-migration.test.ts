import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContentRun } from '../../../src/analysis/content-run.ts';
import { ALL_MIGRATIONS } from '../../../src/cli/migrations.ts';
import { accountsOutOfBalance } from '../../../src/jobs/credits-audit.ts';
import { reserveWork } from '../../../src/jobs/open-work.ts';
import { Reconciler } from '../../../src/jobs/reconcile.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { openQueue, type Queue } from '../../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';
import { booksOf, captureNext, concludeAll, temporaryStore } from './content-world.ts';

let fresh: FreshDatabase;
let queue: Queue;
const { store, remove } = temporaryStore();
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false });
});
afterAll(async () => {
  await queue?.close();
  await fresh.drop();
  remove();
});

/** An account with credits, in the words of that version: today's grant also enters hundredths. */
async function accountOfYesterday(accountId: string, credits: number): Promise<void> {
  await fresh.db.query('INSERT INTO fleet.account (id, name, created_at) VALUES ($1, $1, now())', [
    accountId,
  ]);
  await fresh.db.query('INSERT INTO fleet.account_balance (account_id, posted) VALUES ($1, $2)', [
    ...[accountId, credits],
  ]);
}

/** A run as the version before pages were children of the fleet left it. */
async function runOfYesterday(accountId: string, status: 'queued' | 'running'): Promise<string> {
  const id = randomUUID();
  const now = Date.now();
  const parts = [
    { id: `content:${id}:score`, credits: 3 },
    { id: `content:${id}:full`, credits: 3 },
  ];
  await fresh.db.transaction(async (sql) => {
    await sql.query(
      `INSERT INTO fleet.content_run (id, account_id, mode, request_id, url, depth, body_hash, status, estimated,
         created_at, deadline_at, lease)
       VALUES ($1, $2, 'live', 'req_old', 'https://old.example/', 'full', 'x', $3, 6, $4, $5, $6)`,
      [id, accountId, status, new Date(now), new Date(now + 600_000), status === 'running' ? id : null],
    );
    await reserveWork(sql, { accountId, parts, priceVersion: 'x', expiresAt: null, now });
  });
  return id;
}

describe('runs that were under way when the fleet took over their pages', () => {
  it('get a page job each, end once and are charged once', async () => {
    const before = ALL_MIGRATIONS.filter(({ id }) => id < '0016');
    await migrate(fresh.db, before, testLog);
    const accountId = 'acct_old';
    await accountOfYesterday(accountId, 100);
    const ids = [await runOfYesterday(accountId, 'queued'), await runOfYesterday(accountId, 'running')];
    await migrate(fresh.db, ALL_MIGRATIONS, testLog);

    queue = await openQueue(fresh.db, {
      ...{ log: testLog, heartbeatS: 10, captureTimeoutMs: 30_000, retryDelayS: 0 },
    });
    const reconciler = new Reconciler(fresh.db, queue, testLog);
    await reconciler.look();
    await reconciler.look();
    expect(reconciler.counters).toMatchObject({ childrenRequeued: 2, jobsRemoved: 0 });
    expect(await accountsOutOfBalance(fresh.db)).toEqual([]);
    const world = { db: fresh.db, queue };
    for (const _id of ids) await captureNext(world, store);
    await concludeAll(world, store);
    for (const id of ids) {
      expect(await readContentRun(fresh.db, accountId, id)).toMatchObject({
        status: 'completed',
        settled: 6,
      });
    }
    expect(await booksOf(fresh.db, accountId)).toMatchObject({ posted: 88, reserved: 0, open: 0 });
    expect(await accountsOutOfBalance(fresh.db)).toEqual([]);
  });
});
