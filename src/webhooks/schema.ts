import type { Migration } from '../platform/migrations.ts';

/**
 * Tables of this folder. A body is rendered once per event and dialect and kept as bytes. A delivery is one event for
 * one receiver; `due_at`, `lease_until` and `tries` are its schedule, `webhook_attempt` its log. A target is one
 * receiver's host in one account: what is capped and what the circuit breaker watches.
 */
export const WEBHOOKS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0004_webhooks',
    sql: `
CREATE TABLE fleet.webhook_secret (
  id text PRIMARY KEY,
  account_id text NOT NULL,
  sealed bytea NOT NULL,
  last_four text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX webhook_secret_account ON fleet.webhook_secret (account_id, created_at);

CREATE TABLE fleet.webhook_endpoint (
  id text PRIMARY KEY,
  account_id text NOT NULL,
  url text NOT NULL,
  events text[],
  api_version text NOT NULL,
  created_at timestamptz NOT NULL,
  disabled_at timestamptz
);
CREATE INDEX webhook_endpoint_account ON fleet.webhook_endpoint (account_id, created_at);

CREATE TABLE fleet.webhook_body (
  event_id text NOT NULL REFERENCES fleet.event (id) ON DELETE CASCADE,
  api_version text NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (event_id, api_version)
);

CREATE TABLE fleet.webhook_target (
  key text PRIMARY KEY,
  failures integer NOT NULL DEFAULT 0,
  open_until timestamptz,
  served_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE fleet.webhook_delivery (
  id text PRIMARY KEY,
  event_id text NOT NULL,
  account_id text NOT NULL,
  job_id text NOT NULL,
  receiver text NOT NULL,
  url text NOT NULL,
  target text NOT NULL,
  api_version text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  scheduled_from timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  lease_id uuid,
  lease_until timestamptz,
  finished_at timestamptz,
  UNIQUE (event_id, receiver),
  FOREIGN KEY (event_id, api_version) REFERENCES fleet.webhook_body (event_id, api_version) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX webhook_delivery_due ON fleet.webhook_delivery (target, due_at) WHERE state = 'pending';
CREATE INDEX webhook_delivery_leased ON fleet.webhook_delivery (target) WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_delivery_account ON fleet.webhook_delivery (account_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_job ON fleet.webhook_delivery (job_id);
CREATE INDEX webhook_delivery_receiver ON fleet.webhook_delivery (receiver) WHERE state = 'pending';

CREATE TABLE fleet.webhook_attempt (
  delivery_id text NOT NULL REFERENCES fleet.webhook_delivery (id) ON DELETE CASCADE,
  number integer NOT NULL,
  started_at timestamptz NOT NULL,
  latency_ms integer NOT NULL,
  status integer,
  result text NOT NULL,
  answer text,
  PRIMARY KEY (delivery_id, number)
);
`,
  },
  {
    id: '0009_webhooks_dead',
    sql: `CREATE INDEX webhook_delivery_dead ON fleet.webhook_delivery (finished_at) WHERE state = 'dead';`,
  },
];
