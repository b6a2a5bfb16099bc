import { type ClusteredShare, clusteredShare, type PromptRuns } from './clustered-share.ts';
import type { Counted } from './eligibility.ts';
import type { Figure } from './figure.ts';
import { intervalsOfMean, type SurfaceShare } from './mean-of-shares.ts';
import type { Observation } from './observation.ts';

/** A tally per prompt, and what was left out. */
export interface Tally {
  prompts: Map<string, PromptRuns>;
  excluded: Record<string, number>;
}

/** Counts hits and runs per prompt; what does not count is counted by its reason. */
export function tally<Seen extends Observation>(
  observations: readonly Seen[],
  counted: (observation: Seen) => Counted,
): Tally {
  const counts = new TallyCounts();
  for (const observation of observations) counts.add(observation.promptId, counted(observation));
  return counts;
}

/** A tally as it grows, one verdict after the other. */
export class TallyCounts implements Tally {
  readonly prompts = new Map<string, PromptRuns>();
  readonly excluded: Record<string, number> = {};
  /** Observations are in order of their ids: those of one prompt mostly follow each other. */
  #last: { promptId: string; runs: PromptRuns } | null = null;

  add(promptId: string, verdict: Counted): void {
    if (!verdict.counts) {
      this.excluded[verdict.why] = (this.excluded[verdict.why] ?? 0) + 1;
      return;
    }
    const runs = this.#last?.promptId === promptId ? this.#last.runs : this.#runsOf(promptId);
    runs.runs++;
    if (verdict.hit) runs.hits++;
  }

  #runsOf(promptId: string): PromptRuns {
    const runs = this.prompts.get(promptId) ?? { hits: 0, runs: 0 };
    if (runs.runs === 0) this.prompts.set(promptId, runs);
    this.#last = { promptId, runs };
    return runs;
  }
}

/** A figure of which nothing was eligible. */
function noFigure(
  method: string,
  excluded: Figure['excluded'] = {},
  reason: Figure['reason'] = 'nothing_eligible',
): Figure {
  return { k: 0, n: 0, value: null, ciThese: null, ciCategory: null, excluded, method, reason };
}

/** Share of the eligible observations that hit, with the intervals of repeated prompts (specs/analysis.md C.4). */
export function shareFigure<Seen extends Observation>(
  observations: readonly Seen[],
  counted: (observation: Seen) => Counted,
  method: string,
): Figure {
  return tallyFigure(tally(observations, counted), method);
}

/** As shareFigure, of a tally made before. */
export function tallyFigure({ prompts, excluded }: Tally, method: string): Figure {
  const share = shareOf(prompts);
  return {
    ...{ k: share.hits, n: share.runs, value: share.value },
    ...{ ciThese: share.ciThese, ciCategory: share.ciCategory },
    ...{ excluded: sorted(excluded), method },
    reason: share.value === null ? 'nothing_eligible' : share.prompts < 2 ? 'single_prompt' : null,
  };
}

/** The share of a finished tally; that of a surface is asked for by itself and for the mean of all. */
function shareOf(prompts: Tally['prompts']): ClusteredShare {
  const known = shares.get(prompts);
  if (known !== undefined) return known;
  const share = clusteredShare([...prompts.values()]);
  shares.set(prompts, share);
  return share;
}

const shares = new WeakMap<Tally['prompts'], ClusteredShare>();

/**
 * Mean of the shares of the groups (surfaces), which weigh the same however many of their captures counted; its intervals
 * come from theirs (`intervalsOfMean`).
 */
export function meanOfTallies(groups: readonly Tally[], method: string): Figure {
  const excluded: Record<string, number> = {};
  for (const group of groups)
    for (const [why, count] of Object.entries(group.excluded)) excluded[why] = (excluded[why] ?? 0) + count;
  const surfaces = groups.flatMap(({ prompts }): SurfaceShare[] => {
    const share = shareOf(prompts);
    return share.value === null ? [] : [{ prompts, share: { ...share, value: share.value } }];
  });
  if (surfaces.length === 0) return noFigure(method, sorted(excluded));
  const sum = (of: (surface: SurfaceShare) => number): number =>
    surfaces.reduce((total, own) => total + of(own), 0);
  const { ciThese, ciCategory } = intervalsOfMean(surfaces);
  return {
    ...{ k: sum(({ share }) => share.hits), n: sum(({ share }) => share.runs) },
    value: sum(({ share }) => share.value) / surfaces.length,
    ...{ ciThese, ciCategory, excluded: sorted(excluded), method },
    reason: ciCategory === null ? 'single_prompt' : null,
  };
}

/** The same record with its keys in order: the same input must give the same bytes. */
export function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
