import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_MIGRATIONS } from '../../../src/cli/migrations.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';
import { type Catalog, readCatalog, stumblingBlocks } from './catalog.ts';

/** Written before the first version that anybody ran beside another; every later step keeps the rule. */
const BEFORE_THE_RULE = new Set(['0003_accounts']);
const STEPS = [...ALL_MIGRATIONS].sort((a, b) => a.id.localeCompare(b.id, 'en'));

describe('steps of the schema, as the catalogue of Postgres sees them', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase({ migrated: false });
  });
  afterAll(() => fresh?.drop());

  it('each leaves the version before it everything it works with', async () => {
    const blocks: Record<string, string[]> = {};
    let before: Catalog | undefined;
    for (const [index, step] of STEPS.entries()) {
      await migrate(fresh.db, STEPS.slice(0, index + 1), testLog);
      const after = await readCatalog(fresh.db);
      const found = before === undefined ? [] : stumblingBlocks(before, after, step.contracts);
      if (found.length > 0 && !BEFORE_THE_RULE.has(step.id)) blocks[step.id] = found;
      before = after;
    }
    expect(before?.columns.length).toBeGreaterThan(100);
    expect(blocks).toEqual({});
  });
});

describe('what a version of yesterday would stumble over', () => {
  let fresh: FreshDatabase;
  let before: Catalog;
  beforeAll(async () => {
    fresh = await freshDatabase();
    before = await readCatalog(fresh.db);
  });
  afterAll(() => fresh?.drop());

  /** The blocks of a step that is taken back again. */
  async function blocksOf(sql: string, contracted: readonly string[] = []): Promise<string[]> {
    let found: string[] = [];
    await expect(
      fresh.db.transaction(async (transaction) => {
        await transaction.query(sql);
        found = stumblingBlocks(before, await readCatalog(transaction), contracted);
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    return found;
  }

  it.each([
    ['ALTER TABLE fleet.child DROP COLUMN outcome CASCADE', 'child.outcome is gone'],
    ['ALTER TABLE fleet.child RENAME COLUMN outcome TO ending', 'child.outcome is gone'],
    ['DROP TABLE fleet.account_turn', 'account_turn is gone'],
    ['DROP VIEW fleet.job_rollup', 'job_rollup is gone'],
    ['DROP FUNCTION fleet.take_rate', 'take_rate is gone'],
    [
      'ALTER TABLE fleet.child ALTER COLUMN failure TYPE jsonb USING failure::jsonb',
      'child.failure turns from json into jsonb',
    ],
    ['ALTER TABLE fleet.child ALTER COLUMN failure SET NOT NULL', 'child.failure refuses null'],
    [
      'ALTER TABLE fleet.child ALTER COLUMN replicate DROP DEFAULT',
      'child.replicate is no longer filled by itself',
    ],
    ['ALTER TABLE fleet.child ADD COLUMN owner text NOT NULL', 'child.owner must be given'],
    ['ALTER TABLE fleet.child ADD CHECK (attempts < 3)', 'child has a new rule: CHECK ((attempts < 3))'],
    [
      'CREATE UNIQUE INDEX once ON fleet.child (queue_job_id)',
      'child has a new rule: CREATE UNIQUE INDEX once ON fleet.child USING btree (queue_job_id)',
    ],
    ['ALTER TABLE fleet.idempotency DROP CONSTRAINT idempotency_pkey', 'idempotency_pkey is gone'],
    // Hidden from whoever only reads the text of a step.
    [
      `DO $$ BEGIN EXECUTE 'ALTER TABLE fleet.child DROP ' || 'COLUMN failure CASCADE'; END $$`,
      'child.failure is gone',
    ],
  ])('%s', async (sql, block) => {
    expect(await blocksOf(sql)).toContain(block);
  });

  it.each([
    "ALTER TABLE fleet.child ADD COLUMN owner text NOT NULL DEFAULT ''",
    'ALTER TABLE fleet.child ADD COLUMN owner text UNIQUE CHECK (length(owner) < 9)',
    'CREATE TABLE fleet.more (id text PRIMARY KEY, child_id text NOT NULL REFERENCES fleet.child)',
    'CREATE INDEX by_worker ON fleet.child (worker_id)',
    'ALTER TABLE fleet.child ALTER COLUMN ordinal DROP NOT NULL',
  ])('nothing: %s', async (sql) => {
    expect(await blocksOf(sql)).toEqual([]);
  });

  it('a step of the contract phase may take away what it names, and nothing else', async () => {
    const sql = 'ALTER TABLE fleet.child DROP COLUMN last_message, DROP COLUMN last_outcome';
    expect(await blocksOf(sql, ['child.last_message', 'child.last_outcome'])).toEqual([]);
    expect(await blocksOf(sql, ['child.last_message'])).toEqual(['child.last_outcome is gone']);
  });
});
