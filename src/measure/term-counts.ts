import type { Brand } from '../contract/brand-book.ts';
import type { Observation } from './observation.ts';
import type { BrandMetrics } from './report-metrics.ts';

/** What is known of a book's terms before any answer was read. */
export interface TermCheck {
  /** Hits in the neutral control answers, by term id: more than none is a false positive in waiting. */
  controlHits: ReadonlyMap<string, number>;
  /** Ids of terms that are homographs. */
  flagged: ReadonlySet<string>;
}

/** Counted mentions by term id. */
export function countTerms(observations: readonly Observation[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { mentions } of observations) {
    for (const { termId, kind } of mentions) {
      if (kind === 'mention') counts.set(termId, (counts.get(termId) ?? 0) + 1);
    }
  }
  return counts;
}

/** The terms of a brand with their counted mentions, most frequent first. */
export function termsOf(
  brand: Brand,
  counts: ReadonlyMap<string, number>,
  check: TermCheck | undefined,
): BrandMetrics['terms'] {
  return brand.terms
    .map(({ id, text }) => ({
      termId: id,
      text,
      mentions: counts.get(id) ?? 0,
      controlHits: check?.controlHits.get(id) ?? 0,
      flagged: check?.flagged.has(id) ?? false,
    }))
    .sort((a, b) => b.mentions - a.mentions || (a.termId < b.termId ? -1 : 1));
}
