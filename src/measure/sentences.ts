/** A stretch of a text, half-open UTF-16 offsets. */
export interface Stretch {
  start: number;
  end: number;
}

/** Ends of sentences: a stop followed by white space or the end, a full-width stop anywhere, or a line feed. */
const STOP = /[.!?…]+["'”’»)\]]*(?=\s|$)|[。！？｡।؟]+["'”’»)\]』」]*|\n/gu;

/**
 * The sentences of a text, in order, without the white space around them. An abbreviation ends a sentence too early:
 * good enough to quote and to weigh words by position, and the same in every run (Intl.Segmenter's rules change with
 * the ICU data of the runtime).
 */
export function sentencesOf(text: string): Stretch[] {
  const sentences: Stretch[] = [];
  let from = 0;
  const add = (until: number): void => {
    let start = from;
    let end = until;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    if (start < end) sentences.push({ start, end });
    from = until;
  };
  for (const stop of text.matchAll(STOP)) add(stop.index + stop[0].length);
  add(text.length);
  return sentences;
}

function isSpace(code: number): boolean {
  return (code >= 9 && code <= 13) || code === 32 || code === 160 || code === 0x3000;
}

const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]|[\p{L}\p{N}\p{M}]+/gu;

/** How many words a text has; each character of a script written without spaces counts as one. */
export function wordCount(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(WORD)) count++;
  return count;
}
