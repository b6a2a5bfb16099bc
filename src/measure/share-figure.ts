import { clusteredShare, type PromptRuns } from './clustered-share.ts';
import type { Counted } from './eligibility.ts';
import type { Figure } from './figure.ts';
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
  return fromRuns([...prompts.values()], method, excluded);
}

/**
 * Mean of the shares of the groups (surfaces), which weigh the same however many of their captures counted; the
 * intervals come from all runs of each prompt together, centred on that mean.
 */
export function meanOfTallies(groups: readonly Tally[], method: string): Figure {
  const prompts = new Map<string, PromptRuns>();
  const excluded: Record<string, number> = {};
  for (const group of groups) {
    for (const [why, count] of Object.entries(group.excluded)) excluded[why] = (excluded[why] ?? 0) + count;
    for (const [prompt, { hits, runs }] of group.prompts) {
      const known = prompts.get(prompt);
      if (known === undefined) prompts.set(prompt, { hits, runs });
      else {
        known.hits += hits;
        known.runs += runs;
      }
    }
  }
  const shares = groups.flatMap((group) => meanShare([...group.prompts.values()]) ?? []);
  if (shares.length === 0) return noFigure(method, sorted(excluded));
  const mean = shares.reduce((total, share) => total + share, 0) / shares.length;
  return fromRuns([...prompts.values()], method, excluded, mean);
}

/** `clusteredShare().value` alone; every prompt of a tally has runs. */
function meanShare(prompts: readonly PromptRuns[]): number | null {
  if (prompts.length === 0) return null;
  return prompts.reduce((total, { hits, runs }) => total + hits / runs, 0) / prompts.length;
}

function fromRuns(
  runs: readonly PromptRuns[],
  method: string,
  excluded: Record<string, number>,
  centre?: number,
): Figure {
  const share = clusteredShare(runs, centre);
  return {
    ...{ k: share.hits, n: share.runs, value: share.value },
    ...{ ciThese: share.ciThese, ciCategory: share.ciCategory },
    ...{ excluded: sorted(excluded), method },
    reason: share.value === null ? 'nothing_eligible' : share.prompts < 2 ? 'single_prompt' : null,
  };
}

/** The same record with its keys in order: the same input must give the same bytes. */
export function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
