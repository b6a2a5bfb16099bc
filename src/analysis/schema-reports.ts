import type { Migration } from '../platform/migrations.ts';

/**
 * Brands with their competitors and facts, reports, what was asked, runs with the jobs they are made of, what was
 * measured under which brand book, and links that share a report. Every row belongs to an account.
 */
export const REPORTS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0012_reports',
    sql: `
CREATE TABLE fleet.brand (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  name text NOT NULL,
  website text NOT NULL,
  country text,
  language text,
  aliases jsonb NOT NULL DEFAULT '[]',
  categories jsonb NOT NULL DEFAULT '[]',
  competitors jsonb NOT NULL DEFAULT '[]',
  facts jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX brand_of_account ON fleet.brand (account_id, created_at DESC, id DESC);

CREATE TABLE fleet.report (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  brand_id uuid NOT NULL REFERENCES fleet.brand (id) ON DELETE CASCADE,
  name text,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'processing', 'completed', 'failed')),
  surfaces jsonb NOT NULL,
  region jsonb,
  language text,
  replicates integer NOT NULL CHECK (replicates BETWEEN 1 AND 10),
  failure_reason text,
  created_at timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE INDEX report_of_account ON fleet.report (account_id, created_at DESC, id DESC);
CREATE INDEX report_of_brand ON fleet.report (brand_id);

CREATE TABLE fleet.report_prompt (
  id uuid PRIMARY KEY,
  report_id uuid NOT NULL REFERENCES fleet.report (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  text text NOT NULL,
  category text,
  intent text,
  origin text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (report_id, ordinal)
);

CREATE TABLE fleet.report_run (
  id uuid PRIMARY KEY,
  report_id uuid NOT NULL REFERENCES fleet.report (id) ON DELETE CASCADE,
  account_id text NOT NULL,
  status text NOT NULL DEFAULT 'processing' CHECK (status IN ('processing', 'completed', 'failed')),
  error text,
  created_at timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE UNIQUE INDEX one_run_at_a_time ON fleet.report_run (report_id) WHERE status = 'processing';

CREATE TABLE fleet.report_job (
  job_id text PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES fleet.report_run (id) ON DELETE CASCADE,
  prompt_id uuid NOT NULL REFERENCES fleet.report_prompt (id) ON DELETE CASCADE
);
CREATE INDEX report_job_of_run ON fleet.report_job (run_id);

CREATE TABLE fleet.report_metrics (
  report_id uuid NOT NULL REFERENCES fleet.report (id) ON DELETE CASCADE,
  brand_book_hash text NOT NULL,
  input_hash text NOT NULL,
  version text NOT NULL,
  book jsonb NOT NULL,
  metrics jsonb NOT NULL,
  results jsonb NOT NULL,
  measured_at timestamptz NOT NULL,
  PRIMARY KEY (report_id, brand_book_hash, input_hash, version)
);

CREATE TABLE fleet.report_share (
  id uuid PRIMARY KEY,
  token_hash text NOT NULL UNIQUE,
  report_id uuid NOT NULL REFERENCES fleet.report (id) ON DELETE CASCADE,
  account_id text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
`,
  },
];
