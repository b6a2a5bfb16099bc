import type { Migration } from '../platform/migrations.ts';

/**
 * Tables of this folder. Bodies that must come back byte for byte (Envelope, region, request) are `json`, not
 * `jsonb`. A parent's status is not stored: the view `job_rollup` derives it from its children.
 */
export const JOBS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0001_jobs',
    sql: `
CREATE TABLE fleet.api_key (
  id uuid PRIMARY KEY,
  account_id text NOT NULL,
  label text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  last_four text NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);

CREATE TABLE fleet.job (
  id text PRIMARY KEY,
  account_id text NOT NULL,
  key_id uuid,
  request_id text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('live', 'stage')),
  query text NOT NULL,
  request json NOT NULL,
  created_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL
);

CREATE TABLE fleet.child (
  id text PRIMARY KEY,
  job_id text NOT NULL REFERENCES fleet.job (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  surface text NOT NULL,
  method text NOT NULL,
  region_key text NOT NULL,
  region json,
  replicate integer NOT NULL DEFAULT 1,
  status text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'canceled', 'expired')),
  attempts integer NOT NULL DEFAULT 0,
  queue_job_id uuid NOT NULL,
  claimed_retry integer,
  worker_id text,
  claimed_at timestamptz,
  last_outcome text,
  last_message text,
  outcome text,
  failure json,
  artifacts json,
  envelope json,
  completed_at timestamptz,
  UNIQUE (job_id, surface, method, region_key, replicate),
  CHECK ((completed_at IS NULL) = (status IN ('queued', 'processing')))
);
CREATE INDEX child_open ON fleet.child (status) WHERE status IN ('queued', 'processing');

CREATE TABLE fleet.idempotency (
  account_id text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  job_id text NOT NULL REFERENCES fleet.job (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_age ON fleet.idempotency (created_at);

CREATE VIEW fleet.job_rollup AS
SELECT job_id,
  CASE
    WHEN bool_or(status IN ('queued', 'processing')) THEN 'processing'
    WHEN min(status) = max(status) THEN min(status)
    WHEN bool_or(status = 'completed') THEN 'partial'
    WHEN bool_or(status = 'failed') THEN 'failed'
    ELSE 'expired'
  END AS status,
  CASE WHEN bool_or(status IN ('queued', 'processing')) THEN NULL ELSE max(completed_at) END AS completed_at
FROM fleet.child
GROUP BY job_id;
`,
  },
];
