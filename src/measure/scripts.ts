/**
 * The kind of a character as far as the edges of words are concerned. `open`: scripts written without spaces (Han,
 * Hiragana, Thai, Lao, Khmer, Burmese); `other`: letters of every script not named here.
 */
export type CharKind =
  | 'latin'
  | 'cyrillic'
  | 'greek'
  | 'hebrew'
  | 'devanagari'
  | 'arabic'
  | 'hangul'
  | 'katakana'
  | 'open'
  | 'other'
  | 'digit'
  | 'mark'
  | 'none';

const KINDS: readonly (readonly [CharKind, RegExp])[] = [
  ['digit', /\p{N}/u],
  ['latin', /\p{Script=Latin}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['greek', /\p{Script=Greek}/u],
  ['hebrew', /\p{Script=Hebrew}/u],
  ['devanagari', /\p{Script=Devanagari}/u],
  ['arabic', /\p{Script=Arabic}/u],
  ['hangul', /\p{Script=Hangul}/u],
  ['katakana', /[\p{Script=Katakana}ー]/u],
  [
    'open',
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u,
  ],
  ['mark', /\p{M}/u],
  ['other', /\p{L}/u],
];

const LETTER_LIKE = /[\p{L}\p{M}\p{N}ー]/u;
const known = new Map<string, CharKind>();

/** The kind of one character (a code point as a string); punctuation, spaces and '' are `none`. */
export function charKind(char: string): CharKind {
  const seen = known.get(char);
  if (seen !== undefined) return seen;
  const kind = LETTER_LIKE.test(char) ? (KINDS.find(([, test]) => test.test(char))?.[0] ?? 'none') : 'none';
  known.set(char, kind);
  return kind;
}

/** The character that begins at `index`; '' at the end. */
export function charAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** The character that ends before `index`; '' at the start. */
export function charBefore(text: string, index: number): string {
  if (index <= 0) return '';
  const low = text.charCodeAt(index - 1);
  const pair = low >= 0xdc00 && low <= 0xdfff && index > 1;
  const start = pair && text.charCodeAt(index - 2) >> 10 === 0x36 ? index - 2 : index - 1;
  return text.slice(start, index);
}

const CASED: ReadonlySet<CharKind> = new Set(['latin', 'cyrillic', 'greek', 'other']);

/** Whether a word's first letter can be a capital. */
export function hasCase(text: string): boolean {
  const letter = [...text].find((char) => /\p{L}/u.test(char)) ?? '';
  return CASED.has(charKind(letter)) && letter.toLowerCase() !== letter.toUpperCase();
}

/** Languages written without capitals: a Latin word in them has its capital because it is a name. */
const CASELESS_LANGUAGES = new Set(
  'ar fa ur ps he yi hi mr ne bn pa gu or ta te kn ml si th lo km my ko ja zh yue am ka'.split(' '),
);

export function isCaselessLanguage(language: string): boolean {
  return CASELESS_LANGUAGES.has(language);
}
