import type { Migration } from '../platform/migrations.ts';

/** Facts of a brand that a language model read on its site: proposed to the owner, used in nothing. By field. */
export const PROPOSALS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0021_fact_proposals',
    sql: `ALTER TABLE fleet.brand ADD COLUMN fact_proposals jsonb NOT NULL DEFAULT '{}';`,
  },
];
