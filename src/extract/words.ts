/** Scripts written without spaces between words: counted and compared by character pairs, never by a segmenter. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’]*/gu;

/** Words of a text; two characters of an unspaced script count as one word. */
export function countWords(text: string): number {
  return countAsciiWords(text) ?? countWordsOfAnyScript(text);
}

/** As `WORD` finds them, in a tenth of the time; null for a text with other characters than ASCII. */
function countAsciiWords(text: string): number | null {
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return null;
    const letter = unit | 0x20;
    if ((letter >= 0x61 && letter <= 0x7a) || (unit >= 0x30 && unit <= 0x39)) {
      if (!inWord) words++;
      inWord = true;
    } else if (unit !== 0x27) inWord = false;
  }
  return words;
}

function countWordsOfAnyScript(text: string): number {
  let unspaced = 0;
  const rest = text.replaceAll(UNSPACED, (run) => {
    unspaced += run.length;
    return ' ';
  });
  let words = Math.ceil(unspaced / 2);
  for (const _word of rest.matchAll(WORD)) words++;
  return words;
}

/** Lower-case words of the spaced scripts and, apart from them, character pairs of the unspaced ones. */
export function tokensOf(text: string): { words: string[]; pairs: string[] } {
  const pairs: string[] = [];
  const rest = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(UNSPACED, (run) => {
      const characters = [...run];
      if (characters.length === 1) pairs.push(run);
      for (let at = 0; at + 1 < characters.length; at++)
        pairs.push(`${characters[at] ?? ''}${characters[at + 1] ?? ''}`);
      return ' ';
    });
  return { words: [...rest.matchAll(WORD)].map(([word]) => word.slice(0, 60)), pairs };
}

/** A sentence and where it stands. */
export interface Sentence {
  text: string;
  start: number;
  end: number;
}

const SENTENCE_END =
  /(?<![.!?…؟।])[.!?…؟।]{1,10}["'”’»)\]]{0,10}(?=\s+["'“‘«([¿¡]*[\p{Lu}\p{Lo}\p{N}])|[。！？]+[」』）]*|\n/gu;
/** Abbreviations after which a full stop ends nothing, of the languages most pages are in. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{L}|e\.g|i\.e|vs|etc|ca|bzw|z\.B|d\.h|Dr|Mr|Mrs|Ms|St|Nr|No|approx|Inc|Ltd|p\.ej)\.$/u;

/** Sentences of a text whose blocks are parted by line feeds; offsets are those of the text, shifted by `offset`. */
export function sentencesOf(text: string, offset = 0): Sentence[] {
  const found: Sentence[] = [];
  let start = 0;
  const push = (end: number): void => {
    const raw = text.slice(start, end);
    const lead = raw.length - raw.trimStart().length;
    const trimmed = raw.trim();
    if (trimmed !== '')
      found.push({
        text: trimmed,
        start: offset + start + lead,
        end: offset + start + lead + trimmed.length,
      });
    start = end;
  };
  for (const match of text.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    if (match[0] === '.' && ABBREVIATION.test(text.slice(Math.max(start, end - 12), end))) continue;
    push(end);
  }
  push(text.length);
  return found;
}

/** The first `most` words of a text, for quotes; the cut falls between words. */
export function firstWords(text: string, most = 25): string {
  let count = 0;
  for (const match of text.matchAll(/\S+/gu)) {
    count += Math.max(1, countWords(match[0]));
    if (count > most) return cutAt(text, match.index, most);
  }
  return text.slice(0, 400);
}

function cutAt(text: string, index: number, most: number): string {
  const cut = text.slice(0, index).trimEnd();
  return cut === '' ? text.slice(0, most * 2) : cut.slice(0, 400);
}
