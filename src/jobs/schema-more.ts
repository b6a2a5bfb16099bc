import type { Migration } from '../platform/migrations.ts';

/**
 * Lists, retention and the dialect of a job. A retired job keeps its rows without query, request and Envelopes; the
 * hashes of what was captured stay: `child.artifacts`, and `envelope_sha256` of the stored Envelope's bytes.
 */
export const MORE_JOBS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0005_jobs_more',
    sql: `
ALTER TABLE fleet.job
  ADD COLUMN api_version text,
  ADD COLUMN retired_at timestamptz;
CREATE INDEX job_list ON fleet.job (account_id, created_at DESC, id DESC) WHERE retired_at IS NULL;
CREATE INDEX job_age ON fleet.job (created_at) WHERE retired_at IS NULL;

ALTER TABLE fleet.child ADD COLUMN envelope_sha256 text;
CREATE INDEX child_ended_at ON fleet.child (completed_at) INCLUDE (surface, status, outcome)
  WHERE completed_at IS NOT NULL;
`,
  },
];
