import type { ChildId } from '../contract/ids.ts';
import type { Sql } from '../platform/database.ts';
import { announceDone } from './channels.ts';
import { recordEvents } from './events.ts';

/**
 * What follows from the end of children, in the transaction that ended them and after their credits are settled: the
 * one place that announces it.
 */
export async function recordEnd(sql: Sql, childIds: readonly ChildId[]): Promise<void> {
  await Promise.all([recordEvents(sql, childIds), announceDone(sql, childIds)]);
}
