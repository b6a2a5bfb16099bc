import type { Migration } from '../platform/migrations.ts';

/** A retired job whose proof still lies in the store; null as soon as it is deleted. */
export const LEFT_PROOF_MIGRATIONS: readonly Migration[] = [
  {
    id: '0022_left_proof',
    sql: `
ALTER TABLE fleet.job ADD COLUMN proof_left_since timestamptz;
CREATE INDEX job_proof_left ON fleet.job (id) WHERE proof_left_since IS NOT NULL;
`,
  },
];
