import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { type Standing, standingsOf } from '../measure/standing.ts';
import { dailyTrend } from '../measure/trend.ts';
import type { NamedFigure } from './named-figures.ts';

/**
 * Figures of the page's matrix and trend, which are reckoned from the observations: each brand's share of what is cited,
 * the own brand by category of prompts and by day of capture. In an order that never changes.
 */
export function* derivedFigures(
  metrics: ReportMetrics,
  observations: readonly Observation[],
): Generator<NamedFigure> {
  const subject = metrics.brands.find(({ own }) => own) ?? metrics.brands[0];
  if (subject === undefined) return;
  const ids = metrics.brands.map(({ brandId }) => brandId);
  const standings = standingsOf(observations, metrics.prompts, ids, subject.brandId, metrics.inputHash);
  for (const { brandId, name: brand } of metrics.brands) {
    const standing = standings.brands.get(brandId);
    if (standing !== undefined) yield share({ brandId, brand, slice: 'all', sliceValue: null }, standing);
  }
  const own = { brandId: subject.brandId, brand: subject.name };
  for (const { category, standing } of standings.categories) {
    const about = { ...own, slice: 'category' as const, sliceValue: category };
    yield { ...about, metric: 'presence', figure: standing.presence };
    yield share(about, standing);
  }
  for (const { key, presence, citationPresence } of dailyTrend(
    observations,
    subject.brandId,
    metrics.inputHash,
  )) {
    const about = { ...own, slice: 'day' as const, sliceValue: key };
    yield { ...about, metric: 'presence', figure: presence };
    yield { ...about, metric: 'citation_presence', figure: citationPresence };
  }
}

function share(about: Omit<NamedFigure, 'metric' | 'figure'>, { citationShare }: Standing): NamedFigure {
  return { ...about, metric: 'citation_share_weighted', figure: citationShare };
}
