import { z } from 'zod';
import type { BrandBook } from '../contract/brand-book.ts';
import { spellingKey } from '../measure/fold.ts';
import { compileMatcher, type Matcher } from '../measure/matcher.ts';
import type { CompetitorSuggestion } from '../measure/report-metrics.ts';
import type { Sql } from '../platform/database.ts';
import { type BrandFields, bookOf, type OwnBrand } from './brand.ts';

export const SUGGESTION_KINDS = ['alias', 'competitor'] as const;
export type SuggestionKind = (typeof SUGGESTION_KINDS)[number];

/** A name that answers offer and the brand's book does not have; in no figure until it is accepted. */
export interface Suggestion extends Omit<CompetitorSuggestion, 'aliasOf'> {
  /** `alias`: perhaps another name of `aliasOf`, to whose site it leads. */
  kind: SuggestionKind;
  /** The own brand's name or a competitor's. */
  aliasOf: string | null;
  /** The report whose captures showed it. */
  reportId: string;
}

// Written by `storeMeasured`, from what was measured.
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const measuredRow = z.object({
  reportId: z.string(),
  suggestions: z.array(z.custom<CompetitorSuggestion>(isObject)),
  book: z.custom<BrandBook>(isObject),
});
const spellingRow = z.object({ spelling: z.string() });

/**
 * What the brand's report that was measured last suggests, the most seen first: without names that were dismissed, or that
 * the brand's book has by now.
 */
export async function readSuggestions(sql: Sql, brand: OwnBrand): Promise<Suggestion[]> {
  const { rows } = await sql.query(
    `SELECT m.report_id AS "reportId", m.metrics -> 'suggestions' AS suggestions, m.book
     FROM fleet.report_metrics m JOIN fleet.report r ON r.id = m.report_id
     WHERE r.brand_id = $1 ORDER BY m.measured_at DESC LIMIT 1`,
    [brand.id],
  );
  const measured = measuredRow.optional().parse(rows[0]);
  if (measured === undefined) return [];
  const dismissed = await sql.query('SELECT spelling FROM fleet.dismissed_suggestion WHERE brand_id = $1', [
    brand.id,
  ]);
  const gone = new Set(
    z
      .array(spellingRow)
      .parse(dismissed.rows)
      .map(({ spelling }) => spelling),
  );
  const matcher = compileMatcher(bookOf(brand));
  return measured.suggestions
    .filter(({ name }) => !gone.has(spellingKey(name)))
    .flatMap((own) => stillSuggested(own, brand, measured, matcher));
}

function stillSuggested(
  { aliasOf: id, ...own }: CompetitorSuggestion,
  brand: OwnBrand,
  { book, reportId }: z.infer<typeof measuredRow>,
  matcher: Matcher,
): Suggestion[] {
  const found = matcher.scan(own.name, { language: null, query: '', citedDomains: new Set() });
  if (found.length > 0) return [];
  if (id === undefined) {
    const taken = own.domain !== null && matcher.brandOfUrl(own.domain) !== null;
    return taken ? [] : [{ ...own, kind: 'competitor', aliasOf: null, reportId }];
  }
  const measuredAs = book.brands.find((one) => one.id === id);
  if (measuredAs === undefined) return [];
  const rival = brand.competitors.find(({ name }) => name === measuredAs.name);
  const aliasOf = measuredAs.own ? brand.name : rival?.name;
  // A competitor that was taken out since has no other names either.
  return aliasOf === undefined ? [] : [{ ...own, kind: 'alias', aliasOf, reportId }];
}

/** The suggestion of a name, however it is spelled. */
export function suggestionNamed(all: readonly Suggestion[], name: string): Suggestion | undefined {
  const key = spellingKey(name);
  return all.find((own) => spellingKey(own.name) === key);
}

/** The brand with a suggestion taken into it: as a competitor, or as an alias of the brand it leads to, else of the own one. Pure. */
export function withSuggestion(
  brand: BrandFields,
  { name, domain, aliasOf, kind }: Suggestion,
  as: SuggestionKind,
): BrandFields {
  if (as === 'competitor') {
    const website = domain === null || kind === 'alias' ? null : `https://${domain}`;
    return { ...brand, competitors: [...brand.competitors, { name, website, aliases: [] }] };
  }
  if (aliasOf === null || aliasOf === brand.name) return { ...brand, aliases: [...brand.aliases, name] };
  const competitors = brand.competitors.map((rival) =>
    rival.name === aliasOf ? { ...rival, aliases: [...rival.aliases, name] } : rival,
  );
  return { ...brand, competitors };
}

/** Suggests a name no more. */
export async function dismissSuggestion(sql: Sql, brandId: string, name: string, now: number): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.dismissed_suggestion (brand_id, spelling, dismissed_at) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING`,
    [brandId, spellingKey(name), new Date(now)],
  );
}
