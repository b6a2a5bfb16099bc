import { citation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { jaccardDistance } from './jaccard.ts';
import { meanFigure } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import { cellsOf, citedDomainSet } from './stability.ts';

/** How far the answers of two periods lie apart, beyond how far replicates of one period do. */
export interface Drift {
  /** Mean of 1 − Jaccard of the cited domains over all pairs across the periods, of the same cell. */
  between: Figure;
  /** The same over pairs of replicates within a period. */
  within: Figure;
  /** between − within; above 0 beyond its interval is a change, anything else noise. Null when either is not measured. */
  value: number | null;
}

/** Sources that changed between two periods, with the noise of one period taken off (specs/analysis.md C.3). Pure. */
export function driftOf(before: readonly Observation[], after: readonly Observation[]): Drift {
  const earlier = cellMap(before);
  const later = cellMap(after);
  const between = [...earlier].flatMap(([key, sets]) =>
    sets.flatMap((one) => (later.get(key) ?? []).flatMap((other) => distance(key, one, other))),
  );
  const within = [earlier, later].flatMap((period) =>
    [...period].flatMap(([key, sets]) =>
      sets.flatMap((one, index) => sets.slice(index + 1).flatMap((other) => distance(key, one, other))),
    ),
  );
  const betweenFigure = meanFigure(between, 'volatility_between/1', {});
  const withinFigure = meanFigure(within, 'volatility_within/1', {});
  const measured = betweenFigure.value !== null && withinFigure.value !== null;
  return {
    between: betweenFigure,
    within: withinFigure,
    value: measured ? (betweenFigure.value ?? 0) - (withinFigure.value ?? 0) : null,
  };
}

function cellMap(observations: readonly Observation[]): Map<string, Set<string>[]> {
  const cells = cellsOf(observations.filter((observation) => citation(observation, true).counts));
  return new Map(
    cells.flatMap((cell): [string, Set<string>[]][] => {
      const [first] = cell;
      if (first === undefined) return [];
      return [[`${first.promptId}\n${first.surface}\n${first.region}`, cell.map(citedDomainSet)]];
    }),
  );
}

function distance(
  key: string,
  one: ReadonlySet<string>,
  other: ReadonlySet<string>,
): { promptId: string; value: number }[] {
  if (one.size + other.size === 0) return [];
  return [{ promptId: key.split('\n')[0] ?? key, value: jaccardDistance(one, other) }];
}
