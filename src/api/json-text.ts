import { ApiError } from '../contract/errors.ts';

/** Nesting that no honest request needs; recursion over deeper values would exhaust the stack. */
const MAX_DEPTH = 64;

/**
 * Reads a JSON body strictly (specs/edge.md 0.2 T7): UTF-8 without errors and without a byte order mark, no key twice in
 * one object, no `__proto__`. Throws ApiError INVALID_JSON.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parse(text);
  checkKeys(text);
  return value;
}

function invalid(message = 'request body is not valid JSON', cause?: unknown): ApiError {
  return new ApiError('INVALID_JSON', message, { cause });
}

function decode(bytes: Uint8Array): string {
  try {
    // `ignoreBOM` keeps the mark in the text, where JSON refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid(undefined, error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(undefined, error);
  }
}

/** Walks valid JSON once and looks at the keys of every object; arrays stand on the stack as undefined. */
function checkKeys(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = stringEnd(text, at);
      if (isKey(text, end)) noteKey(open.at(-1), JSON.parse(text.slice(at, end)));
      at = end;
      continue;
    }
    if (character === '{') open.push(new Set());
    if (character === '[') open.push(undefined);
    if (character === '}' || character === ']') open.pop();
    if (open.length > MAX_DEPTH) throw invalid(`request body is nested deeper than ${MAX_DEPTH} levels`);
    at++;
  }
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** In valid JSON a string is a key when a colon follows. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}

function noteKey(keys: Set<string> | undefined, key: string): void {
  if (key === '__proto__') throw invalid();
  if (keys?.has(key)) throw invalid(`duplicate key '${key.toWellFormed().slice(0, 100)}'`);
  keys?.add(key);
}
