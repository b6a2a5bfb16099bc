/** The last thing of a page: the next one begins after it. */
export interface PlaceInList {
  /** Epoch milliseconds. */
  createdAt: number;
  id: string;
}

export interface Page<Item> {
  items: Item[];
  /** Null on the last page. */
  next: PlaceInList | null;
}

/** Cuts rows of which one more than `limit` was asked for. */
export function pageOf<Item extends { id: string; createdAt: Date }>(
  rows: readonly Item[],
  limit: number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? { createdAt: last.createdAt.getTime(), id: last.id } : null };
}
