import { isTelling, refusal, trigger } from './eligibility.ts';
import type { Figure } from './figure.ts';
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

/** What a presence would be had every missing capture missed the brand, or shown it; null where hardly any is missing. */
export function boundsOf(
  { asked, missing, completeness }: Coverage,
  figure: Figure,
): { worst: number; best: number } | null {
  if (completeness >= COMPLETE || asked === 0) return null;
  const k = figure.k ?? 0;
  return { worst: k / (figure.n + missing), best: (k + missing) / (figure.n + missing) };
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
