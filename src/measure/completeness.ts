import type { PromptRuns } from './clustered-share.ts';
import { isTelling, refusal, trigger } from './eligibility.ts';
import { mean } from './mean-figure.ts';
import type { Observation } from './observation.ts';
import type { Quality, SurfaceSample } from './report-metrics.ts';
import { shareFigure, sorted } from './share-figure.ts';

/** From here on no bounds are needed (specs/analysis.md C.5). */
const COMPLETE = 0.95;
/** Below this nothing may be claimed. */
const SUFFICIENT = 0.8;

/** Captures that saw what their surface shows ÷ asked; 0 when nothing was asked. */
export function completenessOf(observations: readonly Observation[]): number {
  return observations.length === 0 ? 0 : observations.filter(isTelling).length / observations.length;
}

/** How much of what was asked came back. */
export interface Coverage {
  asked: number;
  missing: number;
  completeness: number;
}

export function coverageOf(observations: readonly Observation[]): Coverage {
  const missing = observations.filter((observation) => !isTelling(observation)).length;
  return { asked: observations.length, missing, completeness: completenessOf(observations) };
}

export function qualityOf(completeness: number): Quality {
  if (completeness >= COMPLETE) return 'ok';
  return completeness >= SUFFICIENT ? 'bounded' : 'insufficient';
}

/**
 * What a presence would be had every missing capture missed the brand, or shown it: as the figure itself the mean over
 * prompts, so that it lies between them. `missing`: captures by prompt. Null where hardly any is missing.
 */
export function boundsOf(
  { asked, completeness }: Coverage,
  counted: ReadonlyMap<string, PromptRuns>,
  missing: ReadonlyMap<string, number>,
): { worst: number; best: number } | null {
  if (completeness >= COMPLETE || asked === 0) return null;
  const prompts = [...new Set([...counted.keys(), ...missing.keys()])].map((promptId) => {
    const { hits, runs } = counted.get(promptId) ?? { hits: 0, runs: 0 };
    const lost = missing.get(promptId) ?? 0;
    return { worst: hits / (runs + lost), best: (hits + lost) / (runs + lost) };
  });
  return { worst: mean(prompts.map(({ worst }) => worst)), best: mean(prompts.map(({ best }) => best)) };
}

export function surfaceSample(
  surface: SurfaceSample['surface'],
  observations: readonly Observation[],
): SurfaceSample {
  const completeness = completenessOf(observations);
  return {
    surface,
    asked: observations.length,
    eligible: observations.filter(({ outcome }) => outcome === 'answered' || outcome === 'answered_partially')
      .length,
    byOutcome: countedBy(observations, ({ outcome }) => outcome),
    completeness,
    trigger: shareFigure(observations, trigger, 'trigger/1'),
    refusal: shareFigure(observations, refusal, 'refusal/1'),
    quality: qualityOf(completeness),
  };
}

/** How many of each, with the keys in order. */
export function countedBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return sorted(counts);
}
