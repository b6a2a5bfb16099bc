import type { Migration } from '../platform/migrations.ts';

/** What an account may use beyond the plain API, where somebody decided; see features.ts for who may otherwise. */
export const FEATURES_MIGRATIONS: readonly Migration[] = [
  {
    id: '0007_features',
    sql: `
CREATE TABLE fleet.account_feature (
  account_id text NOT NULL REFERENCES fleet.account (id),
  feature text NOT NULL,
  enabled boolean NOT NULL,
  PRIMARY KEY (account_id, feature)
);
`,
  },
];
