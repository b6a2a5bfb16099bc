import type { Brand } from '../contract/brand-book.ts';
import { boundsOf, type Coverage, coverageOf, qualityOf } from './completeness.ts';
import { type Counted, isTelling, presence, type ReadObservation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { meanFigure } from './mean-figure.ts';
import { positionsOf } from './positions.ts';
import type { BrandMetrics, PresenceSlice } from './report-metrics.ts';
import { type NamedIn, SeenBrands } from './seen-brands.ts';
import { meanOfTallies, type Tally, TallyCounts, tally, tallyFigure } from './share-figure.ts';
import { type BrandTallies, SliceTallies, type Within } from './slice-tallies.ts';
import { WordShares } from './word-shares.ts';

/** Quotes shown per brand, each from another observation. */
const QUOTES = 10;

/** The figures of a brand that come from counting its own mentions and citations. */
export type CountedMetrics = Omit<BrandMetrics, 'sovPresence' | 'sovMentions' | 'terms' | 'factCheck'>;

/** Observations put together once for all brands. */
export interface ReportSlices {
  seen: SeenBrands;
  bySurface: readonly Slice[];
  byRegion: readonly Slice[];
  words: WordShares;
}

interface Slice {
  slice: string;
  group: readonly ReadObservation[];
  coverage: Coverage;
  /** Captures that told nothing, by prompt. */
  missing: ReadonlyMap<string, number>;
  tallies: SliceTallies;
}

export function slicesOf(all: readonly ReadObservation[]): ReportSlices {
  const grouped = (key: (observation: ReadObservation) => string, within: Within): Slice[] =>
    [...Map.groupBy(all, key)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([slice, group]) => ({
        slice,
        group,
        coverage: coverageOf(group),
        missing: missingByPrompt(group),
        tallies: new SliceTallies(group, within),
      }));
  return {
    seen: new SeenBrands(all),
    bySurface: grouped(({ surface }) => surface, plain),
    byRegion: grouped(({ region }) => region, honoured),
    words: new WordShares(all),
  };
}

function missingByPrompt(group: readonly ReadObservation[]): ReadonlyMap<string, number> {
  const missing = new Map<string, number>();
  for (const observation of group) {
    if (isTelling(observation)) continue;
    missing.set(observation.promptId, (missing.get(observation.promptId) ?? 0) + 1);
  }
  return missing;
}

export function brandMetrics(brand: Brand, slices: ReportSlices): CountedMetrics {
  const { seen, bySurface, byRegion, words } = slices;
  const surfaces = bySurface.map((slice) => ({ slice, tallies: slice.tallies.of(brand.id) }));
  const regions = byRegion.map((slice) => ({ slice, tallies: slice.tallies.of(brand.id) }));
  const named = seen.named(brand.id);
  const over = (kind: keyof BrandTallies): Tally[] => surfaces.map(({ tallies }) => tallies[kind]);
  return {
    ...{ brandId: brand.id, name: brand.name, own: brand.own },
    presence: meanOfTallies(over('presence'), 'presence/1'),
    presencePerQuery: meanOfTallies(over('presencePerQuery'), 'presence_per_query/1'),
    citationPresence: meanOfTallies(over('citation'), 'citation_presence/1'),
    outcomes: seen.outcomes(brand.id),
    positions: positionsOf(named.map(({ as }) => as)),
    prominence: prominence(named),
    wordShare: words.figure(brand.id),
    recommendation: recommendation(named, brand.id),
    bySurface: surfaces.map(presenceSlice),
    byRegion: regions.map(presenceSlice),
    ambiguous: ambiguous(slices, brand.id),
    quotes: quotes(named, brand.id),
  };
}

const plain: Within = (rule) => rule;
/** What was shown for another region says nothing about this one. */
const honoured: Within = (rule) => (observation, hit) =>
  observation.regionHonoured ? rule(observation, hit) : ELSEWHERE;

const ELSEWHERE: Counted = { counts: false, why: 'region_not_honoured' };

interface OfSlice {
  slice: Slice;
  tallies: BrandTallies;
}

function presenceSlice({ slice: { slice, coverage, missing }, tallies }: OfSlice): PresenceSlice {
  return {
    ...{ slice, presence: tallyFigure(tallies.presence, 'presence/1') },
    presencePerQuery: tallyFigure(tallies.presencePerQuery, 'presence_per_query/1'),
    citationPresence: tallyFigure(tallies.citation, 'citation_presence/1'),
    bounds: boundsOf(coverage, tallies.presence.prompts, missing),
    quality: qualityOf(coverage.completeness),
  };
}

function prominence(named: readonly NamedIn[]): Figure {
  const measured = named.flatMap(({ seen: { promptId, textLength }, as: { first } }) =>
    textLength === 0 ? [] : [{ promptId, value: 1 - first.start / textLength }],
  );
  return meanFigure(measured, 'prominence/1', {});
}

function recommendation(named: readonly NamedIn[], brandId: string): BrandMetrics['recommendation'] {
  const [first, heading, table, card] = [
    new TallyCounts(),
    new TallyCounts(),
    new TallyCounts(),
    new TallyCounts(),
  ];
  for (const { seen, as } of named) {
    const { promptId, productCards } = seen;
    first.add(promptId, { counts: true, hit: as.fromList && as.place === 1 });
    heading.add(promptId, { counts: true, hit: as.inHeading });
    table.add(promptId, { counts: true, hit: as.inTable });
    card.add(promptId, { counts: true, hit: productCards.includes(brandId) });
  }
  return {
    firstInList: tallyFigure(first, 'first_in_list/1'),
    inHeading: tallyFigure(heading, 'in_heading/1'),
    inTable: tallyFigure(table, 'in_table/1'),
    productCard: tallyFigure(card, 'product_card/1'),
  };
}

function ambiguous({ seen, bySurface }: ReportSlices, brandId: string): BrandMetrics['ambiguous'] {
  const perhaps = seen.perhaps(brandId);
  if (perhaps.size === 0) return { observations: 0, presenceIfCounted: null };
  const tallies = bySurface.map(({ group }) =>
    tally(group, (own) => presence(own, own.mentioned.has(brandId) || perhaps.has(own))),
  );
  return { observations: perhaps.size, presenceIfCounted: meanOfTallies(tallies, 'presence/1').value };
}

function quotes(named: readonly NamedIn[], brandId: string): BrandMetrics['quotes'] {
  const texts = new Set<string>();
  const chosen: BrandMetrics['quotes'] = [];
  for (const {
    seen: { id, sentences },
  } of named) {
    const sentence = sentences.find((own) => own.brandId === brandId && !texts.has(own.text));
    if (sentence === undefined) continue;
    texts.add(sentence.text);
    chosen.push({ observationId: id, text: sentence.text });
    if (chosen.length === QUOTES) break;
  }
  return chosen;
}
