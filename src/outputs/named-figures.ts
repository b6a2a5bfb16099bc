import type { Figure } from '../measure/figure.ts';
import type { BrandMetrics, PresenceSlice, ReportMetrics } from '../measure/report-metrics.ts';

/** A figure with what it is about. */
export interface NamedFigure {
  metric: string;
  brandId: string | null;
  brand: string | null;
  slice: 'all' | 'surface' | 'region' | 'domain' | 'url' | 'prompt_surface' | 'category' | 'day';
  /** Surface, region, domain, URL, `prompt id @ surface`, category, or day (UTC); null for all. */
  sliceValue: string | null;
  figure: Figure;
}

/** Every figure of a report, one after the other, in an order that never changes. */
export function* namedFigures(metrics: ReportMetrics): Generator<NamedFigure> {
  for (const brand of metrics.brands) yield* brandFigures(brand);
  const none = { brandId: null, brand: null };
  for (const { surface, trigger, refusal } of metrics.surfaces) {
    yield { ...none, metric: 'trigger', slice: 'surface', sliceValue: surface, figure: trigger };
    yield { ...none, metric: 'refusal', slice: 'surface', sliceValue: surface, figure: refusal };
  }
  const names = new Map(metrics.brands.map(({ brandId, name }) => [brandId, name]));
  for (const slice of ['domain', 'url'] as const) {
    for (const { key, brandId, weighted, occurrences } of metrics[`${slice}s`]) {
      const owner = { brandId, brand: brandId === null ? null : (names.get(brandId) ?? null) };
      yield { ...owner, metric: 'citation_share_weighted', slice, sliceValue: key, figure: weighted };
      yield { ...owner, metric: 'citation_share', slice, sliceValue: key, figure: occurrences };
    }
  }
  const within = metrics.stability.withinDistance;
  yield { ...none, metric: 'volatility_within', slice: 'all', sliceValue: null, figure: within };
  for (const cell of metrics.grid) {
    const { promptId, surface, brandId, k, n } = cell;
    yield {
      ...{ metric: 'presence', brandId, brand: names.get(brandId) ?? null },
      ...{ slice: 'prompt_surface', sliceValue: `${promptId} @ ${surface}`, figure: cellFigure(k, n) },
    };
  }
}

/** A cell has too few replicates for an interval of its own. */
function cellFigure(k: number, n: number): Figure {
  return {
    ...{ k, n, value: n === 0 ? null : k / n, ciThese: null, ciCategory: null, excluded: {} },
    ...{ method: 'presence/1', reason: n === 0 ? ('nothing_eligible' as const) : ('single_prompt' as const) },
  };
}

function* brandFigures(brand: BrandMetrics): Generator<NamedFigure> {
  const about = { brandId: brand.brandId, brand: brand.name };
  const { firstInList, inHeading, inTable, productCard } = brand.recommendation;
  const overall: readonly (readonly [string, Figure])[] = [
    ['presence', brand.presence],
    ['presence_per_query', brand.presencePerQuery],
    ['citation_presence', brand.citationPresence],
    ['sov_presence', brand.sovPresence],
    ['sov_mentions', brand.sovMentions],
    ['prominence', brand.prominence],
    ['word_share', brand.wordShare],
    ['first_in_list', firstInList],
    ['in_heading', inHeading],
    ['in_table', inTable],
    ['product_card', productCard],
  ];
  for (const [metric, figure] of overall) {
    yield { ...about, metric, slice: 'all', sliceValue: null, figure };
  }
  yield* outcomeFigures(brand);
  for (const own of brand.bySurface) yield* sliceFigures(about, 'surface', own);
  for (const own of brand.byRegion) yield* sliceFigures(about, 'region', own);
}

function* outcomeFigures({ brandId, name, outcomes }: BrandMetrics): Generator<NamedFigure> {
  const { n } = outcomes;
  const counts: readonly (readonly [string, number])[] = [
    ['outcome_mentioned_and_cited', outcomes.mentionedAndCited],
    ['outcome_mentioned_only', outcomes.mentionedOnly],
    ['outcome_cited_only', outcomes.citedOnly],
    ['outcome_neither', outcomes.neither],
  ];
  for (const [metric, k] of counts) {
    const figure = {
      ...cellFigure(k, n),
      method: 'four_outcomes/1',
      reason: n === 0 ? ('nothing_eligible' as const) : null,
    };
    yield { metric, brandId, brand: name, slice: 'all', sliceValue: null, figure };
  }
}

function* sliceFigures(
  about: { brandId: string; brand: string },
  slice: 'surface' | 'region',
  own: PresenceSlice,
): Generator<NamedFigure> {
  const sliceValue = own.slice;
  yield { ...about, metric: 'presence', slice, sliceValue, figure: own.presence };
  yield { ...about, metric: 'presence_per_query', slice, sliceValue, figure: own.presencePerQuery };
  yield { ...about, metric: 'citation_presence', slice, sliceValue, figure: own.citationPresence };
}
