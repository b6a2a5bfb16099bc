import type { Brand, BrandBook, BrandTerm } from '../contract/brand-book.ts';
import { beginsWord, endsWord } from './boundaries.ts';
import { type FoldedText, fold, spellingKey } from './fold.ts';
import { INFLECTED_LANGUAGES, replacedForms } from './inflections.ts';
import { startsWithCapital } from './sentence-place.ts';
import { SpellingScan } from './spelling-scan.ts';

/** What a spelling stands for: a term, or a phrase that hides its brand's terms. */
export interface Needle {
  brand: Brand;
  /** Null: a deny phrase. */
  term: BrandTerm | null;
  /** Counts only when each of its words has a capital: `Hub Spot` for HubSpot, but not “linked in” for LinkedIn. */
  capitals: boolean;
}

/** A spelling found at the edges of words; `begin` and `stop` are units of the folded text. */
export interface Hit extends Needle {
  begin: number;
  stop: number;
  /** UTF-16 offsets into the original. */
  start: number;
  end: number;
  /** It stands with an ending of the language. */
  inflected: boolean;
}

/** With more gaps in a term than this only all of them or none may be written together. */
const MOST_FREE_GAPS = 4;

/** Every way to write a folded term: each gap as a space (which a dash folds to) or as nothing. */
function gapVariants(folded: string): string[] {
  const parts = folded.split(' ').filter((part) => part !== '');
  if (parts.length - 1 > MOST_FREE_GAPS) return [parts.join(' '), parts.join('')];
  return parts
    .slice(1)
    .reduce(
      (spellings, part) => spellings.flatMap((spelling) => [`${spelling} ${part}`, spelling + part]),
      [parts[0] ?? ''],
    );
}

/** The capitals of other keyboards in a Turkish text: `MIGROS` stands for Migros. */
function foldedForms(text: string, turkic: boolean): string[] {
  const plain = fold(text).text;
  if (!turkic) return [plain];
  const options = { turkic, keepCase: false };
  return [plain, fold(text, options).text, fold(text.toUpperCase(), options).text];
}

/** Every folded spelling of a text in answers of a language. */
export function spellingsOf(text: string, language: string): string[] {
  const turkic = isTurkic(language);
  const forms = foldedForms(text.trim(), turkic).map((form) => form.replace(/\n/g, ' ').trim());
  // After a preposition the article loses its alef: لل + الأهلي is للأهلي.
  const articles = forms.filter((form) => form.startsWith('ال')).map((form) => `لل${form.slice(2)}`);
  const all = [...forms, ...articles].flatMap((form) => [form, ...replacedForms(form, language)]);
  return [...new Set(all.flatMap(gapVariants))].filter((spelling) => spelling !== '');
}

/** Spellings of a name with inner capitals as words apart: `Play Station`; none for other names. */
function humpSpellings(text: string, language: string): string[] {
  const apart = text.replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ');
  return apart === text ? [] : spellingsOf(apart, language);
}

/** Every folded spelling under which a name or phrase is found, in answers of whatever language. */
export function spellingsAnywhere(text: string): string[] {
  const spellings = ['', ...INFLECTED_LANGUAGES].flatMap((language) => [
    ...spellingsOf(text, language),
    ...humpSpellings(text, language),
  ]);
  return [...new Set(spellings)];
}

/** I and i are different letters. */
function isTurkic(language: string): boolean {
  return language === 'tr' || language === 'az';
}

/** Finds every spelling of a book in answers of one language. Pure; compiled once per language. */
export class TermScan {
  readonly #language: string;
  readonly #needles = new Map<string, Needle[]>();
  readonly #spellings: SpellingScan;

  constructor(book: BrandBook, language: string) {
    this.#language = language;
    for (const brand of book.brands) {
      for (const term of brand.terms) {
        if (term.language === null || primaryTag(term.language) === language) this.#addTerm(brand, term);
      }
      for (const phrase of brand.deny)
        this.#add(spellingsOf(phrase, language), { brand, term: null, capitals: false });
    }
    this.#spellings = new SpellingScan([...this.#needles.keys()]);
  }

  #addTerm(brand: Brand, term: BrandTerm): void {
    const spellings = spellingsOf(term.text, this.#language);
    this.#add(spellings, { brand, term, capitals: false });
    const apart = humpSpellings(term.text, this.#language).filter(
      (spelling) => !spellings.includes(spelling),
    );
    this.#add(apart, { brand, term, capitals: true });
  }

  #add(spellings: readonly string[], needle: Needle): void {
    for (const spelling of spellings) {
      const known = this.#needles.get(spelling);
      if (known === undefined) this.#needles.set(spelling, [needle]);
      else if (!known.some((other) => other.term === needle.term && other.brand === needle.brand))
        known.push(needle);
    }
  }

  /** The text as it is read in this language. */
  fold(text: string): FoldedText {
    return fold(text, { turkic: isTurkic(this.#language), keepCase: false });
  }

  /** Every spelling at the edges of words, overlapping ones included, in no promised order. */
  hits(original: string, folded: FoldedText): Hit[] {
    const hits: Hit[] = [];
    for (const { begin, end: stop, keyword } of this.#spellings.matches(folded.text)) {
      if (cutsCharacter(folded, begin, stop) || !beginsWord(folded.text, begin, this.#language)) continue;
      const ending = endsWord(folded.text, begin, stop, this.#language);
      if (ending === null) continue;
      const start = folded.starts[begin] ?? 0;
      const end = folded.ends[stop - 1] ?? start;
      for (const needle of this.#needles.get(keyword) ?? []) {
        if (!isWrittenLike(needle, original.slice(start, end))) continue;
        hits.push({ ...needle, begin, stop, start, end, inflected: ending === 'inflected' });
      }
    }
    return hits;
  }
}

/** Whether a range of folded units begins or ends inside what one original character became (ﬁ is f and i). */
function cutsCharacter({ starts }: FoldedText, begin: number, stop: number): boolean {
  return starts[begin] === starts[begin - 1] || starts[stop] === starts[stop - 1];
}

const KEEP_CASE = { turkic: false, keepCase: true };

function isWrittenLike({ term, capitals }: Needle, found: string): boolean {
  if (capitals && !found.split(/[\s-]+/u).every(startsWithCapital)) return false;
  return term?.caseSensitive !== true || spellingKey(term.text, KEEP_CASE) === spellingKey(found, KEEP_CASE);
}

/** `de` of `de-AT`; '' when the language is not known. */
export function primaryTag(language: string | null): string {
  return language?.toLowerCase().split(/[-_]/)[0] ?? '';
}
