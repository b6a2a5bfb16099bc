import { z } from 'zod';
import type { BrandBook } from '../contract/brand-book.ts';
import { ApiError, FleetError } from '../contract/errors.ts';
import type { Observation, Prompt } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { type Reading, ReportReader } from '../measure/report-reader.ts';
import type { SequentialRun } from '../measure/sequential.ts';
import type { TrendPoint } from '../measure/trend.ts';
import type { AnswerSentiment } from '../outputs/section-sentiment.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import { bookOf } from './brand.ts';
import { readBrand } from './brands.ts';
import { readTexts } from './model-texts.ts';
import { sentimentsShown } from './question-sentiment.ts';
import { readCaptures } from './read-captures.ts';
import { readCadence, readHistory } from './report-history.ts';
import { readLooks } from './report-looks.ts';
import { ResultCollector, type Results, resultsSchema } from './report-results.ts';
import { listPrompts, type Report, readReport } from './reports.ts';
import {
  type Earlier,
  readEarlier,
  readObservations,
  type Standing,
  storeReadings,
} from './stored-observations.ts';

/** What a report says under the brand's book of now. */
export interface MeasuredReport {
  book: BrandBook;
  metrics: ReportMetrics;
  results: Results;
  observations: readonly Observation[];
  readings: readonly Reading[];
  /** What was taken over from an earlier measuring. */
  standing?: Standing;
}

/**
 * Reads the captures of a report (`readCaptures`) and measures it. No capture is made; of one that was measured before only
 * the captures are observed again of which the brand's changes since may change what they say. Throws ApiError JOB_EXPIRED.
 */
export async function measureReport(sql: Sql, accountId: string, report: Report): Promise<MeasuredReport> {
  const brand = await readBrand(sql, accountId, report.brandId);
  if (brand === undefined) throw new FleetError('INPUT_UNREADABLE', `report ${report.id} has no brand`);
  return measureUnder(sql, accountId, report, bookOf(brand), await readEarlier(sql, report.id));
}

async function measureUnder(
  sql: Sql,
  accountId: string,
  report: Report,
  book: BrandBook,
  earlier?: Earlier,
): Promise<MeasuredReport> {
  const prompts = new Map(
    (await listPrompts(sql, report.id)).map(({ id, text, category, intent, origin }): [string, Prompt] => [
      id,
      { id, text, category, intent, origin },
    ]),
  );
  const reader = new ReportReader(book, earlier);
  const collector = new ResultCollector();
  const last = await readCaptures(sql, accountId, report.id, prompts, { reader, collector });
  const { kept, ...finished } = reader.finish(report.id, await readCadence(sql, report.id, last));
  return {
    ...{ book, ...finished, results: collector.results(book, [...prompts.keys()]) },
    ...(earlier === undefined ? {} : { standing: { measuring: earlier.measuring, kept } }),
  };
}

