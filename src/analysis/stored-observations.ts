import { z } from 'zod';
import type { BrandBook } from '../contract/brand-book.ts';
import { storableJson } from '../contract/storable-text.ts';
import type { Observation } from '../measure/observation.ts';
import type { OfferedName } from '../measure/offered-names.ts';
import { ReadingPool } from '../measure/reading-pool.ts';
import { METRICS_VERSION, type ReportMetrics } from '../measure/report-metrics.ts';
import type { EarlierReadings, Reading } from '../measure/report-reader.ts';
import type { Sql } from '../platform/database.ts';

/** Rows per statement: an observation has some kilobytes. */
const BATCH = 500;
/** Rows copied per statement, none of which leaves the database. */
const COPIED = 5_000;

/** What names a measuring of a report. */
export type Measuring = Pick<ReportMetrics, 'brandBookHash' | 'inputHash' | 'version'>;

/** Readings that stand as an earlier measuring of the report keeps them. */
export interface Standing {
  measuring: Measuring;
  /** Child ids. */
  kept: ReadonlySet<string>;
}

const keyOf = (reportId: string, { brandBookHash, inputHash, version }: Measuring): string[] => [
  ...[reportId, brandBookHash, inputHash, version],
];

/**
 * Keeps what a measuring was made of, in the transaction that keeps the measuring. What stands as before is copied inside
 * the database. Again: changes nothing.
 */
export async function storeReadings(
  sql: Sql,
  reportId: string,
  measuring: Measuring,
  readings: readonly Reading[],
  standing?: Standing,
): Promise<void> {
  const placed = readings.map((reading, ordinal): Placed => ({ ...reading, ordinal }));
  const stands = ({ observation }: Placed): boolean => standing?.kept.has(observation.id) === true;
  if (standing !== undefined) {
    await copyReadings(sql, reportId, measuring, standing.measuring, placed.filter(stands));
  }
  const own = placed.filter((reading) => !stands(reading));
  for (let from = 0; from < own.length; from += BATCH) {
    await sql.query(
      `INSERT INTO fleet.report_observation (report_id, brand_book_hash, input_hash, version, child_id, ordinal,
         prompt_id, surface, outcome, captured_at, seen, offered, grams)
       SELECT $1, $2, $3, $4, row.* FROM json_to_recordset($5) AS row (child_id text, ordinal integer,
         prompt_id uuid, surface text, outcome text, captured_at timestamptz, seen json, offered json, grams text)
       ON CONFLICT DO NOTHING`,
      [...keyOf(reportId, measuring), storableJson(own.slice(from, from + BATCH).map(rowOf))],
    );
  }
}

interface Placed extends Reading {
  ordinal: number;
}

function rowOf({ observation: seen, offered, grams, ordinal }: Placed): Record<string, unknown> {
  return {
    ...{ child_id: seen.id, ordinal, prompt_id: seen.promptId, surface: seen.surface },
    ...{ outcome: seen.outcome, captured_at: seen.capturedAt, seen, offered, grams },
  };
}

async function copyReadings(
  sql: Sql,
  reportId: string,
  to: Measuring,
  from: Measuring,
  placed: readonly Placed[],
): Promise<void> {
  for (let first = 0; first < placed.length; first += COPIED) {
    const some = placed.slice(first, first + COPIED);
    await sql.query(
      `INSERT INTO fleet.report_observation (report_id, brand_book_hash, input_hash, version, child_id, ordinal,
         prompt_id, surface, outcome, captured_at, seen, offered, grams)
       SELECT $1, $2, $3, $4, child_id, place.ordinal, own.prompt_id, own.surface, own.outcome, own.captured_at,
         own.seen, own.offered, own.grams
       FROM fleet.report_observation own
         JOIN unnest($8::text[], $9::integer[]) AS place (child_id, ordinal) USING (child_id)
       WHERE own.report_id = $1 AND own.brand_book_hash = $5 AND own.input_hash = $6 AND own.version = $7
       ON CONFLICT DO NOTHING`,
      [
        ...[...keyOf(reportId, to), from.brandBookHash, from.inputHash, from.version],
        ...[some.map(({ observation }) => observation.id), some.map(({ ordinal }) => ordinal)],
      ],
    );
  }
}

// Written by `storeReadings`, from what was observed.
const seenRow = z.object({
  seen: z.custom<Observation>((value) => typeof value === 'object' && value !== null),
});

/** What a measuring was made of, in the order it was given; empty for one that was measured before observations were kept. */
export async function readObservations(
  sql: Sql,
  reportId: string,
  measuring: Measuring,
): Promise<Observation[]> {
  const { rows } = await sql.query(
    `SELECT seen FROM fleet.report_observation
     WHERE report_id = $1 AND brand_book_hash = $2 AND input_hash = $3 AND version = $4
     ORDER BY ordinal`,
    keyOf(reportId, measuring),
  );
  return z
    .array(seenRow)
    .parse(rows)
    .map(({ seen }) => seen);
}

const earlierRow = z.object({
  brandBookHash: z.string(),
  inputHash: z.string(),
  version: z.literal(METRICS_VERSION),
  // Written by `storeMeasured`, from a book that was checked.
  book: z.custom<BrandBook>((value) => typeof value === 'object' && value !== null),
});

const readingRow = seenRow.extend({
  offered: z.custom<OfferedName[]>((value) => Array.isArray(value)),
  grams: z.string(),
});

/** What the latest measuring of a report read, and under which book. */
export interface Earlier extends EarlierReadings {
  measuring: Measuring;
}

/**
 * What a report's captures said when they were measured last; undefined for one that never was, or only by another version
 * of the definitions. Without the rows of the time before names and grams were kept.
 */
export async function readEarlier(sql: Sql, reportId: string): Promise<Earlier | undefined> {
  const { rows } = await sql.query(
    `SELECT brand_book_hash AS "brandBookHash", input_hash AS "inputHash", version, book FROM fleet.report_metrics
     WHERE report_id = $1 AND version = $2 ORDER BY measured_at DESC LIMIT 1`,
    [reportId, METRICS_VERSION],
  );
  const last = earlierRow.optional().parse(rows[0]);
  if (last === undefined) return undefined;
  const { book, ...measuring } = last;
  return { book, measuring, readings: await readReadings(sql, reportId, measuring) };
}

/** Batch by batch, in the order of the key: all rows at once would be in memory twice. */
async function readReadings(
  sql: Sql,
  reportId: string,
  measuring: Measuring,
): Promise<ReadonlyMap<string, Reading>> {
  const readings = new Map<string, Reading>();
  const pool = new ReadingPool();
  for (let last = ''; ; ) {
    const { rows } = await sql.query(
      `SELECT seen, offered, grams FROM fleet.report_observation
       WHERE report_id = $1 AND brand_book_hash = $2 AND input_hash = $3 AND version = $4
         AND grams IS NOT NULL AND child_id > $5
       ORDER BY child_id LIMIT ${BATCH}`,
      [...keyOf(reportId, measuring), last],
    );
    for (const { seen, offered, grams } of z.array(readingRow).parse(rows)) {
      readings.set(seen.id, pool.one({ observation: seen, offered, grams }));
      last = seen.id;
    }
    if (rows.length < BATCH) return readings;
  }
}
