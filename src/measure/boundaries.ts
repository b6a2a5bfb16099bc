import { appendedEndings } from './inflections.ts';
import { type CharKind, charAt, charBefore, charKind } from './scripts.ts';

/** Scripts whose names have edges against their own letters, digits and marks. */
const WORD_KINDS: ReadonlySet<CharKind> = new Set([
  'latin',
  'cyrillic',
  'greek',
  'hebrew',
  'devanagari',
  'other',
]);

/** Whether a neighbour of kind `beside` would make the name's edge of kind `edge` part of a longer word. */
function joins(edge: CharKind, beside: CharKind): boolean {
  if (beside === 'mark') return edge !== 'none';
  if (WORD_KINDS.has(edge)) return beside === edge || beside === 'digit';
  if (edge === 'digit') return beside === 'digit' || WORD_KINDS.has(beside);
  if (edge === 'katakana' || edge === 'hangul' || edge === 'arabic') return beside === edge;
  return false;
}

/** And, so; in, with, for, like; the article: what Arabic writes before a word without a space. */
const ARABIC_PROCLITICS = /^(?:[وف]?[بلك]?(?:ال)?|[وف]?لل)$/;
/** And, that, when; in, to, from, the, as: the same in Hebrew, used in Hebrew answers only. */
const HEBREW_PROCLITICS = /^ו?(?:ש|כש)?[בלמהכ]?ה?$/;
const MOST_PROCLITIC = 5;

/** Letters of one kind that end before `index`; longer runs than any proclitic are cut. */
function runBefore(text: string, index: number, kind: CharKind): string {
  let start = index;
  while (index - start <= MOST_PROCLITIC) {
    const char = charBefore(text, start);
    if (charKind(char) !== kind) break;
    start -= char.length;
  }
  return text.slice(start, index);
}

/** What an underscore joins is one word of a program or a file's name. */
function isWordCharacter(char: string): boolean {
  return /[\p{L}\p{N}]/u.test(char);
}

/** Whether a name that begins at `start` of the folded text begins a word there. */
export function beginsWord(text: string, start: number, language: string): boolean {
  const edge = charKind(charAt(text, start));
  const before = charBefore(text, start);
  if (before === '_' && isWordCharacter(charBefore(text, start - 1))) return false;
  // A sign at the start (`.NET`) must not be the middle of a word (`ASP.NET`).
  if (edge === 'none') return !isWordCharacter(before);
  if (edge === 'open' || edge === 'mark') return true;
  if (!joins(edge, charKind(before))) return true;
  if (edge === 'arabic') return ARABIC_PROCLITICS.test(runBefore(text, start, 'arabic'));
  if (edge === 'hebrew' && language === 'he') return HEBREW_PROCLITICS.test(runBefore(text, start, 'hebrew'));
  return false;
}

/** Particles, case endings and the copula that follow a Korean noun without a space; two may follow each other. */
const HANGUL_PARTICLES =
  /^들?(?:에서|에게서|에게|에겐|한테|께서|께|에|으로서|로서|으로써|로써|으로|로|의|와|과|이랑|랑|하고|부터|까지|보다|처럼|만큼|같은|같이|마다|조차|마저|밖에|뿐|측)?(?:은|는|이|가|을|를|도|만|의|나|이나|라도|이라도|든|이든)?요?$|^(?:이다|입니다|이며|며|이고|고|인|인데|이란|란|이라는|라는|이라고|라고|이라|라|였다|이었다|이지만|지만|예요|이에요|이라면|라면)$/;
const MOST_PARTICLE = 7;

function runAfter(text: string, index: number, kind: CharKind, most: number): string {
  let end = index;
  while (end - index <= most) {
    const char = charAt(text, end);
    const next = charKind(char);
    if (char === '' || (next !== kind && next !== 'mark')) break;
    end += char.length;
  }
  return text.slice(index, end);
}

const LONGEST_ENDING = 8;

/**
 * How a name that ends at `end` of the folded text ends there: as a word (`whole`), with a listed ending of the
 * answer's language (`inflected`), or not at all (null).
 */
export function endsWord(
  text: string,
  start: number,
  end: number,
  language: string,
): 'whole' | 'inflected' | null {
  const edge = charKind(charBefore(text, end));
  const next = charKind(charAt(text, end));
  if (text[end] === '_' && isWordCharacter(charAt(text, end + 1))) return null;
  if (!joins(edge, next)) return 'whole';
  if (edge === 'hangul') {
    return HANGUL_PARTICLES.test(runAfter(text, end, 'hangul', MOST_PARTICLE)) ? 'whole' : null;
  }
  if (!WORD_KINDS.has(edge) || next === 'digit') return null;
  const ending = runAfter(text, end, edge, LONGEST_ENDING);
  if (charKind(charAt(text, end + ending.length)) === 'digit') return null;
  return appendedEndings(text.slice(start, end), language).includes(ending) ? 'inflected' : null;
}
