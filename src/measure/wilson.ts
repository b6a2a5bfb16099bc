/** A share with its uncertainty. */
export interface Interval {
  low: number;
  high: number;
}

/** The 97.5 % quantile of the normal distribution: two-sided 95 %. */
export const Z95 = 1.959963984540054;

/**
 * Wilson's score interval of a share, 95 % (E. B. Wilson, JASA 22, 1927, p. 209): stays inside 0 to 1 and is honest for
 * few trials, where "3 of 3" is far from certain. No trials tell nothing: 0 to 1. `trials` may be an effective number,
 * no whole one; another quantile `z` gives another certainty.
 */
export function wilsonInterval(successes: number, trials: number, z = Z95): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const z2 = z * z;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  // At the ends the two terms are equal, and rounding must not leave a trace of them.
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}
