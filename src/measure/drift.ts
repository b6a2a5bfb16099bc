import { citation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { jaccardDistance } from './jaccard.ts';
import { FEWEST_PROMPTS_FOR_T, mean, meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { rankDistance } from './rank-overlap.ts';
import { cellsOf, FEWEST_PAIRS } from './stability.ts';
import { tQuantile975 } from './student-t.ts';
import type { Interval } from './wilson.ts';

/** How far the answers of two periods lie apart, beyond how far replicates of one period do. */
export interface Drift {
  /** Mean of 1 − Jaccard of the cited domains over all pairs across the periods, of the same cell. */
  between: Figure;
  /** The same over pairs of replicates within a period. */
  within: Figure;
  /** Prompts with a cell of which both are known: the drift is reckoned over those cells. */
  prompts: number;
  /** Mean over prompts of their cells' between − within. Null when no cell has both. */
  value: number | null;
  /** 95 %, Student's over prompts; null below ten prompts or twenty pairs within the periods. */
  interval: Interval | null;
  /** True when the interval lies above 0, which is a change; false: noise may be all of it. Null without an interval. */
  changed: boolean | null;
}

interface Distance {
  /** Prompt, surface and region. */
  cell: string;
  promptId: string;
  value: number;
}

/** What of the cited domains is compared: which they are (Jaccard), or their order (rank-biased overlap). */
export type DriftOf = 'domains' | 'order';

const METHODS = { domains: 'volatility', order: 'order_volatility' } as const;

/** Sources that changed between two periods, with the noise of one period taken off (specs/analysis.md C.3). Pure. */
export function driftOf(
  before: readonly Observation[],
  after: readonly Observation[],
  of: DriftOf = 'domains',
): Drift {
  const earlier = cellMap(before);
  const later = cellMap(after);
  const distance = distanceOf(of);
  const between = [...earlier].flatMap(([key, sets]) =>
    sets.flatMap((one) => (later.get(key) ?? []).flatMap((other) => distance(key, one, other))),
  );
  const within = [earlier, later].flatMap((period) =>
    [...period].flatMap(([key, sets]) =>
      sets.flatMap((one, index) => sets.slice(index + 1).flatMap((other) => distance(key, one, other))),
    ),
  );
  return {
    between: meanFigure(between, `${METHODS[of]}_between/1`, {}),
    within: meanFigure(within, `${METHODS[of]}_within/1`, {}),
    ...excess(between, within),
  };
}

/**
 * What of the distance across periods is more than the distance within them, cell by cell: a surface without replicates
 * has no noise to take off, and that of another one is not its own.
 */
function excess(
  between: readonly Distance[],
  within: readonly Distance[],
): Pick<Drift, 'prompts' | 'value' | 'interval' | 'changed'> {
  const noise = meansBy(within, ({ cell }) => cell);
  const promptOf = new Map(between.map(({ cell, promptId }) => [cell, promptId]));
  const cells = [...meansBy(between, ({ cell }) => cell)].flatMap(([cell, own]) => {
    const floor = noise.get(cell);
    return floor === undefined ? [] : [{ cell, promptId: promptOf.get(cell) ?? cell, value: own - floor }];
  });
  const differences = [...meansBy(cells, ({ promptId }) => promptId).values()];
  const prompts = differences.length;
  if (prompts === 0) return { prompts, value: null, interval: null, changed: null };
  const value = mean(differences);
  if (prompts < FEWEST_PROMPTS_FOR_T || within.length < FEWEST_PAIRS) {
    return { prompts, value, interval: null, changed: null };
  }
  const variance = differences.reduce((total, own) => total + (own - value) ** 2, 0) / (prompts - 1);
  const half = tQuantile975(prompts - 1) * Math.sqrt(variance / prompts);
  const interval = { low: value - half, high: value + half };
  return { prompts, value, interval, changed: interval.low > ROUNDING };
}

/** Means of the same numbers in another order differ in the last digits, which is no change. */
const ROUNDING = 1e-9;

function meansBy(distances: readonly Distance[], key: (distance: Distance) => string): Map<string, number> {
  const groups = Map.groupBy(distances, key);
  return new Map([...groups].map(([own, group]) => [own, mean(group.map(({ value }) => value))]));
}

function cellMap(observations: readonly Observation[]): Map<string, string[][]> {
  const cells = cellsOf(observations.filter((observation) => citation(observation, true).counts));
  return new Map(
    cells.flatMap((cell): [string, string[][]][] => {
      const [first] = cell;
      if (first === undefined) return [];
      return [[`${first.promptId}\n${first.surface}\n${first.region}`, cell.map(citedInOrder)]];
    }),
  );
}

/** Cited domains, each where it is cited first; what has no position comes last. */
function citedInOrder({ sources }: Observation): string[] {
  const comparable = (position: number | null): number => position ?? Number.MAX_SAFE_INTEGER;
  const cited = sources
    .filter((source) => source.cited && source.domain !== null)
    .sort((a, b) => comparable(a.position) - comparable(b.position) || a.sourceId - b.sourceId);
  return [...new Set(cited.flatMap(({ domain }) => domain ?? []))];
}

function distanceOf(of: DriftOf) {
  return (cell: string, one: readonly string[], other: readonly string[]): Distance[] => {
    if (one.length + other.length === 0) return [];
    const promptId = cell.split('\n')[0] ?? cell;
    const value = of === 'order' ? rankDistance(one, other) : jaccardDistance(new Set(one), new Set(other));
    return [{ cell, promptId, value }];
  };
}
