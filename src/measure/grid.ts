import { citation, presence, type ReadObservation } from './eligibility.ts';
import type { GridCell } from './report-metrics.ts';

/** For each prompt on each surface: in `k` of `n` answers the brand is mentioned, in `cited` of them cited. */
export function gridOf(observations: readonly ReadObservation[], brandIds: readonly string[]): GridCell[] {
  const cells = new Map<string, GridCell>();
  for (const observation of observations) {
    for (const brandId of brandIds) {
      const { promptId, surface } = observation;
      const key = `${brandId}\n${promptId}\n${surface}`;
      const cell = cells.get(key) ?? { promptId, surface, brandId, k: 0, n: 0, cited: 0 };
      const verdict = presence(observation, observation.mentioned.has(brandId));
      if (verdict.counts) {
        cell.n++;
        if (verdict.hit) cell.k++;
      }
      if (citation(observation, true).counts && observation.citedBrands.has(brandId)) cell.cited++;
      cells.set(key, cell);
    }
  }
  return [...cells.values()];
}
