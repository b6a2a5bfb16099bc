import type { Migration } from '../platform/migrations.ts';

/**
 * Content runs: one page, one score. A run that has ended has its time of end, and never costs more than was estimated;
 * `language` and `country` are null where the caller named none. `score` is `json`: it comes back byte for byte.
 */
export const CONTENT_MIGRATIONS: readonly Migration[] = [
  {
    id: '0011_content_runs',
    sql: `
CREATE TABLE fleet.content_run (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  key_id uuid,
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  request_id text NOT NULL,
  url text NOT NULL,
  language text,
  country text,
  depth text NOT NULL CHECK (depth IN ('score', 'full')),
  idempotency_key text,
  body_hash text NOT NULL,
  status text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'completed', 'partially_completed', 'failed', 'cancelled')),
  estimated integer NOT NULL CHECK (estimated >= 0),
  settled integer NOT NULL DEFAULT 0 CHECK (settled >= 0),
  released integer NOT NULL DEFAULT 0 CHECK (released >= 0),
  created_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL,
  started_at timestamptz,
  completed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  lease uuid,
  lease_until timestamptz,
  issue_code text,
  issue_message text,
  score json,
  page json,
  CHECK ((completed_at IS NOT NULL) = (status NOT IN ('queued', 'running'))),
  CHECK (settled + released = CASE WHEN completed_at IS NULL THEN 0 ELSE estimated END)
);
CREATE UNIQUE INDEX content_run_key ON fleet.content_run (account_id, mode, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX content_run_list ON fleet.content_run (account_id, created_at DESC, id DESC);
CREATE INDEX content_run_url ON fleet.content_run (account_id, url, completed_at);
CREATE INDEX content_run_open ON fleet.content_run (created_at) WHERE status IN ('queued', 'running');
`,
  },
  {
    // Which pages a run had captured: first its own, then those it is compared with. A run that is under way when this step
    // comes gets its page job here; its queue job is made by the reconciler, which finds it missing. `attempts`, `lease` and
    // `lease_until` of a run are not used any more: the fleet leases the page.
    id: '0017_content_pages',
    sql: `
CREATE TABLE fleet.content_page (
  run_id uuid NOT NULL REFERENCES fleet.content_run (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  job_id text NOT NULL UNIQUE,
  PRIMARY KEY (run_id, ordinal)
);
UPDATE fleet.content_run SET status = 'queued', lease = NULL, lease_until = NULL WHERE status = 'running';
INSERT INTO fleet.job (id, account_id, key_id, request_id, origin, query, request, created_at, deadline_at, kind)
  SELECT 'job_' || left(replace(id::text, '-', ''), 26), account_id, key_id, request_id, 'live', url,
    json_build_object('url', url, 'mode', CASE depth WHEN 'full' THEN 'rendered' ELSE 'ssr' END), created_at,
    deadline_at, 'page'
  FROM fleet.content_run WHERE completed_at IS NULL;
INSERT INTO fleet.child (id, job_id, ordinal, surface, method, region_key, queue_job_id, account_id)
  SELECT id || '.page.own-fleet.GLOBAL', id, 0, 'page', 'own-fleet', 'GLOBAL', gen_random_uuid(), account_id
  FROM fleet.job WHERE kind = 'page';
INSERT INTO fleet.content_page (run_id, ordinal, job_id)
  SELECT id, 0, 'job_' || left(replace(id::text, '-', ''), 26) FROM fleet.content_run WHERE completed_at IS NULL;
UPDATE fleet.account_balance b SET open_children = open_children + (
  SELECT count(*) FROM fleet.job j WHERE j.kind = 'page' AND j.account_id = b.account_id)
  WHERE EXISTS (SELECT 1 FROM fleet.job j WHERE j.kind = 'page' AND j.account_id = b.account_id);
`,
  },
];
