import type { Migration } from '../platform/migrations.ts';

/** Reports that add replicates until they are exact enough: until when, and what each run saw when it looked. */
export const LOOKS_MIGRATIONS: readonly Migration[] = [
  {
    id: '0017_report_looks',
    sql: `
ALTER TABLE fleet.report ADD COLUMN stopping jsonb;
ALTER TABLE fleet.report_run ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test'));
ALTER TABLE fleet.report_run ADD COLUMN origin text NOT NULL DEFAULT 'live' CHECK (origin IN ('live', 'stage'));
ALTER TABLE fleet.report_run ADD COLUMN looks json NOT NULL DEFAULT '[]';
ALTER TABLE fleet.report_run ADD COLUMN stopped text;
`,
  },
];
