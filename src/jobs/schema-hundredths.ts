import type { Migration } from '../platform/migrations.ts';

/**
 * Hundredths of a credit. A balance is `posted + hundredths / 100`. Every price is whole, so the hundredths never decide
 * whether something can be paid for and no charge touches them: `posted - reserved >= price`, which is also what the
 * version before asks, is exact. Only a grant by a person moves them. An entry is worth `amount - hundredths_short / 100`,
 * so that its `amount` stays a whole number above 0. Every entry there is fulfils the rule, so the ledger is not read for it.
 */
export const HUNDREDTHS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0020_hundredths',
    sql: `
ALTER TABLE fleet.account_balance
  ADD COLUMN hundredths smallint NOT NULL DEFAULT 0 CHECK (hundredths BETWEEN 0 AND 99);
ALTER TABLE fleet.ledger_entry ADD COLUMN hundredths_short smallint NOT NULL DEFAULT 0;
ALTER TABLE fleet.ledger_entry ADD CONSTRAINT ledger_entry_hundredths_short_check
  CHECK (hundredths_short BETWEEN 0 AND 99) NOT VALID;
`,
  },
];
