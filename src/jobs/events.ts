import type { ChildId } from '../contract/ids.ts';
import { PAGE_SURFACE } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import { newId } from '../platform/identifiers.ts';

/**
 * Writes one event for each of these ended children, inside the transaction that ended them: `job.completed`,
 * `job.failed`, `job.canceled` or `job.expired`, at the time the child ended. A second event for a child is refused by
 * the table, so a child that ended twice would fail loudly.
 */
export async function recordEvents(sql: Sql, childIds: readonly ChildId[]): Promise<void> {
  if (childIds.length === 0) return;
  await sql.query(
    `INSERT INTO fleet.event (id, job_id, child_id, type, created_at)
     SELECT new.id, c.job_id, c.id, 'job.' || c.status, c.completed_at
     FROM unnest($1::text[], $2::text[]) AS new (id, child_id) JOIN fleet.child c ON c.id = new.child_id
     WHERE c.surface <> $3 AND c.completed_at IS NOT NULL`,
    [childIds.map(() => newId('evt')), [...childIds], PAGE_SURFACE],
  );
}
