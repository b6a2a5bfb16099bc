import type { Migration } from '../platform/migrations.ts';

/** Answers to POSTs of the reports front with an Idempotency-Key, kept for a week so that a repetition gets the same. */
export const KEPT_ANSWERS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0013_kept_answers',
    sql: `
CREATE TABLE fleet.kept_answer (
  account_id text NOT NULL REFERENCES fleet.account (id),
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  key text NOT NULL,
  body_hash text NOT NULL,
  answer json,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, mode, key)
);
CREATE INDEX kept_answer_age ON fleet.kept_answer (created_at);
`,
  },
];
