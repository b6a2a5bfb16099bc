import { tQuantile975 } from './student-t.ts';
import { type Interval, wilsonInterval, Z95 } from './wilson.ts';

/** What was observed for one prompt: in how many of its runs the thing was seen. */
export interface PromptRuns {
  hits: number;
  runs: number;
}

/** A share over prompts that were each asked several times, with both of its intervals. */
export interface ClusteredShare {
  hits: number;
  runs: number;
  prompts: number;
  /** Mean of the prompts' shares; null when nothing was observed. */
  value: number | null;
  /** 95 % for these prompts: run noise only. For before and after. */
  ciThese: Interval | null;
  /** 95 % for questions like these: prompt sampling too. For claims about a category; null for a single prompt. */
  ciCategory: Interval | null;
  /** Correlation of runs of one prompt, shrunk towards PRIOR_CORRELATION where few prompts inform; null without runs. */
  correlation: number | null;
  /** By how much repeated runs of few prompts are worth less than independent ones. */
  designEffect: number | null;
}

/** Assumed until prompts tell: runs of one prompt mostly agree (specs/analysis.md C.4). */
export const PRIOR_CORRELATION = 0.6;
/** Informative prompts at which data and assumption weigh the same. */
const PRIOR_WEIGHT = 5;

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/**
 * A share with intervals that know of repeated prompts (specs/analysis.md C.4, where plain Wilson over prompts ×
 * replicates covers 63–91 % instead of 95 %). Prompts without runs are left out. `runs` of the prompts may differ: their
 * mean stands for the number of replicates. `centre`: a value reckoned otherwise (the share of all cells),
 * around which the intervals lie instead.
 */
export function clusteredShare(observed: readonly PromptRuns[], centre?: number): ClusteredShare {
  const prompts = observed.filter(({ runs }) => runs > 0);
  const hits = prompts.reduce((total, prompt) => total + prompt.hits, 0);
  const runs = prompts.reduce((total, prompt) => total + prompt.runs, 0);
  if (prompts.length === 0) {
    const nothing = { value: null, ciThese: null, ciCategory: null, correlation: null, designEffect: null };
    return { hits, runs, prompts: 0, ...nothing };
  }
  const own = mean(prompts.map((prompt) => prompt.hits / prompt.runs));
  const value = centre ?? own;
  const correlation = shrunkCorrelation(prompts, own);
  const replicates = runs / prompts.length;
  const designEffect = 1 + (replicates - 1) * correlation;
  const effective = runs / designEffect;
  const z = prompts.length > 1 ? tQuantile975(prompts.length - 1) : undefined;
  return {
    ...{ hits, runs, prompts: prompts.length, value, correlation, designEffect },
    ciThese: theseInterval(prompts, value, correlation),
    ciCategory: z === undefined ? null : wilsonInterval(value * effective, effective, z),
  };
}

/** One-way analysis of variance, shrunk: few prompts that both hit and miss say little about how runs agree. */
function shrunkCorrelation(prompts: readonly PromptRuns[], value: number): number {
  const replicates = mean(prompts.map(({ runs }) => runs));
  const withHit = prompts.filter(({ hits }) => hits > 0).length;
  const withMiss = prompts.filter(({ hits, runs }) => hits < runs).length;
  const informative = Math.min(withHit, withMiss);
  const weight = informative / (informative + PRIOR_WEIGHT);
  if (replicates <= 1 || prompts.length < 2) return PRIOR_CORRELATION;
  const shares = prompts.map(({ hits, runs }) => hits / runs);
  const between =
    (replicates * shares.reduce((total, share) => total + (share - value) ** 2, 0)) / (prompts.length - 1);
  const within =
    (replicates * shares.reduce((total, share) => total + share * (1 - share), 0)) /
    (prompts.length * (replicates - 1));
  const spread = between + (replicates - 1) * within;
  const seen = spread === 0 ? 0 : Math.min(1, Math.max(0, (between - within) / spread));
  return weight * seen + (1 - weight) * PRIOR_CORRELATION;
}

/** Independent runs that tell as much of the mean of the prompts' shares: all of them where each prompt has as many. */
function runsOfEqualWorth(prompts: readonly PromptRuns[]): number {
  const [first] = prompts;
  const total = prompts.reduce((sum, { runs }) => sum + runs, 0);
  if (prompts.every(({ runs }) => runs === first?.runs)) return total;
  return prompts.length ** 2 / prompts.reduce((sum, { runs }) => sum + 1 / runs, 0);
}

/**
 * The prompts are fixed, only their runs vary; conservative. A prompt with few runs weighs as much as any other, so where
 * they are unequal in number K² ÷ Σ 1/mᵢ of them count. `z`: normal quantile of the confidence wanted.
 */
export function theseInterval(
  prompts: readonly PromptRuns[],
  value: number,
  correlation: number,
  z: number = Z95,
): Interval {
  const runs = runsOfEqualWorth(prompts);
  const variance =
    prompts.reduce((total, prompt) => {
      const share = (prompt.hits + 0.5) / (prompt.runs + 1);
      return total + (share * (1 - share)) / prompt.runs;
    }, 0) /
    prompts.length ** 2;
  const ends = value === 0 || value === 1;
  const wanted = (ends ? 0.5 / runs : value * (1 - value)) / variance;
  const effective = Math.min(Math.max(runs, wanted), runs / Math.max(0.05, 1 - correlation));
  return wilsonInterval(value * effective, effective, z);
}
