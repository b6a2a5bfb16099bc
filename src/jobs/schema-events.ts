import type { Migration } from '../platform/migrations.ts';

/**
 * What happened, for those who want to be told: one event per ended child, in the transaction that ended it, and the
 * webhook a request brought along. Whoever delivers marks an event `expanded_at`. A job has at most one event of its own.
 */
export const EVENTS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0004_events',
    sql: `
CREATE TABLE fleet.event (
  id text PRIMARY KEY,
  job_id text NOT NULL REFERENCES fleet.job (id) ON DELETE CASCADE,
  child_id text UNIQUE REFERENCES fleet.child (id) ON DELETE CASCADE,
  type text NOT NULL,
  created_at timestamptz NOT NULL,
  expanded_at timestamptz
);
CREATE INDEX event_new ON fleet.event (created_at, id) WHERE expanded_at IS NULL;
CREATE INDEX event_age ON fleet.event (created_at);
CREATE INDEX event_job ON fleet.event (job_id);
CREATE UNIQUE INDEX event_of_job ON fleet.event (job_id) WHERE child_id IS NULL;

CREATE TABLE fleet.job_webhook (
  job_id text PRIMARY KEY REFERENCES fleet.job (id) ON DELETE CASCADE,
  url text NOT NULL,
  secret bytea,
  api_version text NOT NULL,
  per text NOT NULL DEFAULT 'child' CHECK (per IN ('child', 'job'))
);
`,
  },
];
