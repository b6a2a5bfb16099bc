import type { Migration } from '../platform/migrations.ts';

/**
 * Accounts, scoped keys, the credits ledger and the limits. What must never happen with money is refused by the
 * tables themselves (specs/edge.md 4): a negative balance, a child reserved or resolved twice, a changed entry.
 * Rates and sync slots are unlogged: losing them in a crash only frees them.
 */
export const ACCOUNTS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0003_accounts',
    sql: `
CREATE TABLE fleet.account (
  id text PRIMARY KEY,
  name text NOT NULL,
  plan text NOT NULL DEFAULT 'credits' CHECK (plan IN ('credits', 'unlimited')),
  created_at timestamptz NOT NULL
);

CREATE TABLE fleet.account_balance (
  account_id text PRIMARY KEY REFERENCES fleet.account (id),
  unlimited boolean NOT NULL DEFAULT false,
  posted integer NOT NULL DEFAULT 0,
  reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  open_children integer NOT NULL DEFAULT 0 CHECK (open_children >= 0),
  CHECK (unlimited OR posted - reserved >= 0)
) WITH (fillfactor = 50);

CREATE TABLE fleet.account_usage (
  account_id text NOT NULL REFERENCES fleet.account (id),
  surface text NOT NULL,
  captures integer NOT NULL,
  PRIMARY KEY (account_id, surface)
) WITH (fillfactor = 50);

CREATE TABLE fleet.ledger_entry (
  id text PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  child_id text,
  kind text NOT NULL,
  amount integer NOT NULL CHECK (amount > 0),
  debit text NOT NULL,
  credit text NOT NULL,
  price_version text,
  note text,
  created_at timestamptz NOT NULL,
  CHECK ((kind, debit, credit) IN (
    ('grant', 'granted', 'available'), ('reserve', 'available', 'reserved'), ('settle', 'reserved', 'spent'),
    ('release', 'reserved', 'available'), ('adjust', 'granted', 'available'), ('adjust', 'available', 'granted'))),
  CHECK ((child_id IS NOT NULL) = (kind IN ('reserve', 'settle', 'release')))
);
CREATE UNIQUE INDEX ledger_reserved_once ON fleet.ledger_entry (child_id) WHERE kind = 'reserve';
CREATE UNIQUE INDEX ledger_resolved_once ON fleet.ledger_entry (child_id) WHERE kind IN ('settle', 'release');

CREATE FUNCTION fleet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet.ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION fleet.refuse_change();

ALTER TABLE fleet.api_key
  ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test')),
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{search:create,jobs:read,jobs:cancel,artifacts:read,usage:read,webhooks:manage,keys:manage}',
  ADD COLUMN version_pin text,
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz;
ALTER TABLE fleet.api_key ALTER COLUMN scopes DROP DEFAULT;
CREATE INDEX api_key_account ON fleet.api_key (account_id, created_at);

ALTER TABLE fleet.idempotency ADD COLUMN mode text NOT NULL DEFAULT 'live';
ALTER TABLE fleet.idempotency DROP CONSTRAINT idempotency_pkey, ADD PRIMARY KEY (account_id, mode, key);

ALTER TABLE fleet.child
  ADD COLUMN account_id text NOT NULL DEFAULT '',
  ADD COLUMN priority integer NOT NULL DEFAULT 5,
  ADD COLUMN arrival bigint GENERATED ALWAYS AS IDENTITY;
UPDATE fleet.child c SET account_id = j.account_id, priority = coalesce((j.request->>'priority')::integer, 5)
  FROM fleet.job j WHERE j.id = c.job_id;
CREATE INDEX child_waiting ON fleet.child (surface, account_id, priority DESC, arrival)
  WHERE status = 'queued' AND attempts = 0;
CREATE INDEX child_again ON fleet.child (surface, account_id) WHERE status = 'queued' AND attempts > 0;
CREATE INDEX child_ended ON fleet.child (account_id, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX child_queue_job ON fleet.child (queue_job_id);

CREATE TABLE fleet.account_turn (
  account_id text PRIMARY KEY,
  served_at timestamptz NOT NULL
) WITH (fillfactor = 50);

INSERT INTO fleet.account (id, name, created_at)
  SELECT account_id, account_id, min(created_at)
  FROM (SELECT account_id, created_at FROM fleet.api_key UNION ALL SELECT account_id, created_at FROM fleet.job) known
  GROUP BY account_id;
INSERT INTO fleet.account_balance (account_id, open_children)
  SELECT a.id, (SELECT count(*) FROM fleet.child c WHERE c.account_id = a.id AND c.status IN ('queued', 'processing'))
  FROM fleet.account a;

CREATE UNLOGGED TABLE fleet.rate_state (
  bucket text PRIMARY KEY,
  tat timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION fleet.take_rate(of_bucket text, quota integer, window_us bigint)
RETURNS TABLE (allowed boolean, remaining integer, wait_us bigint, at_us bigint) LANGUAGE plpgsql AS $$
DECLARE
  step bigint := greatest(1, window_us / quota);
  old timestamptz;
  moment timestamptz;
  debt bigint;
BEGIN
  INSERT INTO fleet.rate_state VALUES (of_bucket, clock_timestamp()) ON CONFLICT DO NOTHING;
  SELECT r.tat INTO old FROM fleet.rate_state r WHERE r.bucket = of_bucket FOR UPDATE;
  moment := clock_timestamp();
  debt := greatest(0, (extract(epoch FROM old - moment) * 1000000)::bigint) + step;
  allowed := debt <= step * quota;
  IF allowed THEN
    UPDATE fleet.rate_state r SET tat = moment + debt * interval '1 microsecond' WHERE r.bucket = of_bucket;
    remaining := (step * quota - debt) / step;
    wait_us := CASE WHEN debt % step = 0 THEN step ELSE debt % step END;
  ELSE
    remaining := 0;
    wait_us := debt - step * quota;
  END IF;
  at_us := (extract(epoch FROM moment) * 1000000)::bigint;
  RETURN NEXT;
END $$;

CREATE UNLOGGED TABLE fleet.sync_slot (
  id uuid PRIMARY KEY,
  account_id text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sync_slot_account ON fleet.sync_slot (account_id);
`,
  },
];
