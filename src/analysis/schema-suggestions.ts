import type { Migration } from '../platform/migrations.ts';

/** Names that answers offer beside those of a brand, which its owner does not want to see again. */
export const SUGGESTIONS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0018_suggestions',
    sql: `
CREATE TABLE fleet.dismissed_suggestion (
  brand_id uuid NOT NULL REFERENCES fleet.brand (id) ON DELETE CASCADE,
  spelling text NOT NULL,
  dismissed_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, spelling)
);
`,
  },
];
