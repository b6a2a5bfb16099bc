import type { Figure } from './figure.ts';
import { sorted } from './share-figure.ts';
import { tQuantile975 } from './student-t.ts';

/** Fewer prompts tell nothing about how means of prompts spread. */
export const FEWEST_PROMPTS_FOR_T = 10;

/**
 * Mean of a measured number between 0 and 1, over the prompts' own means, with Student's interval over prompts from ten
 * prompts on. `n` counts the observations.
 */
export function meanFigure(
  measured: readonly { promptId: string; value: number }[],
  method: string,
  excluded: Readonly<Record<string, number>>,
): Figure {
  const groups = [...Map.groupBy(measured, ({ promptId }) => promptId).values()];
  const means = groups.map((group) => mean(group.map(({ value }) => value)));
  return figureOfMeans(means, measured.length, method, excluded);
}

/** As meanFigure, of the prompts' means of `n` observations. */
export function figureOfMeans(
  means: readonly number[],
  n: number,
  method: string,
  excluded: Readonly<Record<string, number>>,
): Figure {
  const base = { k: null, n, ciThese: null, excluded: sorted(excluded), method };
  if (means.length === 0) return { ...base, value: null, ciCategory: null, reason: 'nothing_eligible' };
  const value = mean(means);
  if (means.length < FEWEST_PROMPTS_FOR_T) {
    return { ...base, value, ciCategory: null, reason: 'too_few_prompts' };
  }
  const variance = means.reduce((total, own) => total + (own - value) ** 2, 0) / (means.length - 1);
  const half = tQuantile975(means.length - 1) * Math.sqrt(variance / means.length);
  const ciCategory = { low: Math.max(0, value - half), high: Math.min(1, value + half) };
  return { ...base, value, ciCategory, reason: null };
}

/** Arithmetic mean of one number or more. */
export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** The middle of a sample, or the mean of the two in the middle; null for none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const ordered = [...values].sort((a, b) => a - b);
  const half = ordered.length / 2;
  const high = ordered[Math.floor(half)] ?? 0;
  return ordered.length % 2 === 1 ? high : ((ordered[half - 1] ?? 0) + high) / 2;
}
