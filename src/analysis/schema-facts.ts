import type { Migration } from '../platform/migrations.ts';

/**
 * Research of what a brand's own site says of it, as jobs; and for each fact of a brand where it was read. `found` is
 * what a research read, with its sources, whether or not the brand took it.
 */
export const FACTS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0015_facts_research',
    sql: `
CREATE TABLE fleet.facts_run (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  brand_id uuid NOT NULL REFERENCES fleet.brand (id) ON DELETE CASCADE,
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  website text NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'processing', 'completed', 'failed')),
  error text,
  attempts integer NOT NULL DEFAULT 0,
  lease uuid,
  lease_until timestamptz,
  found jsonb,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  completed_at timestamptz,
  CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed')))
);
CREATE UNIQUE INDEX one_research_at_a_time ON fleet.facts_run (brand_id) WHERE status IN ('queued', 'processing');
CREATE INDEX facts_run_open ON fleet.facts_run (created_at) WHERE status IN ('queued', 'processing');
ALTER TABLE fleet.brand ADD COLUMN fact_sources jsonb NOT NULL DEFAULT '{}';
`,
  },
];
