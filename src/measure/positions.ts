import { median } from './mean-figure.ts';
import type { Observation, SeenMention } from './observation.ts';
import type { Positions } from './report-metrics.ts';

/** Places told apart; the others are `later`. */
const PLACES = 10;

/** What an answer's counted mentions of a brand say together. */
export interface NamedBrand {
  /** Counted mentions. */
  mentions: number;
  first: SeenMention;
  /** The place in the list where the first mention stands in a ranking, else the order among the brands named. */
  place: number;
  fromList: boolean;
  inHeading: boolean;
  inTable: boolean;
}

const NONE: ReadonlyMap<string, NamedBrand> = new Map();

/** Brands with a counted mention, in order of the first; mentions are in order of their offsets. */
export function namedBrands(mentions: readonly SeenMention[]): ReadonlyMap<string, NamedBrand> {
  let named: Map<string, NamedBrand> | undefined;
  for (const mention of mentions) {
    if (mention.kind !== 'mention') continue;
    named ??= new Map();
    const known = named.get(mention.brandId) ?? firstNamed(mention, named.size + 1);
    known.mentions++;
    known.inHeading ||= mention.where === 'heading';
    known.inTable ||= mention.where === 'table';
    named.set(mention.brandId, known);
  }
  return named ?? NONE;
}

function firstNamed(first: SeenMention, order: number): NamedBrand {
  const { listRank } = first;
  return {
    ...{ mentions: 0, first, place: listRank ?? order, fromList: listRank !== null },
    ...{ inHeading: false, inTable: false },
  };
}

/** Where a brand stands in an answer; undefined when it does not count as named. */
export function positionOf(
  observation: Observation,
  brandId: string,
): { place: number; fromList: boolean } | undefined {
  const named = namedBrands(observation.mentions).get(brandId);
  return named && { place: named.place, fromList: named.fromList };
}

/** Median and distribution over observations with a mention; absent ones are never averaged in (C.3). */
export function positionsOf(named: readonly Pick<NamedBrand, 'place' | 'fromList'>[]): Positions {
  const places = named.map(({ place }) => place);
  return {
    n: places.length,
    median: median(places),
    distribution: Array.from(
      { length: PLACES },
      (_, index) => places.filter((place) => place === index + 1).length,
    ),
    later: places.filter((place) => place > PLACES).length,
    fromLists: named.filter(({ fromList }) => fromList).length,
  };
}
