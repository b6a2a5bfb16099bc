const REPLACEMENT = '\uFFFD';

/** True when Postgres and JSON can hold the text: no U+0000, no unpaired surrogate (specs/edge.md 0.2 T6). */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/**
 * Captured text made storable: U+0000 removed, unpaired surrogates turned into U+FFFD. Apply it before offsets into
 * the text are computed, because removing a character moves them.
 */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replaceAll('\u0000', '').toWellFormed();
}

/**
 * JSON of any value as the last wall before SQL. Here U+0000 becomes U+FFFD instead of nothing, so that every text
 * keeps its length and the ranges into it stay true.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'string' && !isStorable(item)
      ? item.replaceAll('\u0000', REPLACEMENT).toWellFormed()
      : item,
  );
}

/** Path of the first string (key or value) inside a JSON value that cannot be stored; undefined when all can. */
export function unstorablePath(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (Array.isArray(value))
    return firstFound(value.map((item, index) => () => unstorablePath(item, `${path}[${index}]`)));
  if (typeof value !== 'object' || value === null) return undefined;
  return firstFound(
    Object.entries(value).map(([key, item]) => () => {
      if (!isStorable(key)) return path === '' ? 'body' : path;
      return unstorablePath(item, path === '' ? key : `${path}.${key}`);
    }),
  );
}

function firstFound(searches: (() => string | undefined)[]): string | undefined {
  for (const search of searches) {
    const found = search();
    if (found !== undefined) return found;
  }
  return undefined;
}
