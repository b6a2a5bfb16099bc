import type { Migration } from '../platform/migrations.ts';

/** Tables of this folder. */
export const FLEET_MIGRATIONS: readonly Migration[] = [
  {
    id: '0002_profiles',
    sql: `
CREATE TABLE fleet.profile (
  id uuid PRIMARY KEY,
  surface text NOT NULL,
  label text NOT NULL,
  state bytea NOT NULL,
  status text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'stale')),
  leased_by text,
  leased_until timestamptz,
  created_at timestamptz NOT NULL,
  used_at timestamptz,
  UNIQUE (surface, label)
);`,
  },
  {
    id: '0007_workers',
    sql: `
CREATE TABLE fleet.worker (
  id text PRIMARY KEY,
  lock_key bigint NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  slots integer NOT NULL,
  surfaces text[] NOT NULL,
  origin text NOT NULL,
  started_at timestamptz NOT NULL
);`,
  },
  // Null: a worker of a version that does not publish it.
  { id: '0010_worker_limit', sql: 'ALTER TABLE fleet.worker ADD COLUMN slot_limit integer;' },
  // Workers that were taken for dead, for those who watch the fleet.
  {
    id: '0021_lost_workers',
    sql: `
CREATE TABLE fleet.lost_worker (
  id text NOT NULL,
  host text NOT NULL,
  children integer NOT NULL,
  lost_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lost_worker_at ON fleet.lost_worker (lost_at);`,
  },
];
