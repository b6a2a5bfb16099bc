import type { Reference } from './wire.ts';

/*
 * Private-use tokens in the answer's text (chatgpt.md d2, seen 2026-01 to 2026-09): U+E200 name U+E202 argument …
 * U+E201, and U+E203, U+E204, U+E206 as span marks.
 */
const OPEN = '\uE200';
const SEPARATOR = '\uE202';
const CLOSE = '\uE201';
const TOKEN = new RegExp(`${OPEN}[^${OPEN}${CLOSE}]*(?:${CLOSE}|$)`, 'gu');
/** What is left of torn tokens and span marks. */
const STRAY = /[\uE200-\uE20F]/gu;

/** A stretch of the raw text that is not answer text: `[start, end)` in UTF-16, with its reference where it has one. */
export interface TokenSpan {
  start: number;
  end: number;
  reference: Reference | null;
}

/** Turns offsets in code points into offsets in UTF-16. */
function utf16Offsets(raw: string): (codePoints: number) => number {
  if (!/[\ud800-\udbff]/.test(raw)) return (offset) => offset;
  const offsets: number[] = [];
  let at = 0;
  for (const character of raw) {
    offsets.push(at);
    at += character.length;
  }
  return (offset) => offsets[offset] ?? at + Math.max(0, offset - offsets.length);
}

/**
 * Where each reference and each token stands in the raw text, in order, without overlap. The reference's own index (in
 * code points) is believed when the text there is the text it names; otherwise its text is looked for. References
 * without a place of their own (the sources footnote) are left out. Pure.
 */
export function tokenSpans(raw: string, references: readonly Reference[]): TokenSpan[] {
  const toUtf16 = utf16Offsets(raw);
  const spans: TokenSpan[] = [];
  const taken = new Set<number>();
  for (const reference of references) {
    const start = placeOf(raw, reference, toUtf16, taken);
    if (start === undefined) continue;
    taken.add(start);
    spans.push({ start, end: start + reference.matched_text.length, reference });
  }
  for (const { 0: token, index } of raw.matchAll(TOKEN)) {
    spans.push({ start: index, end: index + token.length, reference: null });
  }
  spans.sort(
    (left, right) =>
      left.start - right.start || Number(right.reference !== null) - Number(left.reference !== null),
  );
  return spans.filter(
    (span, index) => !spans.slice(Math.max(0, index - 3), index).some((before) => before.end > span.start),
  );
}

function placeOf(
  raw: string,
  { matched_text: text, start_idx: index }: Reference,
  toUtf16: (codePoints: number) => number,
  taken: ReadonlySet<number>,
): number | undefined {
  if (text.trim() === '') return undefined;
  for (const start of [toUtf16(index), index]) {
    if (start >= 0 && !taken.has(start) && raw.startsWith(text, start)) return start;
  }
  let found = raw.indexOf(text);
  while (found >= 0 && taken.has(found)) found = raw.indexOf(text, found + 1);
  return found < 0 ? undefined : found;
}

/** Text without what is left of torn tokens. */
export function withoutStrays(text: string): string {
  return text.replace(STRAY, '');
}

/** A token's name and arguments. */
export function tokenParts(token: string): { name: string; args: string[] } {
  const [name = '', ...args] = token.replace(OPEN, '').replace(CLOSE, '').split(SEPARATOR);
  return { name, args };
}
