import { jaccardDistance } from './jaccard.ts';
import { tQuantile975 } from './student-t.ts';
import type { Interval } from './wilson.ts';

/** Fewer captures tell nothing about how sure a mean of pairs is. */
const FEWEST = 3;

/** Pairs of sets with anything in them; two empty sets have no distance (specs/analysis.md C.3). */
function distances<T>(sets: readonly ReadonlySet<T>[]): number[] {
  return sets.flatMap((a, index) =>
    sets.slice(index + 1).flatMap((b) => (a.size + b.size === 0 ? [] : [jaccardDistance(a, b)])),
  );
}

/** Mean of 1 − Jaccard over all pairs that have one; null when none has. */
export function meanDistance<T>(sets: readonly ReadonlySet<T>[]): number | null {
  const all = distances(sets);
  return all.length === 0 ? null : all.reduce((total, own) => total + own, 0) / all.length;
}

/**
 * 95 % of a mean distance by the jackknife: each capture is in many pairs, so pairs must not pass for independent; what
 * leaving one capture out changes tells the variance (Arvesen 1969, for U-statistics). Null below three captures.
 */
export function jackknifeInterval<T>(sets: readonly ReadonlySet<T>[]): Interval | null {
  const value = meanDistance(sets);
  const without = sets.map((_, left) => meanDistance(sets.filter((_set, index) => index !== left)));
  if (value === null || sets.length < FEWEST || without.includes(null)) return null;
  const means = without.map((own) => own ?? 0);
  const centre = means.reduce((total, own) => total + own, 0) / means.length;
  const spread = means.reduce((total, own) => total + (own - centre) ** 2, 0);
  const half = tQuantile975(sets.length - 1) * Math.sqrt(((sets.length - 1) / sets.length) * spread);
  return { low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
