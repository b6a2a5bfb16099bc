import type { PromptRuns } from './clustered-share.ts';
import { clusteredShare } from './clustered-share.ts';
import { citation, presence, type ReadObservation } from './eligibility.ts';
import { jaccardDistance } from './jaccard.ts';
import { meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { quantile } from './ratio-figures.ts';
import type { Stability } from './report-metrics.ts';
import { seededDraw } from './seeded-draw.ts';
import { tally } from './share-figure.ts';

/** Random halvings behind the noise floor. */
const HALVINGS = 200;
/** Fewer pairs say nothing about how answers vary (specs/analysis.md C.4, minimums). */
export const FEWEST_PAIRS = 20;

/** The replicates of one question on one surface in one region. */
export function cellsOf<Seen extends Observation>(observations: readonly Seen[]): Seen[][] {
  const key = ({ promptId, surface, region }: Seen): string => `${promptId}\n${surface}\n${region}`;
  return [...Map.groupBy(observations, key).values()];
}

/** The domains an answer cites. */
export function citedDomainSet(observation: Observation): Set<string> {
  return new Set(
    observation.sources.flatMap(({ cited, domain }) => (cited && domain !== null ? [domain] : [])),
  );
}

/** How much the replicates of one cell differ, and how large a change must be to be more than that. */
export function stabilityOf(
  observations: readonly ReadObservation[],
  ownBrandId: string | null,
  seed: string,
): Stability {
  const pairs = cellsOf(observations).flatMap(pairDistances);
  const defined = pairs.flatMap(({ promptId, value }) => (value === null ? [] : [{ promptId, value }]));
  const undefinedPairs = pairs.length - defined.length;
  const within = meanFigure(
    defined,
    'volatility_within/1',
    undefinedPairs === 0 ? {} : { both_cite_nothing: undefinedPairs },
  );
  const runs = ownBrandId === null ? [] : presenceRuns(observations, ownBrandId);
  const repeated = runs.length > 1 && runs.every((prompt) => prompt.runs > 1);
  return {
    withinDistance:
      defined.length < FEWEST_PAIRS && within.value !== null
        ? { ...within, ciCategory: null, reason: 'too_few_pairs' }
        : within,
    pairs: defined.length,
    undefinedPairs,
    noiseFloor: ownBrandId === null ? null : noiseFloor(observations, ownBrandId, seed),
    icc: repeated ? clusteredShare(runs).correlation : null,
  };
}

function presenceRuns(observations: readonly ReadObservation[], brandId: string): PromptRuns[] {
  const { prompts } = tally(observations, (observation) =>
    presence(observation, observation.mentioned.has(brandId)),
  );
  return [...prompts.values()];
}

function pairDistances(cell: readonly Observation[]): { promptId: string; value: number | null }[] {
  const sets = cell
    .filter((observation) => citation(observation, true).counts)
    .map((observation) => ({ promptId: observation.promptId, domains: citedDomainSet(observation) }));
  return sets.flatMap(({ promptId, domains }, index) =>
    sets.slice(index + 1).map((other) => ({
      promptId,
      value: domains.size + other.domains.size === 0 ? null : jaccardDistance(domains, other.domains),
    })),
  );
}

/**
 * How far two halves of the same captures lie apart by chance: 95th percentile of |x₁ − x₂| · √½ over 200 random
 * halvings of every cell's replicates. The factor brings halves back to the size of the whole. Null where no cell has
 * two observations that count.
 */
export function noiseFloor(
  observations: readonly ReadObservation[],
  brandId: string,
  seed: string,
): number | null {
  const cells = cellsOf(observations)
    .map((cell) =>
      cell.flatMap((observation): number[] => {
        const verdict = presence(observation, observation.mentioned.has(brandId));
        return verdict.counts ? [verdict.hit ? 1 : 0] : [];
      }),
    )
    .filter((cell) => cell.length > 1);
  if (cells.length === 0) return null;
  const draw = seededDraw(`${seed} noise`);
  const shuffled = new Uint8Array(cells.reduce((most, cell) => Math.max(most, cell.length), 0));
  const differences = Array.from({ length: HALVINGS }, () => {
    let difference = 0;
    for (const cell of cells) difference += halvesApart(cell, draw, shuffled);
    return Math.abs(difference / cells.length) * Math.SQRT1_2;
  });
  return quantile(
    differences.sort((a, b) => a - b),
    0.95,
  );
}

/** Mean of a random half less the mean of the other; an odd one out is left out. `shuffled`: room to shuffle in. */
function halvesApart(cell: readonly number[], draw: () => number, shuffled: Uint8Array): number {
  for (let index = 0; index < cell.length; index++) shuffled[index] = cell[index] ?? 0;
  for (let index = cell.length - 1; index > 0; index--) {
    const other = Math.floor(draw() * (index + 1));
    const value = shuffled[index] ?? 0;
    shuffled[index] = shuffled[other] ?? 0;
    shuffled[other] = value;
  }
  const half = Math.floor(cell.length / 2);
  let difference = 0;
  for (let index = 0; index < half; index++) {
    difference += (shuffled[index] ?? 0) - (shuffled[half + index] ?? 0);
  }
  return difference / half;
}
