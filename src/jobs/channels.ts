import type { ChildId } from '../contract/ids.ts';
import type { FleetSurface } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { WORK_CHANNEL } from '../platform/queue.ts';

/** Channel on which a child's end is announced; payload: the child's id. */
export const CHILD_DONE_CHANNEL = 'fleet_child_done';

/** Announces a child's end, when the transaction commits. */
export async function announceDone(sql: Sql, childIds: readonly ChildId[]): Promise<void> {
  if (childIds.length === 0) return;
  await sql.query('SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id', [
    CHILD_DONE_CHANNEL,
    [...childIds],
  ]);
}

/** Wakes idle workers of these surfaces, when the transaction commits. */
export async function announceWork(sql: Sql, surfaces: readonly FleetSurface[]): Promise<void> {
  await sql.query('SELECT pg_notify($1, surface) FROM unnest($2::text[]) AS surface', [
    WORK_CHANNEL,
    [...surfaces],
  ]);
}
