import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ALL_MIGRATIONS } from '../../../src/cli/migrations.ts';
import { sha256Hex } from '../../../src/platform/identifiers.ts';

const RELEASED = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, 'released-migrations.json'), 'utf8')));

/** Written before the first version that anybody ran beside another; every later step keeps the rule. */
const BEFORE_THE_RULE = new Set(['0003_accounts']);

/** What a version that does not know of a step would stumble over, in words; empty for a step that only adds. */
function breaksRunningVersions(sql: string): string[] {
  const rules: [RegExp, string][] = [
    [
      /\bDROP\s+(TABLE|COLUMN|FUNCTION|SCHEMA|CONSTRAINT|TYPE|VIEW)\b/i,
      'takes away what an older version uses',
    ],
    [/\bRENAME\b/i, 'renames what an older version uses'],
    [/\bSET\s+NOT\s+NULL\b/i, 'refuses rows that an older version writes'],
    [/\bDROP\s+DEFAULT\b/i, 'refuses rows that an older version writes'],
    [/\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b/i, 'changes what an older version reads'],
    [
      /\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?(?![^,;]*\b(?:DEFAULT|GENERATED)\b)[^,;]*\bNOT\s+NULL\b/i,
      'adds a column that an older version leaves empty',
    ],
    [/\bTRUNCATE\s+(TABLE\s+)?fleet\./i, 'deletes what an older version works on'],
  ];
  return rules.filter(([pattern]) => pattern.test(sql)).map(([, why]) => why);
}

describe('the rule of migrations: old and new versions work side by side on one database', () => {
  // Steps of the contract phase are judged by what they take away: integration/platform/migration-steps.
  const adding = ALL_MIGRATIONS.filter(
    ({ id, contracts }) => !BEFORE_THE_RULE.has(id) && contracts === undefined,
  );
  it.each(adding.map((step) => [step.id, step.sql]))('%s only adds', (_id, sql) => {
    expect(breaksRunningVersions(sql)).toEqual([]);
  });

  it.each([
    'ALTER TABLE fleet.child DROP COLUMN outcome',
    'ALTER TABLE fleet.child RENAME COLUMN outcome TO ending',
    'ALTER TABLE fleet.child ALTER COLUMN failure SET NOT NULL',
    'ALTER TABLE fleet.child ALTER COLUMN failure TYPE jsonb',
    'ALTER TABLE fleet.child ADD COLUMN owner text NOT NULL',
    'DROP TABLE fleet.event',
  ])('%s is caught', (sql) => {
    expect(breaksRunningVersions(sql)).toHaveLength(1);
  });

  it.each([
    "ALTER TABLE fleet.child ADD COLUMN owner text NOT NULL DEFAULT ''",
    'ALTER TABLE fleet.child ADD COLUMN owner text',
    'CREATE TABLE fleet.more (id text NOT NULL)',
  ])('%s is fine', (sql) => {
    expect(breaksRunningVersions(sql)).toEqual([]);
  });

  it('a step that was released never changes and never goes: the next one is a new one', () => {
    const now = Object.fromEntries(ALL_MIGRATIONS.map(({ id, sql }) => [id, sha256Hex(sql)]));
    const kept = Object.fromEntries(Object.keys(RELEASED).map((id) => [id, now[id] ?? 'is gone']));
    expect(kept).toEqual(RELEASED);
  });

  it('a step that is not yet in released-migrations.json comes after all that are', () => {
    const number = (id: string): number => Number(id.slice(0, 4));
    const last = Math.max(...Object.keys(RELEASED).map(number));
    const added = ALL_MIGRATIONS.map(({ id }) => id).filter((id) => !(id in RELEASED));
    expect(added.filter((id) => number(id) < last)).toEqual([]);
  });

  it('no id is used twice, and their order is the order of their numbers', () => {
    const ids = ALL_MIGRATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^\d{4}_[a-z_]+$/);
  });
});
