import type { Migration } from '../platform/migrations.ts';

/** The trace a job belongs to: what its captures and deliveries continue, in whatever process they run. */
export const TRACES_MIGRATIONS: readonly Migration[] = [
  { id: '0010_traceparent', sql: 'ALTER TABLE fleet.job ADD COLUMN traceparent text;' },
];
