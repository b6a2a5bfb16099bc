import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openQueue } from '../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../integration/database.ts';
import { preparable } from './preparable.ts';
import { PREVIOUS_COMMIT } from './previous-version.ts';

const { commit, statements } = z
  .object({ commit: z.string(), statements: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, 'statements.json'), 'utf8')));

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
  const limits = { heartbeatS: 10, captureTimeoutMs: 60_000, retryDelayS: 0 };
  await (await openQueue(fresh.db, { log: testLog, ...limits })).close();
});
afterAll(() => fresh?.drop());

async function objections(): Promise<string[]> {
  const found: string[] = [];
  for (const text of statements) {
    const objection = await preparable(fresh.db, text);
    if (objection !== null) found.push(`${objection}: ${text}`);
  }
  return found;
}

describe('what the version before this one says to its database', () => {
  it('is understood on the schema of this one, word for word', async () => {
    expect(commit).toBe(PREVIOUS_COMMIT);
    expect(statements.length).toBeGreaterThan(150);
    expect(await objections()).toEqual([]);
  });

  it('would be refused where a column, a table or a function that it uses were taken away', async () => {
    for (const sql of [
      'ALTER TABLE fleet.child DROP COLUMN claimed_retry CASCADE',
      'DROP FUNCTION fleet.take_rate',
      'ALTER TABLE fleet.event RENAME TO happening',
    ]) {
      const before = (await objections()).length;
      await fresh.db.query(sql);
      expect((await objections()).length, sql).toBeGreaterThan(before);
    }
  });
});
