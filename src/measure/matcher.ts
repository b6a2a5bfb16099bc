import type { BrandBook } from '../contract/brand-book.ts';
import { BareUrls } from './bare-urls.ts';
import { brandDomains, registrableDomain } from './brand-domains.ts';
import { controlLanguages } from './control-hits.ts';
import { EVERY_LANGUAGE } from './dictionary-words.ts';
import { echoRange } from './echo.ts';
import { isSupported, type Surroundings } from './homograph-support.ts';
import { type FlaggedTerm, flaggedTerms } from './homographs.ts';
import type { MentionKind } from './observation.ts';
import { PlacedHits, resolveHits } from './resolve-hits.ts';
import { type Hit, primaryTag, spellingsOf, TermScan } from './term-scan.ts';

export { flaggedTerms, registrableDomain };

/** A term of a brand found in a text; half-open UTF-16 offsets into the text as given, without an inflected ending. */
export interface FoundTerm {
  brandId: string;
  termId: string;
  start: number;
  end: number;
  kind: MentionKind;
}

/** What the matcher has to know of an answer beside its text. */
export interface ScanContext {
  /** BCP 47 tag of the answer; null: unknown, then no inflection and no term of one language only. */
  language: string | null;
  /** The question, whose repetition at the start is an echo; '' for none. */
  query: string;
  /** Registrable domains or hosts of the cited sources, lower case. */
  citedDomains: ReadonlySet<string>;
  /** Brands to which a cited source belongs, whatever subdomain or path is theirs. */
  citedBrands?: ReadonlySet<string>;
  /** Half-open UTF-16 ranges of URLs, code and image alternatives. */
  masked?: readonly (readonly [number, number])[];
}

export interface Matcher {
  /** Every term at its place, sorted by offset, never overlapping. Same input, same output. */
  scan(text: string, context: ScanContext): FoundTerm[];
  /** The brand a URL or host belongs to (C.2 *Domain match*). */
  brandOfUrl(url: string): string | null;
  /** Terms that count only with support, those found in control answers among them. */
  readonly flagged: readonly FlaggedTerm[];
  /** Folded spellings under which a term is found in answers of a language. */
  spellings(termId: string, language: string | null): string[];
}

/**
 * Compiles a brand book (analysis.md C.2). Automata are built on first use, one per language of answers. What the
 * control answers contain is flagged in their language too.
 */
export function compileMatcher(book: BrandBook): Matcher {
  const scans = new Map<string, TermScan>();
  const scanIn = (language: string): TermScan => {
    const known = scans.get(language) ?? new TermScan(book, language);
    scans.set(language, known);
    return known;
  };
  const scanWith =
    (flags: Flags): Matcher['scan'] =>
    (text, context) =>
      scanText(scanIn(primaryTag(context.language)), flags, text, context);
  const flagged = withControlFlags(book, controlLanguages({ scan: scanWith(new Map()) }));
  const texts = new Map(book.brands.flatMap(({ terms }) => terms.map((term) => [term.id, term.text])));
  return {
    scan: scanWith(new Map(flagged.map((term) => [term.termId, term]))),
    brandOfUrl: brandDomains(book),
    flagged,
    spellings: (termId, language) => spellingsOf(texts.get(termId) ?? '', primaryTag(language)),
  };
}

/** The flags of the terms themselves, and those of terms found in control answers. */
function withControlFlags(book: BrandBook, found: ReadonlyMap<string, readonly string[]>): FlaggedTerm[] {
  const flags = new Map(flaggedTerms(book).map((flag) => [flag.termId, flag]));
  return book.brands.flatMap((brand) =>
    brand.terms.flatMap(({ id }): FlaggedTerm[] => {
      const flag = flags.get(id);
      const languages = found.get(id);
      if (languages === undefined) return flag === undefined ? [] : [flag];
      const everywhere = flag !== undefined && flag.languages.length === 0;
      return [
        {
          brandId: brand.id,
          termId: id,
          reasons: [...(flag?.reasons ?? []), 'control_answer'],
          languages: everywhere ? [] : [...new Set([...(flag?.languages ?? []), ...languages])],
        },
      ];
    }),
  );
}

