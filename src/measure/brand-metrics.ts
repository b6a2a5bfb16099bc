import type { Brand } from '../contract/brand-book.ts';
import { boundsOf, type Coverage, coverageOf, qualityOf } from './completeness.ts';
import {
  type Counted,
  citation,
  isTelling,
  presence,
  presencePerQuery,
  type ReadObservation,
} from './eligibility.ts';
import type { Figure } from './figure.ts';
import { meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { type NamedBrand, positionsOf } from './positions.ts';
import type { BrandMetrics, FourOutcomes, PresenceSlice } from './report-metrics.ts';
import { meanOfTallies, shareFigure, type Tally, TallyCounts, tally, tallyFigure } from './share-figure.ts';
import { WordShares } from './word-shares.ts';

/** Quotes shown per brand, each from another observation. */
const QUOTES = 10;

/** The figures of a brand that come from counting its own mentions and citations. */
export type CountedMetrics = Omit<BrandMetrics, 'sovPresence' | 'sovMentions' | 'terms' | 'factCheck'>;

/** Observations put together once for all brands. */
export interface ReportSlices {
  all: readonly ReadObservation[];
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
}

export function slicesOf(all: readonly ReadObservation[]): ReportSlices {
  const grouped = (key: (observation: ReadObservation) => string): Slice[] =>
    [...Map.groupBy(all, key)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([slice, group]) => ({
        slice,
        group,
        coverage: coverageOf(group),
        missing: missingByPrompt(group),
      }));
  return {
    ...{ all, bySurface: grouped(({ surface }) => surface), byRegion: grouped(({ region }) => region) },
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
  const { all, bySurface, byRegion, words } = slices;
  const surfaces = bySurface.map((slice) => sliceTallies(slice, brand.id, plain));
  const regions = byRegion.map((slice) => sliceTallies(slice, brand.id, honoured));
  const named = namedIn(all, brand.id);
  const over = (kind: keyof SliceTallies['tallies']): Tally[] => surfaces.map(({ tallies }) => tallies[kind]);
  return {
    ...{ brandId: brand.id, name: brand.name, own: brand.own },
    presence: meanOfTallies(over('presence'), 'presence/1'),
    presencePerQuery: meanOfTallies(over('presencePerQuery'), 'presence_per_query/1'),
    citationPresence: meanOfTallies(over('citation'), 'citation_presence/1'),
    outcomes: fourOutcomes(all, brand.id),
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

type Rule = (observation: Observation, seen: boolean) => Counted;

const mentions = ({ mentioned }: ReadObservation, brandId: string): boolean => mentioned.has(brandId);
const cites = ({ citedBrands }: ReadObservation, brandId: string): boolean => citedBrands.has(brandId);

const plain = (rule: Rule): Rule => rule;
/** What was shown for another region says nothing about this one. */
const honoured =
  (rule: Rule): Rule =>
  (observation, hit) =>
    observation.regionHonoured ? rule(observation, hit) : ELSEWHERE;

const ELSEWHERE: Counted = { counts: false, why: 'region_not_honoured' };

interface SliceTallies extends Slice {
  tallies: { presence: Tally; presencePerQuery: Tally; citation: Tally };
}

function sliceTallies(slice: Slice, brandId: string, within: (rule: Rule) => Rule): SliceTallies {
  const [inAnswers, inQueries, inSources] = [new TallyCounts(), new TallyCounts(), new TallyCounts()];
  const [given, perQuery, cited] = [within(presence), within(presencePerQuery), within(citation)];
  for (const observation of slice.group) {
    const { promptId } = observation;
    const mentioned = mentions(observation, brandId);
    inAnswers.add(promptId, given(observation, mentioned));
    inQueries.add(promptId, perQuery(observation, mentioned));
    inSources.add(promptId, cited(observation, cites(observation, brandId)));
  }
  return { ...slice, tallies: { presence: inAnswers, presencePerQuery: inQueries, citation: inSources } };
}

function presenceSlice({ slice, coverage, missing, tallies }: SliceTallies): PresenceSlice {
  return {
    ...{ slice, presence: tallyFigure(tallies.presence, 'presence/1') },
    presencePerQuery: tallyFigure(tallies.presencePerQuery, 'presence_per_query/1'),
    citationPresence: tallyFigure(tallies.citation, 'citation_presence/1'),
    bounds: boundsOf(coverage, tallies.presence.prompts, missing),
    quality: qualityOf(coverage.completeness),
  };
}

const answerShown = ({ outcome }: Observation): boolean =>
  outcome === 'answered' || outcome === 'answered_partially';

/** Over whole answers, where both mention and citation can be told; the four sum to `n`. */
export function fourOutcomes(observations: readonly ReadObservation[], brandId: string): FourOutcomes {
  const outcomes = { mentionedAndCited: 0, mentionedOnly: 0, citedOnly: 0, neither: 0, n: 0 };
  for (const observation of observations) {
    if (observation.outcome !== 'answered') continue;
    outcomes.n++;
    const mentioned = observation.mentioned.has(brandId);
    if (observation.citedBrands.has(brandId)) outcomes[mentioned ? 'mentionedAndCited' : 'citedOnly']++;
    else outcomes[mentioned ? 'mentionedOnly' : 'neither']++;
  }
  return outcomes;
}

/** An answer shown that names the brand, and how. */
interface NamedIn {
  seen: ReadObservation;
  as: NamedBrand;
}

function namedIn(all: readonly ReadObservation[], brandId: string): NamedIn[] {
  const named: NamedIn[] = [];
  for (const seen of all) {
    const as = seen.mentioned.get(brandId);
    if (as !== undefined && answerShown(seen)) named.push({ seen, as });
  }
  return named;
}

function prominence(named: readonly NamedIn[]): Figure {
  const measured = named.flatMap(({ seen: { promptId, textLength }, as: { first } }) =>
    textLength === 0 ? [] : [{ promptId, value: 1 - first.start / textLength }],
  );
  return meanFigure(measured, 'prominence/1', {});
}

function recommendation(named: readonly NamedIn[], brandId: string): BrandMetrics['recommendation'] {
  const share = (method: string, holds: (own: NamedIn) => boolean): Figure => {
    const held = new Set(named.filter(holds).map(({ seen }) => seen));
    return shareFigure(
      named.map(({ seen }) => seen),
      (seen) => ({ counts: true, hit: held.has(seen) }),
      method,
    );
  };
  return {
    firstInList: share('first_in_list/1', ({ as }) => as.fromList && as.place === 1),
    inHeading: share('in_heading/1', ({ as }) => as.inHeading),
    inTable: share('in_table/1', ({ as }) => as.inTable),
    productCard: share('product_card/1', ({ seen }) => seen.productCards.includes(brandId)),
  };
}

function ambiguous({ all, bySurface }: ReportSlices, brandId: string): BrandMetrics['ambiguous'] {
  const perhaps = (seen: ReadObservation): boolean => seen.doubtful.has(brandId) && !mentions(seen, brandId);
  const observations = all.filter((seen) => perhaps(seen) && answerShown(seen)).length;
  if (observations === 0) return { observations, presenceIfCounted: null };
  const tallies = bySurface.map(({ group }) =>
    tally(group, (seen) => presence(seen, mentions(seen, brandId) || perhaps(seen))),
  );
  return { observations, presenceIfCounted: meanOfTallies(tallies, 'presence/1').value };
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
