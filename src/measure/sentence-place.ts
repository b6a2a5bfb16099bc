/** A sentence, list item or table cell ends here: a stop before a space, a stop of scripts without spaces, a line, a cell. */
const ENDS = /[.!?…:;]["'”»)\]*_]*(?=\s)|[。！？：；\n\t|]/gu;
/** What may stand before the first word of a sentence. */
const BEFORE_WORDS = /^[\s*_#>"'“”„«»‹›¿¡()[\]\-–—•·▪◦✓✔\d.]*$/u;
/** A stop after one of these ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:vs|e\.g|i\.e|etc|incl|esp|approx|ca|bzw|z\.\s?b|d\.\s?h|inkl|cf|p\.\s?ex|ej|np|tj|т\.\s?е|т\.\s?д)$/iu;

/** A sentence reaches at most this far to either side. */
const FARTHEST = 400;

/** Where the sentence that holds a range begins and ends. */
export function sentenceAround(text: string, start: number, end: number): [number, number] {
  const near = text.slice(Math.max(0, start - FARTHEST), start);
  const lineStart = start - near.length + near.lastIndexOf('\n') + 1;
  const nextLine = text.slice(end, end + FARTHEST).indexOf('\n');
  const lineEnd = nextLine < 0 ? Math.min(text.length, end + FARTHEST) : end + nextLine;
  let from = lineStart;
  for (const match of text.slice(lineStart, start).matchAll(ENDS)) {
    const at = lineStart + match.index;
    if (!ABBREVIATION.test(text.slice(lineStart, at))) from = at + match[0].length;
  }
  const rest = text.slice(end, lineEnd);
  const first = rest.search(ENDS);
  return [from, first < 0 ? lineEnd : end + first];
}

/** Whether nothing but marks and digits stands before `start` in its sentence. */
export function isSentenceInitial(text: string, start: number): boolean {
  const [from] = sentenceAround(text, start, start);
  return BEFORE_WORDS.test(text.slice(from, start));
}

const WORD = /\p{L}[\p{L}\p{M}'’]{2,}/gu;
const TITLE_SHARE = 0.6;

/** The words of three letters and more around a range, without the first, which has its capital anyway. */
function wordsAround(text: string, start: number, end: number): string[] {
  const [from, to] = sentenceAround(text, start, end);
  const before = text.slice(from, start).replace(/^\P{L}*\p{L}[\p{L}\p{M}'’]*/u, '');
  return `${before} ${text.slice(end, to).replace(/^[\p{L}\p{M}]+/u, '')}`.match(WORD) ?? [];
}

/** Whether the words around a range are written with capitals anyway: a title, or shouting. */
export function isTitleCase(text: string, start: number, end: number): boolean {
  const words = wordsAround(text, start, end);
  if (words.length < 2) return false;
  return words.filter((word) => startsWithCapital(word)).length / words.length > TITLE_SHARE;
}

/** Whether all words around a range are capitals only. */
export function isShouted(text: string, start: number, end: number): boolean {
  const words = wordsAround(text, start, end);
  return words.length > 1 && words.every((word) => word === word.toUpperCase());
}

/** Whether a word with a capital stands directly before, not itself the first: `the Schengen Visa`, `the Big Apple`. */
export function endsLongerName(text: string, start: number): boolean {
  const word = /(\p{L}[\p{L}\p{M}\p{N}'’]*) $/u.exec(text.slice(Math.max(0, start - 40), start))?.[1];
  if (word === undefined || !startsWithCapital(word)) return false;
  return !isSentenceInitial(text, start - 1 - word.length);
}

export function startsWithCapital(word: string): boolean {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 32);
  return first !== first.toLowerCase();
}
