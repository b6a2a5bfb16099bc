import { z } from 'zod';
import { storableJson } from '../contract/storable-text.ts';
import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import type { Sql } from '../platform/database.ts';

/** Rows per statement: an observation has some kilobytes. */
const BATCH = 500;

/** What names a measuring of a report. */
export type Measuring = Pick<ReportMetrics, 'brandBookHash' | 'inputHash' | 'version'>;

const keyOf = (reportId: string, { brandBookHash, inputHash, version }: Measuring): string[] => [
  ...[reportId, brandBookHash, inputHash, version],
];

/** Keeps what a measuring was made of, in the transaction that keeps the measuring. Again: changes nothing. */
export async function storeObservations(
  sql: Sql,
  reportId: string,
  measuring: Measuring,
  observations: readonly Observation[],
): Promise<void> {
  for (let from = 0; from < observations.length; from += BATCH) {
    const rows = observations.slice(from, from + BATCH).map((seen, index) => ({
      ...{
        child_id: seen.id,
        ordinal: from + index,
        prompt_id: seen.promptId,
        surface: seen.surface,
        outcome: seen.outcome,
      },
      ...{ captured_at: seen.capturedAt, seen },
    }));
    await sql.query(
      `INSERT INTO fleet.report_observation (report_id, brand_book_hash, input_hash, version, child_id, ordinal,
         prompt_id, surface, outcome, captured_at, seen)
       SELECT $1, $2, $3, $4, row.* FROM json_to_recordset($5) AS row (child_id text, ordinal integer,
         prompt_id uuid, surface text, outcome text, captured_at timestamptz, seen json)
       ON CONFLICT DO NOTHING`,
      [...keyOf(reportId, measuring), storableJson(rows)],
    );
  }
}

// Written by `storeObservations`, from what was observed.
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
