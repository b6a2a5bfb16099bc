import type { PageScore, ScoreOptions, Trend, TrendCoverage } from '../contract/page-score.ts';
import { share } from './factor.ts';
import type { PageModel, Section } from './page-model.ts';

const COVERED = 0.6;

/** How far the page covers the topics the caller sent, or those our captures found; nothing is made up. */
export function trendCoverage(
  page: PageModel,
  options: ScoreOptions,
): Pick<PageScore, 'trend_coverage' | 'trend_source'> {
  if (options.trends !== undefined && options.trends.length > 0) {
    const sections = page.sections.map((section) => termsOfSection(page, section));
    return {
      trend_coverage: options.trends.map((trend) => covered(page, trend, sections)),
      trend_source: 'provided',
    };
  }
  if (options.captures === undefined || options.captures.subtopics.length === 0)
    return { trend_coverage: null, trend_source: null };
  const trend_coverage = options.captures.subtopics.slice(0, 10).map((topic) => ({
    trend: topic.subtopic,
    coverage: topic.covered ? 1 : 0,
    gap: topic.covered ? null : `${topic.covered_by.length} cited pages answer it, this page does not.`,
    action: topic.covered ? null : `Answer “${topic.subtopic}” in a section of its own.`,
  }));
  return { trend_coverage, trend_source: 'captures' };
}

interface SectionTerms {
  section: Section;
  terms: ReadonlySet<string>;
}

function termsOfSection(page: PageModel, section: Section): SectionTerms {
  return { section, terms: page.terms.distinct(`${section.heading?.text ?? ''}\n${section.text}`) };
}

/** Coverage of one topic is that of the section which holds most of its terms. */
function covered(
  page: PageModel,
  { topic, description }: Trend,
  sections: readonly SectionTerms[],
): TrendCoverage {
  const wanted = [...page.terms.distinct(topic)];
  const more = [...page.terms.distinct(description ?? '')].filter((term) => !wanted.includes(term));
  let best = 0;
  for (const { terms } of sections) {
    const held = wanted.length === 0 ? 0 : wanted.filter((term) => terms.has(term)).length / wanted.length;
    const beside = more.length === 0 ? held : more.filter((term) => terms.has(term)).length / more.length;
    best = Math.max(best, 0.7 * held + 0.3 * beside);
  }
  if (best >= COVERED) return { trend: topic, coverage: share(best), gap: null, action: null };
  const missing = wanted.filter((term) => !sections.some(({ terms }) => terms.has(term)));
  const named = missing.slice(0, 6).map((term) => page.terms.spoken(term));
  return {
    trend: topic,
    coverage: share(best),
    gap:
      named.length > 0
        ? `The page says nothing of ${named.join(', ')}.`
        : 'Its words are scattered over several sections.',
    action: `Give “${topic}” a section that answers it.`,
  };
}
