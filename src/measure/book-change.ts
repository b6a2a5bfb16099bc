import type { BrandBook } from '../contract/brand-book.ts';
import { fold } from './fold.ts';
import type { Matcher } from './matcher.ts';
import type { SeenSource } from './observation.ts';
import { spellingsAnywhere } from './term-scan.ts';
import { dotless, gramsReader } from './text-grams.ts';

/** A book with its matcher. */
export interface CompiledBook {
  book: BrandBook;
  matcher: Pick<Matcher, 'flagged' | 'brandOfUrl'>;
}

/** The texts of a capture in which names are looked for. */
export interface NamedTexts {
  text: string;
  /** Titles of its product cards. */
  titles: readonly string[];
}

/** What a corrected book may change in what answers said under the one before. */
export interface BookChange {
  /**
   * False only when an answer with these texts, and its sources as read before, says the same under both books. Instead
   * of the texts what `gramsOf` made of them will do, and says true more often.
   */
  touches(texts: NamedTexts | { grams: string }, sources: readonly SeenSource[]): boolean;
}

/** Spellings looked for at once. */
const SPELLINGS_PER_PATTERN = 200;

/**
 * Compares two books. What an answer says hangs on the terms and deny phrases whose spellings are in it, and on whose its
 * sources are: where no spelling of an added, taken away or altered one can be found and no source changed hands, every
 * hit and all that is decided from the hits is the same. Null when that cannot be told from the books: ids that are there
 * twice, or an order that changed, which decides between equals.
 */
export function bookChange(before: CompiledBook, after: CompiledBook): BookChange | null {
  const [earlier, later] = [needlesOf(before), needlesOf(after)];
  if (earlier === null || later === null) return null;
  const common = (own: readonly Needle[], other: readonly Needle[]): string[] => {
    const keys = new Set(other.map(({ key }) => key));
    return own.flatMap(({ key }) => (keys.has(key) ? [key] : []));
  };
  const kept = common(earlier, later);
  if (kept.join('\n') !== common(later, earlier).join('\n')) return null;
  const unchanged = new Set(kept);
  const changed = [...earlier, ...later].filter(({ key }) => !unchanged.has(key));
  const spellings = shortest(changed.flatMap(({ text }) => spellingsAnywhere(text)));
  const patterns = patternsOf(spellings);
  const sameOwners = ownersOf(before.book) === ownersOf(after.book);
  const names = (text: string): boolean => {
    const folded = dotless(fold(text).text);
    return patterns.some((pattern) => pattern.test(folded));
  };
  return {
    touches: (texts, sources) => {
      if (!sameOwners && sources.some((source) => isOwnedAnew(source, after.matcher))) return true;
      if (spellings.length === 0) return false;
      if ('grams' in texts) return spellings.some(gramsReader(texts.grams));
      return names(texts.text) || texts.titles.some(names);
    },
  };
}

/** A term or deny phrase with everything that decides what becomes of its hits. */
interface Needle {
  key: string;
  text: string;
}

function needlesOf({ book, matcher }: CompiledBook): Needle[] | null {
  const flags = new Map(matcher.flagged.map(({ termId, languages }) => [termId, languages]));
  const ids = book.brands.flatMap(({ terms }) => terms.map(({ id }) => id));
  const brandIds = book.brands.map(({ id }) => id);
  if (new Set(ids).size < ids.length || new Set(brandIds).size < brandIds.length) return null;
  return book.brands.flatMap((brand) => [
    ...brand.terms.map((term): Needle => {
      const { id, text, kind, language, caseSensitive, minContext } = term;
      const languages = flags.get(id);
      // A cited domain of the brand supports its homographs, and only those.
      const flag = languages === undefined ? null : { languages, domains: brand.domains };
      return {
        key: JSON.stringify([brand.id, id, text, kind, language, caseSensitive, minContext, flag]),
        text,
      };
    }),
    ...brand.deny.map((phrase): Needle => ({ key: JSON.stringify([brand.id, phrase]), text: phrase })),
  ]);
}

function ownersOf({ brands }: BrandBook): string {
  return JSON.stringify(brands.flatMap(({ id, domains }) => (domains.length === 0 ? [] : [[id, domains]])));
}

function isOwnedAnew({ url, brandId }: SeenSource, matcher: CompiledBook['matcher']): boolean {
  return url !== null && matcher.brandOfUrl(url) !== brandId;
}

/** The spellings, dotless, without those that begin with another. */
function shortest(spellings: readonly string[]): string[] {
  const wanted: string[] = [];
  for (const spelling of [...new Set(spellings.map(dotless))].sort()) {
    const last = wanted.at(-1);
    if (last === undefined || !spelling.startsWith(last)) wanted.push(spelling);
  }
  return wanted;
}

/** Patterns that find each of the spellings in a dotless folded text. */
function patternsOf(spellings: readonly string[]): RegExp[] {
  return Array.from({ length: Math.ceil(spellings.length / SPELLINGS_PER_PATTERN) }, (_, index) => {
    const some = spellings.slice(index * SPELLINGS_PER_PATTERN, (index + 1) * SPELLINGS_PER_PATTERN);
    return new RegExp(some.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'));
  });
}
