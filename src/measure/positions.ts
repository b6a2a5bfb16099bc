import { median } from './mean-figure.ts';
import type { Observation, SeenMention } from './observation.ts';
import type { Positions } from './report-metrics.ts';

/** Places told apart; the others are `later`. */
const PLACES = 10;

const counts = (mention: SeenMention): boolean => mention.kind === 'mention';

/** The brand's first counted mention, or undefined. Mentions are in order of their offsets. */
export function firstMention(observation: Observation, brandId: string): SeenMention | undefined {
  return observation.mentions.find((mention) => counts(mention) && mention.brandId === brandId);
}

/** Brands in order of their first counted mention. */
function brandOrder(observation: Observation): string[] {
  return [...new Set(observation.mentions.filter(counts).map(({ brandId }) => brandId))];
}

/** The place in the list where the first mention stands in a ranking, else the order among the brands named. */
export function positionOf(
  observation: Observation,
  brandId: string,
): { place: number; fromList: boolean } | undefined {
  const first = firstMention(observation, brandId);
  if (first === undefined) return undefined;
  if (first.listRank !== null) return { place: first.listRank, fromList: true };
  return { place: brandOrder(observation).indexOf(brandId) + 1, fromList: false };
}

/** Median and distribution over observations with a mention; absent ones are never averaged in (C.3). */
export function positionsOf(observations: readonly Observation[], brandId: string): Positions {
  const positions = observations.flatMap((observation) => positionOf(observation, brandId) ?? []);
  const places = positions.map(({ place }) => place);
  return {
    n: places.length,
    median: median(places),
    distribution: Array.from(
      { length: PLACES },
      (_, index) => places.filter((place) => place === index + 1).length,
    ),
    later: places.filter((place) => place > PLACES).length,
    fromLists: positions.filter(({ fromList }) => fromList).length,
  };
}
