import { parseJson } from '../../src/extract/framing.ts';

/** A JSON object as it came over the wire. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field's text, empty where it holds none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The JSON objects of one WebSocket message. Usually it is one; several may stand side by side, parted by nothing, white
 * space or a record separator (seen 2026-08). A last one that is cut is left out.
 */
export function objectsIn(text: string): Json[] {
  const whole = parseJson(text);
  if (whole !== undefined) return [whole].flat().filter(isJson);
  return pieces(text).flatMap((piece) => {
    const value = parseJson(piece);
    return isJson(value) ? [value] : [];
  });
}

/** Top-level `{…}` of a text; braces inside strings do not count. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) start = index;
    if (token === '}' && depth > 0 && --depth === 0) found.push(text.slice(start, index + 1));
  }
  return found;
}

const QUERY_KEYS = new Set(['queries', 'searchQueries', 'searchQuery']);
/** No event nests deeper; a foreign one must not cost time. */
const MAX_DEPTH = 5;

/** Search queries named anywhere in an event: no event is documented to carry them, some build is said to (copilot.md d). */
export function queriesIn(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => queriesIn(item, depth + 1));
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    QUERY_KEYS.has(key) ? [inner].flat().flatMap(queryText) : queriesIn(inner, depth + 1),
  );
}

function queryText(value: unknown): string[] {
  const text = isJson(value) ? textOf(value.query) || textOf(value.text) : textOf(value);
  return text.trim() === '' ? [] : [text.trim()];
}
