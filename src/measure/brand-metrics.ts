import type { Brand } from '../contract/brand-book.ts';
import { boundsOf, completenessOf, qualityOf } from './completeness.ts';
import { type Counted, citation, cites, mentions, presence, presencePerQuery } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { firstMention, positionOf, positionsOf } from './positions.ts';
import type { BrandMetrics, FourOutcomes, PresenceSlice } from './report-metrics.ts';
import { meanOfShares, shareFigure } from './share-figure.ts';

/** Quotes shown per brand, each from another observation. */
const QUOTES = 10;

/** The figures of a brand that come from counting its own mentions and citations. */
export type CountedMetrics = Omit<BrandMetrics, 'sovPresence' | 'sovMentions' | 'terms' | 'factCheck'>;

export function brandMetrics(brand: Brand, observations: readonly Observation[]): CountedMetrics {
  const bySurface = [...Map.groupBy(observations, ({ surface }) => surface).values()];
  const present = seen(brand.id, presence, mentions);
  const perQuery = seen(brand.id, presencePerQuery, mentions);
  const cited = seen(brand.id, citation, cites);
  return {
    ...{ brandId: brand.id, name: brand.name, own: brand.own },
    presence: meanOfShares(bySurface, present, 'presence/1'),
    presencePerQuery: meanOfShares(bySurface, perQuery, 'presence_per_query/1'),
    citationPresence: meanOfShares(bySurface, cited, 'citation_presence/1'),
    outcomes: fourOutcomes(observations, brand.id),
    positions: positionsOf(observations.filter(answerShown), brand.id),
    prominence: prominence(observations, brand.id),
    wordShare: wordShare(observations, brand.id),
    recommendation: recommendation(observations, brand.id),
    bySurface: slices(observations, ({ surface }) => surface, brand.id),
    byRegion: slices(observations, ({ region }) => region, brand.id),
    ambiguous: ambiguous(bySurface, brand.id),
    quotes: quotes(observations, brand.id),
  };
}

type Rule = (observation: Observation, seen: boolean) => Counted;

function seen(
  brandId: string,
  rule: Rule,
  sees: (observation: Observation, brandId: string) => boolean,
): (observation: Observation) => Counted {
  return (observation) => rule(observation, sees(observation, brandId));
}

const answerShown = ({ outcome }: Observation): boolean =>
  outcome === 'answered' || outcome === 'answered_partially';

function slices(
  observations: readonly Observation[],
  key: (observation: Observation) => string,
  brandId: string,
): PresenceSlice[] {
  const groups = [...Map.groupBy(observations, key)].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.map(([slice, group]) => {
    const byRegion = group[0] !== undefined && key(group[0]) === group[0].region;
    const honoured = (rule: Rule): Rule =>
      byRegion
        ? (observation, hit) =>
            observation.regionHonoured
              ? rule(observation, hit)
              : { counts: false, why: 'region_not_honoured' }
        : rule;
    const present = shareFigure(group, seen(brandId, honoured(presence), mentions), 'presence/1');
    return {
      slice,
      presence: present,
      presencePerQuery: shareFigure(
        group,
        seen(brandId, honoured(presencePerQuery), mentions),
        'presence_per_query/1',
      ),
      citationPresence: shareFigure(group, seen(brandId, honoured(citation), cites), 'citation_presence/1'),
      bounds: boundsOf(group, present),
      quality: qualityOf(completenessOf(group)),
    };
  });
}

/** Over whole answers, where both mention and citation can be told; the four sum to `n`. */
function fourOutcomes(observations: readonly Observation[], brandId: string): FourOutcomes {
  const outcomes = { mentionedAndCited: 0, mentionedOnly: 0, citedOnly: 0, neither: 0, n: 0 };
  for (const observation of observations) {
    if (observation.outcome !== 'answered') continue;
    outcomes.n++;
    const mentioned = mentions(observation, brandId);
    if (cites(observation, brandId)) outcomes[mentioned ? 'mentionedAndCited' : 'citedOnly']++;
    else outcomes[mentioned ? 'mentionedOnly' : 'neither']++;
  }
  return outcomes;
}

function prominence(observations: readonly Observation[], brandId: string): Figure {
  const measured = observations.filter(answerShown).flatMap((observation) => {
    const first = firstMention(observation, brandId);
    if (first === undefined || observation.textLength === 0) return [];
    return [{ promptId: observation.promptId, value: 1 - first.start / observation.textLength }];
  });
  return meanFigure(measured, 'prominence/1', {});
}

function wordShare(observations: readonly Observation[], brandId: string): Figure {
  const measured = observations
    .filter(({ outcome, words }) => outcome === 'answered' && words.total > 0)
    .map(({ promptId, words }) => ({ promptId, value: (words.byBrand[brandId] ?? 0) / words.total }));
  return meanFigure(measured, 'word_share/1', {});
}

function recommendation(
  observations: readonly Observation[],
  brandId: string,
): BrandMetrics['recommendation'] {
  const named = observations.filter(
    (observation) => answerShown(observation) && mentions(observation, brandId),
  );
  const share = (method: string, holds: (observation: Observation) => boolean): Figure =>
    shareFigure(named, (observation) => ({ counts: true, hit: holds(observation) }), method);
  const stands = (where: 'heading' | 'table') => (observation: Observation) =>
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

function ambiguous(
  bySurface: readonly (readonly Observation[])[],
  brandId: string,
): BrandMetrics['ambiguous'] {
  const doubtful = (observation: Observation): boolean =>
    observation.mentions.some((mention) => mention.brandId === brandId && mention.kind === 'ambiguous');
  const onlyDoubtful = bySurface
    .flat()
    .filter(
      (observation) => answerShown(observation) && doubtful(observation) && !mentions(observation, brandId),
    );
  if (onlyDoubtful.length === 0) return { observations: 0, presenceIfCounted: null };
  const counted = meanOfShares(
    bySurface,
    (observation) => presence(observation, mentions(observation, brandId) || doubtful(observation)),
    'presence/1',
  );
  return { observations: onlyDoubtful.length, presenceIfCounted: counted.value };
}

function quotes(observations: readonly Observation[], brandId: string): BrandMetrics['quotes'] {
  const texts = new Set<string>();
  const chosen: BrandMetrics['quotes'] = [];
  for (const { id, sentences } of observations) {
    const sentence = sentences.find((own) => own.brandId === brandId && !texts.has(own.text));
    if (sentence === undefined) continue;
    texts.add(sentence.text);
    chosen.push({ observationId: id, text: sentence.text });
    if (chosen.length === QUOTES) break;
  }
  return chosen;
}
