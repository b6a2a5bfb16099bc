import { FLEET_MIGRATIONS } from '../fleet/schema.ts';
import { JOBS_MIGRATIONS } from '../jobs/schema.ts';
import { ACCOUNTS_MIGRATIONS } from '../jobs/schema-accounts.ts';
import { EVENTS_MIGRATIONS } from '../jobs/schema-events.ts';
import type { Migration } from '../platform/migrations.ts';

/** Every step of every owner; `migrate` sorts them by id. */
export const ALL_MIGRATIONS: readonly Migration[] = [
  ...JOBS_MIGRATIONS,
  ...FLEET_MIGRATIONS,
  ...ACCOUNTS_MIGRATIONS,
  ...EVENTS_MIGRATIONS,
];
