import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookOf } from '../../../src/analysis/brand.ts';
import { readBrand, updateBrand } from '../../../src/analysis/brands.ts';
import { closeEndedRun, startReportClerk } from '../../../src/analysis/close-runs.ts';
import { readMeasured, recomputeReport } from '../../../src/analysis/measure-report.ts';
import { readLooks } from '../../../src/analysis/report-looks.ts';
import { startRun } from '../../../src/analysis/report-runs.ts';
import { readReport } from '../../../src/analysis/reports.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { startTraces } from '../../../src/platform/trace-export.ts';
import { testLog } from '../database.ts';
import { breakingAt, context, finishNext, type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';
import { draftReport } from './draft-report.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

async function ready(): Promise<string> {
  return (await draftReport(world.db)).reportId;
}

async function counts(reportId: string): Promise<Record<string, number>> {
  const { rows } = await world.db.query(
    `SELECT (SELECT count(*) FROM fleet.report_run WHERE report_id = $1)::integer AS runs,
       count(DISTINCT rj.job_id)::integer AS jobs,
       count(e.id) FILTER (WHERE e.kind = 'reserve')::integer AS reserved,
       count(e.id) FILTER (WHERE e.kind = 'settle')::integer AS settled,
       (SELECT count(*) FROM fleet.report_metrics WHERE report_id = $1)::integer AS measured
     FROM fleet.report_run run JOIN fleet.report_job rj ON rj.run_id = run.id
     JOIN fleet.child c ON c.job_id = rj.job_id LEFT JOIN fleet.ledger_entry e ON e.child_id = c.id
     WHERE run.report_id = $1`,
    [reportId],
  );
  return rows[0] as Record<string, number>;
}

describe('a process that dies between any two statements', () => {
  it('of a run leaves a draft and nothing reserved, until one run starts whole', async () => {
    const reportId = await ready();
    const jobsBefore = (await world.db.query('SELECT 1 FROM fleet.job')).rowCount;
    let deaths = 0;
    for (let at = 0; ; at++) {
      const died = await startRun(breakingAt(world.db, at), world.queue, reportId, context()).then(
        () => false,
        () => true,
      );
      if (!died) break;
      deaths++;
      expect((await readReport(world.db, DEFAULT_ACCOUNT, reportId))?.status).toBe('draft');
      expect((await world.db.query('SELECT 1 FROM fleet.job')).rowCount).toBe(jobsBefore);
    }
    process.stdout.write(`report run: ${deaths} deaths, no half run\n`);
    expect(deaths).toBeGreaterThan(10);
    expect(await counts(reportId)).toMatchObject({ runs: 1, jobs: 2, reserved: 4, settled: 0, measured: 0 });
  });

  it('of the end of a run leaves it open, and the next one ends it once', async () => {
    const { rows } = await world.db.query(
      `SELECT report_id AS id FROM fleet.report_run WHERE status = 'processing'`,
    );
    const reportId = (rows[0] as { id: string }).id;
    expect(await closeEndedRun(world.db, Date.now())).toBe(false);
    for (const surface of ['chatgpt', 'chatgpt', 'perplexity', 'perplexity'] as const) {
      await finishNext(world, { surface, text: 'Hubfield is one.' });
    }
    let deaths = 0;
    for (let at = 0; ; at++) {
      const died = await closeEndedRun(breakingAt(world.db, at), Date.now()).then(
        () => false,
        () => true,
      );
      if (!died) break;
      deaths++;
      expect((await readReport(world.db, DEFAULT_ACCOUNT, reportId))?.status).toBe('processing');
      expect(await readMeasured(world.db, reportId)).toBeUndefined();
    }
    process.stdout.write(`report end: ${deaths} deaths, ended once\n`);
    expect(deaths).toBeGreaterThan(5);
    expect(await closeEndedRun(world.db, Date.now())).toBe(false);
    expect(await readReport(world.db, DEFAULT_ACCOUNT, reportId)).toMatchObject({ status: 'completed' });
    expect(await counts(reportId)).toMatchObject({ runs: 1, jobs: 2, reserved: 4, settled: 4, measured: 1 });
  });

  it('of measuring again leaves the figures as they were, and then both versions stay, paid once', async () => {
    const { db } = world;
    const { rows } = await db.query(
      `SELECT id, brand_id AS brand FROM fleet.report WHERE status = 'completed'`,
    );
    const { id: reportId, brand: brandId } = rows[0] as { id: string; brand: string };
    const before = await readMeasured(db, reportId);
    const brand = await readBrand(db, DEFAULT_ACCOUNT, brandId);
    if (brand === undefined) throw new Error('the report has a brand');
    await updateBrand(db, DEFAULT_ACCOUNT, brandId, { ...brand, aliases: ['one'] }, Date.now());
    let deaths = 0;
    for (let at = 0; ; at++) {
      const again = recomputeReport(breakingAt(db, at), DEFAULT_ACCOUNT, reportId, systemClock);
      const died = await again.then(
        () => false,
        () => true,
      );
      if (!died) break;
      deaths++;
      expect(await readMeasured(db, reportId)).toEqual(before);
    }
    process.stdout.write(`report recompute: ${deaths} deaths, measured once\n`);
    expect(deaths).toBeGreaterThan(3);
    expect((await readMeasured(db, reportId))?.brandBookHash).not.toBe(before?.brandBookHash);
    expect(await counts(reportId)).toMatchObject({ runs: 1, jobs: 2, reserved: 4, settled: 4, measured: 2 });
  });

  it('recomputed by many at once while its aliases change, what counts is the brand as it is in the end', async () => {
    const { db } = world;
    const { rows } = await db.query(
      `SELECT id, brand_id AS brand FROM fleet.report WHERE status = 'completed'`,
    );
    const { id: reportId, brand: brandId } = rows[0] as { id: string; brand: string };
    const brand = await readBrand(db, DEFAULT_ACCOUNT, brandId);
    if (brand === undefined) throw new Error('the report has a brand');
    const change = async (alias: string): Promise<void> => {
      await updateBrand(db, DEFAULT_ACCOUNT, brandId, { ...brand, aliases: [alias] }, Date.now());
      await recomputeReport(db, DEFAULT_ACCOUNT, reportId, systemClock);
    };
    await Promise.all(['alpha', 'beta', 'gamma', 'delta', 'epsilon'].map(change));
    const stored = await readMeasured(db, reportId);
    const inTheEnd = await readBrand(db, DEFAULT_ACCOUNT, brandId);
    const measured = await recomputeReport(db, DEFAULT_ACCOUNT, reportId, systemClock);
    expect(measured.book).toEqual(inTheEnd && bookOf(inTheEnd));
    expect(stored?.brandBookHash).toBe(measured.metrics.brandBookHash);
  });

  it('of a look leaves the run as it was, and the next one asks for more replicates once', async () => {
    const reportId = await ready();
    const stopping = JSON.stringify({ halfWidth: 0.05, min: 3, max: 5 });
    await world.db.query('UPDATE fleet.report SET replicates = 3, stopping = $2 WHERE id = $1', [
      ...[reportId, stopping],
    ]);
    await startRun(world.db, world.queue, reportId, context());
    for (const surface of ['chatgpt', 'perplexity'] as const) {
      for (const text of ['Hubfield.', 'Nothing.', 'Hubfield.', 'Nothing.', 'Hubfield.', 'Nothing.']) {
        await finishNext(world, { surface, text });
      }
    }
    const before = await counts(reportId);
    const limits = { sync: 10, queue: 1_000, roomInAll: 1_000, queueInAll: 1_000 };
    const more = { queue: world.queue, ttlMs: 60_000, limits: async () => limits };
    let deaths = 0;
    for (let at = 0; ; at++) {
      const died = await closeEndedRun(breakingAt(world.db, at), Date.now(), more).then(
        () => false,
        () => true,
      );
      if (!died) break;
      deaths++;
      expect(await counts(reportId)).toEqual(before);
      expect(await readLooks(world.db, reportId)).toEqual({ looks: [], stopped: null });
    }
    process.stdout.write(`report look: ${deaths} deaths, more replicates once\n`);
    expect(deaths).toBeGreaterThan(5);
    const reserved = Number(before.reserved) + 2 * 2 * 2;
    expect(await counts(reportId)).toMatchObject({ runs: 1, reserved, measured: 0 });
    expect((await readLooks(world.db, reportId))?.looks.map(({ replicates }) => replicates)).toEqual([3]);
    expect(await closeEndedRun(world.db, Date.now(), more)).toBe(false);
    for (let capture = 0; capture < 4; capture++) {
      await finishNext(world, { surface: 'chatgpt', text: 'Hubfield.' });
      await finishNext(world, { surface: 'perplexity', text: 'Nothing.' });
    }
    expect(await closeEndedRun(world.db, Date.now(), more)).toBe(true);
    expect(await readLooks(world.db, reportId)).toMatchObject({ stopped: 'most_replicates' });
    expect(await counts(reportId)).toMatchObject({ reserved, settled: reserved, measured: 1 });
  });

  it('several clerks at once end a run once', async () => {
    const reportId = await ready();
    await startRun(world.db, world.queue, reportId, context());
    for (const surface of ['chatgpt', 'chatgpt', 'perplexity', 'perplexity'] as const) {
      await finishNext(world, { surface, text: 'Nothing.' });
    }
    const closed = await Promise.all([1, 2, 3, 4].map(() => closeEndedRun(world.db, Date.now())));
    expect(closed.filter(Boolean)).toHaveLength(1);
    expect(await counts(reportId)).toMatchObject({ measured: 1 });
  });
});

describe('a run that cannot be measured', () => {
  async function captured(): Promise<string> {
    const reportId = await ready();
    await startRun(world.db, world.queue, reportId, context());
    for (const surface of ['chatgpt', 'chatgpt', 'perplexity', 'perplexity'] as const) {
      await finishNext(world, { surface, text: 'Hubfield is one.' });
    }
    return reportId;
  }
  const inJobsOf = (reportId: string, set: string): Promise<unknown> =>
    world.db.query(
      `UPDATE fleet.job SET ${set} WHERE id IN (SELECT rj.job_id FROM fleet.report_run run
         JOIN fleet.report_job rj ON rj.run_id = run.id WHERE run.report_id = $1)`,
      [reportId],
    );
  const statusOf = async (reportId: string) =>
    (await readReport(world.db, DEFAULT_ACCOUNT, reportId))?.status;

  it('fails with the reason when its captures passed their retention before it ended', async () => {
    const reportId = await captured();
    await inJobsOf(reportId, 'retired_at = now()');
    expect(await closeEndedRun(world.db, Date.now())).toBe(true);
    const report = await readReport(world.db, DEFAULT_ACCOUNT, reportId);
    expect(report).toMatchObject({ status: 'failed', failureReason: expect.stringContaining('retention') });
    expect(await closeEndedRun(world.db, Date.now())).toBe(false);
  });

  it('keeps no later run waiting, and ends once it can be measured', async () => {
    const poisoned = await captured();
    await world.db.query(
      `UPDATE fleet.child SET envelope = '{}' WHERE job_id IN (SELECT rj.job_id FROM fleet.report_run run
         JOIN fleet.report_job rj ON rj.run_id = run.id WHERE run.report_id = $1)`,
      [poisoned],
    );
    const later = await captured();
    const clerk = startReportClerk({ db: world.db, clock: systemClock, log: testLog });
    try {
      await expect.poll(() => statusOf(later), { timeout: 15_000 }).toBe('completed');
      expect(await statusOf(poisoned)).toBe('processing');
      await world.db.query(
        `UPDATE fleet.child SET envelope = NULL WHERE job_id IN (SELECT rj.job_id FROM fleet.report_run run
           JOIN fleet.report_job rj ON rj.run_id = run.id WHERE run.report_id = $1)`,
        [poisoned],
      );
      await expect.poll(() => statusOf(poisoned), { timeout: 15_000 }).not.toBe('processing');
    } finally {
      await clerk.stop();
    }
  });
});

describe('a traced run', () => {
  it('is one trace: its searches, and so their captures, belong to it', async () => {
    const spans = new InMemorySpanExporter();
    const traces = await startTraces(new SimpleSpanProcessor(spans), 'test', testLog);
    try {
      const reportId = await ready();
      await startRun(world.db, world.queue, reportId, context());
      const [run, ...others] = spans.getFinishedSpans().filter(({ name }) => name === 'run');
      expect(others).toEqual([]);
      const submits = spans.getFinishedSpans().filter(({ name }) => name === 'submit');
      expect(submits.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
        ...[run?.spanContext().spanId, run?.spanContext().spanId],
      ]);
      const { rows } = await world.db.query(
        `SELECT j.traceparent FROM fleet.report_run run JOIN fleet.report_job rj ON rj.run_id = run.id
         JOIN fleet.job j ON j.id = rj.job_id WHERE run.report_id = $1`,
        [reportId],
      );
      expect(rows.map((row) => String(Object.values(row as object)[0]).split('-')[1])).toEqual([
        ...[run?.spanContext().traceId, run?.spanContext().traceId],
      ]);
    } finally {
      await traces.stop();
    }
  });
});
