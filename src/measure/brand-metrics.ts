import type { Brand } from '../contract/brand-book.ts';
import { boundsOf, completenessOf, qualityOf } from './completeness.ts';
import { type Counted, citation, presence, presencePerQuery, type ReadObservation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { firstMention, positionOf, positionsOf } from './positions.ts';
import type { BrandMetrics, FourOutcomes, PresenceSlice } from './report-metrics.ts';
import { meanOfTallies, shareFigure, type Tally, tally, tallyFigure } from './share-figure.ts';

/** Quotes shown per brand, each from another observation. */
const QUOTES = 10;

/** The figures of a brand that come from counting its own mentions and citations. */
export type CountedMetrics = Omit<BrandMetrics, 'sovPresence' | 'sovMentions' | 'terms' | 'factCheck'>;

/** Observations put together once for all brands. */
export interface ReportSlices {
  all: readonly ReadObservation[];
  bySurface: readonly (readonly [string, readonly ReadObservation[]])[];
  byRegion: readonly (readonly [string, readonly ReadObservation[]])[];
}

export function slicesOf(all: readonly ReadObservation[]): ReportSlices {
  const grouped = (key: (observation: ReadObservation) => string): [string, ReadObservation[]][] =>
    [...Map.groupBy(all, key)].sort(([a], [b]) => (a < b ? -1 : 1));
  return { all, bySurface: grouped(({ surface }) => surface), byRegion: grouped(({ region }) => region) };
}

export function brandMetrics(brand: Brand, { all, bySurface, byRegion }: ReportSlices): CountedMetrics {
  const surfaces = bySurface.map(([slice, group]) => sliceTallies(slice, group, brand.id, plain));
  const regions = byRegion.map(([slice, group]) => sliceTallies(slice, group, brand.id, honoured));
  const named = all.filter((observation) => answerShown(observation) && mentions(observation, brand.id));
  const over = (kind: keyof SliceTallies['tallies']): Tally[] => surfaces.map(({ tallies }) => tallies[kind]);
  return {
    ...{ brandId: brand.id, name: brand.name, own: brand.own },
    presence: meanOfTallies(over('presence'), 'presence/1'),
    presencePerQuery: meanOfTallies(over('presencePerQuery'), 'presence_per_query/1'),
    citationPresence: meanOfTallies(over('citation'), 'citation_presence/1'),
    outcomes: fourOutcomes(all, brand.id),
    positions: positionsOf(named, brand.id),
    prominence: prominence(named, brand.id),
    wordShare: wordShare(all, brand.id),
    recommendation: recommendation(named, brand.id),
    bySurface: surfaces.map(presenceSlice),
    byRegion: regions.map(presenceSlice),
    ambiguous: ambiguous(bySurface, brand.id),
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
    observation.regionHonoured ? rule(observation, hit) : { counts: false, why: 'region_not_honoured' };

interface SliceTallies {
  slice: string;
  group: readonly ReadObservation[];
  tallies: { presence: Tally; presencePerQuery: Tally; citation: Tally };
}

function sliceTallies(
  slice: string,
  group: readonly ReadObservation[],
  brandId: string,
  within: (rule: Rule) => Rule,
): SliceTallies {
  const count = (rule: Rule, sees: typeof mentions): Tally => {
    const counted = within(rule);
    return tally(group, (observation) => counted(observation, sees(observation, brandId)));
  };
  return {
    ...{ slice, group },
    tallies: {
      presence: count(presence, mentions),
      presencePerQuery: count(presencePerQuery, mentions),
      citation: count(citation, cites),
    },
  };
}

function presenceSlice({ slice, group, tallies }: SliceTallies): PresenceSlice {
  const present = tallyFigure(tallies.presence, 'presence/1');
  return {
    ...{ slice, presence: present },
    presencePerQuery: tallyFigure(tallies.presencePerQuery, 'presence_per_query/1'),
    citationPresence: tallyFigure(tallies.citation, 'citation_presence/1'),
    bounds: boundsOf(group, present),
    quality: qualityOf(completenessOf(group)),
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

function prominence(named: readonly ReadObservation[], brandId: string): Figure {
  const measured = named.flatMap((observation) => {
    const first = firstMention(observation, brandId);
    if (first === undefined || observation.textLength === 0) return [];
    return [{ promptId: observation.promptId, value: 1 - first.start / observation.textLength }];
  });
  return meanFigure(measured, 'prominence/1', {});
}

function wordShare(observations: readonly ReadObservation[], brandId: string): Figure {
  const measured = observations
    .filter(({ outcome, words }) => outcome === 'answered' && words.total > 0)
    .map(({ promptId, words }) => ({ promptId, value: (words.byBrand[brandId] ?? 0) / words.total }));
  return meanFigure(measured, 'word_share/1', {});
}

function recommendation(named: readonly ReadObservation[], brandId: string): BrandMetrics['recommendation'] {
  const share = (method: string, holds: (observation: ReadObservation) => boolean): Figure =>
    shareFigure(named, (observation) => ({ counts: true, hit: holds(observation) }), method);
  const stands = (where: 'heading' | 'table') => (observation: ReadObservation) =>
    observation.mentions.some(
      (mention) => mention.brandId === brandId && mention.kind === 'mention' && mention.where === where,
    );
  return {
    firstInList: share('first_in_list/1', (observation) => {
      const position = positionOf(observation, brandId);
      return position?.fromList === true && position.place === 1;
    }),
    inHeading: share('in_heading/1', stands('heading')),
    inTable: share('in_table/1', stands('table')),
    productCard: share('product_card/1', ({ productCards }) => productCards.includes(brandId)),
  };
}

function ambiguous(bySurface: ReportSlices['bySurface'], brandId: string): BrandMetrics['ambiguous'] {
  const doubtful = (observation: ReadObservation): boolean =>
    observation.mentions.some((mention) => mention.brandId === brandId && mention.kind === 'ambiguous');
  let onlyDoubtful = 0;
  const tallies = bySurface.map(([, group]) =>
    tally(group, (observation) => {
      const certain = mentions(observation, brandId);
      const perhaps = !certain && doubtful(observation);
      if (perhaps && answerShown(observation)) onlyDoubtful++;
      return presence(observation, certain || perhaps);
    }),
  );
  if (onlyDoubtful === 0) return { observations: 0, presenceIfCounted: null };
  return { observations: onlyDoubtful, presenceIfCounted: meanOfTallies(tallies, 'presence/1').value };
}

function quotes(named: readonly ReadObservation[], brandId: string): BrandMetrics['quotes'] {
  const texts = new Set<string>();
  const chosen: BrandMetrics['quotes'] = [];
  for (const { id, sentences } of named) {
    const sentence = sentences.find((own) => own.brandId === brandId && !texts.has(own.text));
    if (sentence === undefined) continue;
    texts.add(sentence.text);
    chosen.push({ observationId: id, text: sentence.text });
    if (chosen.length === QUOTES) break;
  }
  return chosen;
}