type Flags = ReadonlyMap<string, FlaggedTerm>;

const NO_BRANDS: ReadonlySet<string> = new Set();

function scanText(scan: TermScan, flags: Flags, text: string, context: ScanContext): FoundTerm[] {
  const folded = scan.fold(text);
  const hits = scan.hits(text, folded);
  if (hits.length === 0) return [];
  const language = primaryTag(context.language);
  const flaggedIn = (hit: Hit): boolean => isFlagged(hit, flags, language);
  const kept = resolveHits(hits, (hit) => isPlural(hit, flaggedIn(hit), language));
  const echo = echoRange(folded.text, scan.fold(context.query).text);
  const urls = new BareUrls(text);
  const placed = kept.map((hit) => ({ hit, place: placeOf(hit, urls, echo, context.masked ?? []) }));
  const open = placed.filter(({ place }) => place === null).map(({ hit }) => hit);
  const doubtful = doubtfulOf(open, flaggedIn, {
    text,
    folded,
    language,
    citedDomains: context.citedDomains,
    citedBrands: context.citedBrands ?? NO_BRANDS,
    products: new PlacedHits(hits.filter((hit) => hit.term?.kind === 'product' && !flaggedIn(hit))),
  });
  return placed.map(({ hit, place }) => ({
    brandId: hit.brand.id,
    termId: hit.term?.id ?? '',
    start: hit.start,
    end: hit.end,
    kind: place ?? (doubtful.has(hit) ? 'ambiguous' : 'mention'),
  }));
}

/** An enumeration of homographs is followed so many names far from the one beyond doubt, times those near it. */
const MOST_PASSES = 6;

/** Homographs that nothing supports. One that is supported supports those listed with it in turn. */
function doubtfulOf(
  hits: readonly Hit[],
  flaggedIn: (hit: Hit) => boolean,
  around: Omit<Surroundings, 'sure'>,
): ReadonlySet<Hit> {
  const doubtful = new Set(hits.filter(flaggedIn));
  for (let pass = 0, before = -1; pass < MOST_PASSES && before !== doubtful.size; pass += 1) {
    before = doubtful.size;
    const sure = new PlacedHits(hits.filter((hit) => hit.term?.kind !== 'product' && !doubtful.has(hit)));
    for (const hit of doubtful) if (isSupported(hit, { ...around, sure })) doubtful.delete(hit);
  }
  return doubtful;
}

type Range = readonly [number, number];

/** Where a mention cannot count whatever supports it; `echo` in folded units, `masked` in the original. */
function placeOf(
  hit: Hit,
  urls: BareUrls,
  echo: Range | null,
  masked: readonly Range[],
): 'url_only' | 'echo' | null {
  const isMasked = masked.some(([start, end]) => hit.start < end && start < hit.end);
  if (isMasked || urls.holds(hit.start, hit.end)) return 'url_only';
  return echo !== null && hit.begin >= echo[0] && hit.stop <= echo[1] ? 'echo' : null;
}

/** Whether a term counts only with support in answers of a language; in an unknown one every list holds. */
function isFlagged(hit: Hit, flags: Flags, language: string): boolean {
  const flag = flags.get(hit.term?.id ?? '');
  if (flag === undefined) return false;
  const { languages } = flag;
  return (
    languages.length === 0 ||
    language === '' ||
    [language, EVERY_LANGUAGE].some((one) => languages.includes(one))
  );
}

/** Languages in which the ending of a noun is its plural: `apples` is never Apple. */
const PLURAL_ENDINGS: ReadonlySet<string> = new Set(['en', 'fr', 'es', 'pt', 'nl']);

function isPlural(hit: Hit, flagged: boolean, language: string): boolean {
  return hit.inflected && flagged && PLURAL_ENDINGS.has(language);
}
