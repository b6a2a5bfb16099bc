import { CONTROL_ANSWERS } from './control-answers.ts';
import type { Matcher } from './matcher.ts';

/**
 * In how many of the control answers each term is found, counted or not; terms found in none are left out. More than
 * zero: the term is an everyday word and warns in a report.
 */
export function controlHits(matcher: Pick<Matcher, 'scan'>): ReadonlyMap<string, number> {
  const hits = new Map<string, number>();
  for (const { language, text } of CONTROL_ANSWERS) {
    for (const termId of new Set(foundIn(matcher, language, text)))
      hits.set(termId, (hits.get(termId) ?? 0) + 1);
  }
  return hits;
}

/** In control answers of which languages each term is found. */
export function controlLanguages(matcher: Pick<Matcher, 'scan'>): ReadonlyMap<string, readonly string[]> {
  const languages = new Map<string, string[]>();
  for (const { language, text } of CONTROL_ANSWERS) {
    for (const termId of foundIn(matcher, language, text)) {
      const known = languages.get(termId) ?? [];
      if (!known.includes(language)) languages.set(termId, [...known, language]);
    }
  }
  return languages;
}

function foundIn(matcher: Pick<Matcher, 'scan'>, language: string, text: string): string[] {
  const context = { language, query: '', citedDomains: new Set<string>() };
  return matcher.scan(text, context).map(({ termId }) => termId);
}
