import type { BrandBook, BrandTerm } from '../contract/brand-book.ts';
import { DICTIONARY_WORDS } from './dictionary-words.ts';
import { spellingKey } from './fold.ts';
import { charKind } from './scripts.ts';

/** Why a term counts only with support. */
export type FlagReason = 'dictionary_word' | 'short' | 'needs_context' | 'control_answer';

export interface FlaggedTerm {
  brandId: string;
  termId: string;
  reasons: FlagReason[];
  /** Languages in which it is an everyday word, `*` for all; empty: the reason holds in every language. */
  languages: string[];
}

/** Letters of a term in alphabetic scripts below which it is short (C.2.6); syllables and Han carry more. */
const SHORT: Readonly<Partial<Record<string, number>>> = { hangul: 2, katakana: 3, open: 2 };
const SHORT_ALPHABETIC = 4;
const NO_SPACES_BUT_LETTERS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const languagesOfWord = new Map<string, string[]>();
for (const [language, words] of Object.entries(DICTIONARY_WORDS)) {
  for (const word of words.split(/\s+/)) {
    const key = spellingKey(word);
    languagesOfWord.set(key, [...(languagesOfWord.get(key) ?? []), language]);
  }
}

/** Languages in which a spelling is an everyday word, of those we have lists for. */
function languagesWithWord(text: string): string[] {
  return languagesOfWord.get(spellingKey(text)) ?? [];
}

/** In scripts that write vowels as marks a mark is as much of a word as a letter. */
function isVowelSign(char: string): boolean {
  return /\p{M}/u.test(char) && charKind(char) !== 'mark' && !['arabic', 'hebrew'].includes(charKind(char));
}

function letters(text: string): string[] {
  return [...text.normalize('NFKC')].filter((char) => /[\p{L}\p{N}]/u.test(char) || isVowelSign(char));
}

function isShort(text: string): boolean {
  const own = letters(text);
  const first = own[0] ?? '';
  const alphabetic = NO_SPACES_BUT_LETTERS.test(first);
  return own.length < (alphabetic ? SHORT_ALPHABETIC : (SHORT[charKind(first)] ?? SHORT_ALPHABETIC));
}

/** One character, or digits only: never a name without one of its context words. */
export function needsContext(text: string): boolean {
  const own = letters(text);
  return own.length <= 1 || own.every((char) => /\p{N}/u.test(char));
}

/** Why a term needs support, from the term alone. */
function flagsOf(term: BrandTerm): Omit<FlaggedTerm, 'brandId' | 'termId'> {
  const languages = languagesWithWord(term.text);
  const reasons: FlagReason[] = [];
  if (languages.length > 0) reasons.push('dictionary_word');
  if (isShort(term.text)) reasons.push('short');
  if (needsContext(term.text) || term.minContext.length > 0) reasons.push('needs_context');
  return { reasons, languages: reasons.every((reason) => reason === 'dictionary_word') ? languages : [] };
}

/**
 * Terms of a book that count only with support: everyday words of a language, shorter than four letters, one character
 * or digits only, or declared with context words. In the order of the book; what the control answers add is known to
 * the compiled matcher only.
 */
export function flaggedTerms(book: BrandBook): FlaggedTerm[] {
  return book.brands.flatMap((brand) =>
    brand.terms
      .map((term) => ({ brandId: brand.id, termId: term.id, ...flagsOf(term) }))
      .filter(({ reasons }) => reasons.length > 0),
  );
}
