import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/analysis/language-model.ts';
import {
  claimTask,
  keepTask,
  keepText,
  readTexts,
  type TextTask,
} from '../../../src/analysis/model-texts.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const LEASE_MS = 60_000;

let world: JobsWorld;
let reportId: string;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.db.query('DELETE FROM fleet.brand');
  const brandId = randomUUID();
  reportId = randomUUID();
  await world.db.query(
    `INSERT INTO fleet.brand (id, account_id, name, website, created_at, updated_at)
     VALUES ($1, $2, 'Hubfield', 'https://hubfield.example.com', $3, $3)`,
    [brandId, DEFAULT_ACCOUNT, new Date(NOW)],
  );
  await world.db.query(
    `INSERT INTO fleet.report (id, account_id, brand_id, surfaces, replicates, created_at)
     VALUES ($1, $2, $3, '["chatgpt"]', 1, $4)`,
    [reportId, DEFAULT_ACCOUNT, brandId, new Date(NOW)],
  );
  await measured('first', NOW);
});

const measured = (book: string, at: number) =>
  world.db.query(
    `INSERT INTO fleet.report_metrics (report_id, brand_book_hash, input_hash, version, book, metrics, results, measured_at)
     VALUES ($1, $2, 'input', 'v', '{}', '{}', '{}', $3)`,
    [reportId, book, new Date(at)],
  );
const claim = (at: number) => claimTask(world.db, at, LEASE_MS);

async function taken(at: number): Promise<TextTask> {
  const task = await claim(at);
  if (task === undefined) throw new Error('nothing was to be written');
  return task;
}

describe('given a report that was measured, its texts', () => {
  it('are one process’s at a time; another takes over when its lease has ended, three times in all', async () => {
    const rivals = await Promise.all([1, 2, 3, 4].map(() => claim(NOW + 1)));
    const [first, ...more] = rivals.filter((task) => task !== undefined);
    expect(more).toEqual([]);
    expect(first?.owner).toEqual({ reportId, runId: null });
    expect(await claim(NOW + LEASE_MS)).toBeUndefined();
    const second = await taken(NOW + 2 * LEASE_MS);
    if (first === undefined) throw new Error('somebody had it');
    expect(await keepTask(world.db, first, { until: NOW + 9 * LEASE_MS, done: false })).toBe(false);
    expect(await keepTask(world.db, second, { until: NOW + 3 * LEASE_MS, done: false })).toBe(true);
    expect(await claim(NOW + 3 * LEASE_MS)).toBeUndefined();
    await taken(NOW + 4 * LEASE_MS);
    expect(await claim(NOW + 6 * LEASE_MS)).toBeUndefined();
  });

  it('are written once, and looked at again when it was measured again', async () => {
    const task = await taken(NOW + 1);
    expect(await keepTask(world.db, task, { until: NOW + 2, done: true })).toBe(true);
    expect(await claim(NOW + LEASE_MS)).toBeUndefined();
    await measured('second', NOW + LEASE_MS);
    expect((await taken(NOW + LEASE_MS + 1)).owner).toEqual(task.owner);
    await measured('third', NOW + 2 * LEASE_MS);
    // Under way: seen when the lease has ended.
    expect(await claim(NOW + 2 * LEASE_MS)).toBeUndefined();
    await taken(NOW + 3 * LEASE_MS);
  });

  it('are not asked for when it was measured more than a day before', async () => {
    expect(await claim(NOW + 25 * 3_600_000)).toBeUndefined();
  });

  it('stay as they were written first, and go with the report', async () => {
    const { owner } = await taken(NOW + 1);
    const source = { basis: 'llm', model: 'm', prompt_hash: 'h', temperature: 0 } as const;
    const written: Answer<unknown> = { kind: 'written', value: { a: 'x\u0000y' }, source };
    await keepText(world.db, owner, 'sentiment', written, NOW);
    await keepText(world.db, owner, 'sentiment', { kind: 'refused', reason: 'no', source }, NOW);
    expect(await readTexts(world.db, owner)).toEqual(
      new Map([['h', { value: { a: 'x\ufffdy' }, problem: null, source }]]),
    );
    await world.db.query('DELETE FROM fleet.brand');
    expect((await readTexts(world.db, owner)).size).toBe(0);
    expect((await world.db.query('SELECT 1 FROM fleet.model_task')).rows).toEqual([]);
  });
});
