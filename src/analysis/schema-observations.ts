import type { Migration } from '../platform/migrations.ts';

/**
 * What a measuring was made of, one row per child (specs/analysis.md C.1): a report's files are written from these rows,
 * so they outlive the captures, and after a correction of the brand only the captures it touches are read again.
 * `seen` is `json`: it comes back byte for byte. `offered`: the names an answer offers, whatever the book;
 * `grams`: which spellings are not in it.
 */
export const OBSERVATIONS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0016_report_observations',
    sql: `
CREATE TABLE fleet.report_observation (
  report_id uuid NOT NULL,
  brand_book_hash text NOT NULL,
  input_hash text NOT NULL,
  version text NOT NULL,
  child_id text NOT NULL,
  ordinal integer NOT NULL,
  prompt_id uuid NOT NULL,
  surface text NOT NULL,
  outcome text NOT NULL,
  captured_at timestamptz,
  seen json NOT NULL,
  PRIMARY KEY (report_id, brand_book_hash, input_hash, version, child_id),
  FOREIGN KEY (report_id, brand_book_hash, input_hash, version)
    REFERENCES fleet.report_metrics (report_id, brand_book_hash, input_hash, version) ON DELETE CASCADE
);
`,
  },
  {
    // Null in rows of the time before: their captures are read again.
    id: '0018_kept_readings',
    sql: 'ALTER TABLE fleet.report_observation ADD COLUMN offered json, ADD COLUMN grams text;',
  },
];
