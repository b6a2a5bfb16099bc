import type { SurfaceName } from '../contract/surface-name.ts';

/** How many captures a cell has that tell something. */
export interface CellCount {
  promptId: string;
  surface: SurfaceName;
  captures: number;
}

/** One submit of a run: the surfaces of a prompt that lack the same number of captures. */
export interface PlannedSubmit {
  promptId: string;
  surfaces: SurfaceName[];
  replicates: number;
}

/** What a run has to capture so that every cell prompt × surface has its replicates; what is there is not repeated. */
export function planRun(
  report: { promptIds: readonly string[]; surfaces: readonly SurfaceName[]; replicates: number },
  have: readonly CellCount[],
): PlannedSubmit[] {
  const counts = new Map(have.map(({ promptId, surface, captures }) => [`${promptId} ${surface}`, captures]));
  return report.promptIds.flatMap((promptId) => {
    const missing = report.surfaces.map((surface) => ({
      surface,
      replicates: report.replicates - (counts.get(`${promptId} ${surface}`) ?? 0),
    }));
    const groups = Map.groupBy(
      missing.filter(({ replicates }) => replicates > 0),
      ({ replicates }) => replicates,
    );
    return [...groups].map(([replicates, group]) => ({
      ...{ promptId, replicates },
      surfaces: group.map(({ surface }) => surface),
    }));
  });
}