/** Keeps what was measured and what it was made of, in the caller's transaction; the same input measured again changes nothing, another book stands beside it. */
export async function storeMeasured(
  sql: Sql,
  reportId: string,
  { book, metrics, results, readings, standing }: MeasuredReport,
  now: number,
): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.report_metrics (report_id, brand_book_hash, input_hash, version, book, metrics, results,
       measured_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (report_id, brand_book_hash, input_hash, version) DO UPDATE SET measured_at = excluded.measured_at`,
    [
      ...[reportId, metrics.brandBookHash, metrics.inputHash, metrics.version, JSON.stringify(book)],
      ...[JSON.stringify(metrics), JSON.stringify(results), new Date(now)],
    ],
  );
  await storeReadings(sql, reportId, metrics, readings, standing);
}

/**
 * Measures a completed report again with its brand as it is now, and keeps that beside what was measured before; nothing is
 * captured, and only what the brand's changes touch is observed again. One transaction that holds the report: a process killed anywhere in it changes nothing, and of two at once the
 * one that reads the brand last is the one that counts. Throws ApiError NOT_FOUND, CONFLICT, JOB_EXPIRED.
 */
export async function recomputeReport(
  db: Database,
  accountId: string,
  reportId: string,
  clock: Clock,
): Promise<MeasuredReport & { measuredAt: Date }> {
  return db.transaction(async (sql) => {
    const report = await readReport(sql, accountId, reportId, true);
    if (report === undefined) throw new ApiError('NOT_FOUND', 'no such report');
    if (report.status !== 'completed') {
      throw new ApiError('CONFLICT', 'only a completed report can be measured again', {
        details: { reason: 'report_not_completed' },
      });
    }
    const measured = await measureReport(sql, accountId, report);
    const measuredAt = new Date(clock.now());
    await storeMeasured(sql, reportId, measured, measuredAt.getTime());
    return { ...measured, measuredAt };
  });
}

const bookRow = z.object({
  // Written by `storeMeasured`, from a book that was checked.
  book: z.custom<BrandBook>((value) => typeof value === 'object' && value !== null),
  metrics: z.custom<ReportMetrics>((value) => typeof value === 'object' && value !== null),
  measuredAt: z.date(),
});

/** A report as it was measured last, with its observations: what its files are made of. */
export interface ReadReport {
  metrics: ReportMetrics;
  observations: readonly Observation[];
  measuredAt: Date;
  /** Earlier reports of the brand that can be set beside it, the oldest first. */
  history: readonly TrendPoint[];
  /** Of a report that added replicates until it was exact enough. */
  sequential?: SequentialRun;
  /** Labels of a language model for the answers shown; in no figure. */
  sentiments?: readonly AnswerSentiment[];
}

/**
 * What was measured last, with the observations it was made of, which outlive the captures. A brand that changed since
 * changes nothing here before it is measured again. Undefined before the first run has ended. What was measured before
 * observations were kept is read from the captures once more.
 */
export async function readMeasuredReport(
  sql: Sql,
  accountId: string,
  report: Report,
): Promise<ReadReport | undefined> {
  const { rows } = await sql.query(
    `SELECT book, metrics, measured_at AS "measuredAt" FROM fleet.report_metrics
     WHERE report_id = $1 ORDER BY measured_at DESC LIMIT 1`,
    [report.id],
  );
  const stored = bookRow.optional().parse(rows[0]);
  if (stored === undefined) return undefined;
  const { book, metrics, measuredAt } = stored;
  const kept = await readObservations(sql, report.id, metrics);
  const observations =
    kept.length > 0 ? kept : (await measureUnder(sql, accountId, report, book)).observations;
  const looked = report.stopping === null ? undefined : await readLooks(sql, report.id);
  return {
    ...(looked === undefined || report.stopping === null
      ? {}
      : { sequential: { ...looked, stopping: report.stopping } }),
    metrics,
    observations,
    measuredAt,
    history: await readHistory(sql, report.id, metrics.brandBookHash),
    ...(await labelsOf(sql, report.id)),
  };
}

/** What a language model said of the answers shown; nothing where none was asked. */
async function labelsOf(sql: Sql, reportId: string): Promise<Pick<ReadReport, 'sentiments'>> {
  const texts = await readTexts(sql, { reportId, runId: null });
  const measured = texts.size === 0 ? undefined : await readMeasured(sql, reportId);
  const own = measured?.metrics.brands.find((brand) => brand.own);
  if (measured === undefined || own === undefined) return {};
  return { sentiments: sentimentsShown(own.name, measured.results, texts) };
}

const storedRow = z.object({
  brandBookHash: z.string(),
  version: z.string(),
  measuredAt: z.date(),
  metrics: z.custom<ReportMetrics>((value) => typeof value === 'object' && value !== null),
  results: resultsSchema,
});

export type StoredMeasures = z.infer<typeof storedRow>;

/** What was measured last, and undefined before the first run has ended. */
export async function readMeasured(sql: Sql, reportId: string): Promise<StoredMeasures | undefined> {
  const { rows } = await sql.query(
    `SELECT brand_book_hash AS "brandBookHash", version, measured_at AS "measuredAt", metrics, results
     FROM fleet.report_metrics WHERE report_id = $1 ORDER BY measured_at DESC LIMIT 1`,
    [reportId],
  );
  return storedRow.optional().parse(rows[0]);
}
