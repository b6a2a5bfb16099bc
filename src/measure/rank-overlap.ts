/** How much deeper ranks weigh less: with .9 the first ten carry 86 % of the weight (Webber et al. 2010). */
const PERSISTENCE = 0.9;

/**
 * 1 − rank-biased overlap of two lists without repetitions, extrapolated to lists of unequal length (Webber, Moffat and
 * Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32). 0: the same in the same
 * order; 1: nothing in common. The caller leaves out two empty lists, of which nothing can be said.
 */
export function rankDistance(one: readonly string[], other: readonly string[]): number {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length === 0) return 1;
  const seen = new Set<string>();
  let common = 0;
  let commonOfShort = 0;
  let sum = 0;
  let weight = 1;
  for (let depth = 1; depth <= long.length; depth++) {
    weight *= PERSISTENCE;
    for (const item of new Set([short[depth - 1], long[depth - 1]])) {
      if (item === undefined) continue;
      if (short[depth - 1] === long[depth - 1] || seen.has(item)) common++;
      seen.add(item);
    }
    if (depth === short.length) commonOfShort = common;
    sum += (common / depth) * weight;
    if (depth > short.length) {
      sum += ((commonOfShort * (depth - short.length)) / (short.length * depth)) * weight;
    }
  }
  const end = (common - commonOfShort) / long.length + commonOfShort / short.length;
  return 1 - (((1 - PERSISTENCE) / PERSISTENCE) * sum + end * weight);
}
