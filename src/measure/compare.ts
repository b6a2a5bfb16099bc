import { FEWEST_PROMPTS_FOR_T, mean } from './mean-figure.ts';
import { seededDraw } from './seeded-draw.ts';
import { tQuantile975 } from './student-t.ts';
import type { Interval } from './wilson.ts';

/** Flips of the permutation test. */
const FLIPS = 10_000;
/** Up to this many prompts every one of the 2^K flips is tried, which is exact. */
const EXACT_PROMPTS = 13;

/** The share of one prompt in two periods. */
export interface PairedShare {
  before: number;
  after: number;
}

export interface Difference {
  prompts: number;
  /** Mean of after − before over prompts; null for none. */
  value: number | null;
  /** 95 %, Student's over prompts; null below ten prompts. */
  interval: Interval | null;
  /** Two-sided, by flipping signs: how often chance alone gives a difference as large. Null for no prompt. */
  pValue: number | null;
  method: 'paired_t/1' | 'sign_flip/1';
}

/**
 * The same prompts in two periods (specs/analysis.md C.4): only their differences count, so that what sets prompts apart
 * cannot pose as a change. Pure; `seed` chooses the flips where there are too many to try all.
 */
export function compareShares(pairs: readonly PairedShare[], seed: string): Difference {
  const differences = pairs.map(({ before, after }) => after - before);
  const prompts = differences.length;
  const byT = prompts >= FEWEST_PROMPTS_FOR_T;
  const base = { prompts, method: byT ? 'paired_t/1' : 'sign_flip/1' } as const;
  if (prompts === 0) return { ...base, value: null, interval: null, pValue: null };
  const value = mean(differences);
  return {
    ...base,
    value,
    interval: byT ? tInterval(differences, value) : null,
    pValue: signFlip(differences, seed),
  };
}

function tInterval(differences: readonly number[], value: number): Interval {
  const count = differences.length;
  const variance = differences.reduce((total, own) => total + (own - value) ** 2, 0) / (count - 1);
  const half = tQuantile975(count - 1) * Math.sqrt(variance / count);
  return { low: value - half, high: value + half };
}

/** Share of sign patterns whose sum is at least as far from 0 as the one seen. */
function signFlip(differences: readonly number[], seed: string): number {
  const seen = Math.abs(differences.reduce((total, own) => total + own, 0));
  const exact = differences.length <= EXACT_PROMPTS;
  const patterns = exact ? 2 ** differences.length : FLIPS;
  const draw = seededDraw(`${seed} flips`);
  let asFar = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let total = 0;
    differences.forEach((own, index) => {
      const flipped = exact ? ((pattern >> index) & 1) === 1 : draw() < 0.5;
      total += flipped ? -own : own;
    });
    // Sums of the same numbers in another order differ in the last digits.
    if (Math.abs(total) >= seen - 1e-9) asFar++;
  }
  return exact ? asFar / patterns : (asFar + 1) / (patterns + 1);
}

/**
 * Which of many tests stand when at most a share `q` of those that stand may be false (Benjamini and Hochberg 1995).
 * In the order of `pValues`.
 */
export function falseDiscovery(pValues: readonly number[], q = 0.1): boolean[] {
  const ordered = [...pValues].sort((a, b) => a - b);
  let bar = -1;
  ordered.forEach((p, index) => {
    if (p <= (q * (index + 1)) / ordered.length) bar = p;
  });
  return pValues.map((p) => p <= bar);
}
