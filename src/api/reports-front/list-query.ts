import { z } from 'zod';
import type { PlaceInList } from '../../analysis/page-of-list.ts';
import { formatCursor, parseCursor } from '../list-cursor.ts';
import { validationError } from './report-errors.ts';

const DEFAULT_LIMIT = 20;
const MOST = 100;

/** Taken as texts, so that a wrong one is a fault of its value, not of the body. */
export const listQuerySchema = z.object({
  limit: z.string().optional().describe('1 to 100, 20 unless said; more or less is brought into range.'),
  cursor: z.string().optional().describe('next_cursor of the page before.'),
});

/** Where a list begins and how long it is. Throws validation_error for a limit that is no number, a foreign cursor. */
export function listAsked(
  accountId: string,
  { limit, cursor }: z.infer<typeof listQuerySchema>,
): { limit: number; after: PlaceInList | null } {
  const count = limit === undefined ? DEFAULT_LIMIT : Number(limit);
  if (!Number.isInteger(count) || limit?.trim() === '') {
    throw validationError([
      { loc: ['query', 'limit'], msg: `limit must be a whole number, not '${limit}'`, type: 'int' },
    ]);
  }
  const after = cursor === undefined ? null : parseCursor(accountId, cursor);
  if (after === undefined) {
    throw validationError([
      { loc: ['query', 'cursor'], msg: 'cursor was not given out here', type: 'cursor' },
    ]);
  }
  return { limit: Math.min(MOST, Math.max(1, count)), after };
}

/** `{ data, has_more, next_cursor, object: "list" }`. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
    object: z.literal('list'),
  });
}

export function presentList<Item>(
  accountId: string,
  data: Item[],
  next: PlaceInList | null,
): { data: Item[]; has_more: boolean; next_cursor: string | null; object: 'list' } {
  const next_cursor = next === null ? null : formatCursor(accountId, next);
  return { data, has_more: next !== null, next_cursor, object: 'list' };
}

/** Answer to a deletion. */
export const deletedSchema = z.strictObject({ id: z.uuid(), deleted: z.literal(true), object: z.string() });
