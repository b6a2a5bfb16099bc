import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/platform/database.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

let fresh: FreshDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false });
  db = openDatabase(fresh.url, { log: testLog, max: 2 });
});
afterAll(async () => {
  await db?.close();
  await fresh?.drop();
});

describe('given far more statements than connections', () => {
  it('each has its turn, although the last waits longer than a connection may take to open', async () => {
    const began = performance.now();
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => db.query('SELECT pg_sleep(0.6), $1::int AS index', [index])),
    );
    expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
    // Or this shows nothing.
    expect(performance.now() - began).toBeGreaterThan(5_500);
  }, 60_000);

  it('who finds all connections held for long is told that the process is busy, and the next finds them free', async () => {
    const held = Promise.withResolvers<void>();
    const holders = [1, 2].map(() => db.transaction(() => held.promise));
    await expect(db.query('SELECT 1')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(/^the database is busy: all 2 connections/),
    });
    held.resolve();
    await Promise.all(holders);
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  }, 60_000);

  it('connections that break are replaced, and their turns with them', async () => {
    const broken = await Promise.allSettled(
      [1, 2, 3, 4].map(() => db.query('SELECT pg_terminate_backend(pg_backend_pid())')),
    );
    expect(broken.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    const ends = await Promise.all([1, 2, 3, 4].map((one) => db.query('SELECT $1::int AS one', [one])));
    expect(ends.map(({ rows }) => rows)).toEqual([1, 2, 3, 4].map((one) => [{ one }]));
  });
});
