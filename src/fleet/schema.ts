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
];
