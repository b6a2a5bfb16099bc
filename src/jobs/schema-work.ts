import type { Migration } from '../platform/migrations.ts';

/** Credits held by work that is no capture of a search; see open-work.ts. */
export const WORK_MIGRATIONS: readonly Migration[] = [
  {
    id: '0011_open_work',
    sql: `
CREATE TABLE fleet.open_work (
  id text PRIMARY KEY,
  account_id text NOT NULL REFERENCES fleet.account (id),
  amount integer NOT NULL CHECK (amount > 0),
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX open_work_account ON fleet.open_work (account_id);
CREATE INDEX open_work_expires ON fleet.open_work (expires_at) WHERE expires_at IS NOT NULL;
`,
  },
];
