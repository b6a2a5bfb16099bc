import type { Migration } from '../platform/migrations.ts';

/** Jobs that are no search of a client's: one page each, asked for by a content run and shown by it alone. */
export const PAGES_MIGRATIONS: readonly Migration[] = [
  {
    id: '0016_page_jobs',
    sql: `ALTER TABLE fleet.job ADD COLUMN kind text NOT NULL DEFAULT 'search' CHECK (kind IN ('search', 'page'));`,
  },
];
