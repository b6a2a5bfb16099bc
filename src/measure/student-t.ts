/** ln Γ(x) for x > 0 by Lanczos' series (g = 7, n = 9), good to 1e-13. */
function logGamma(x: number): number {
  const series = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const sum = series.reduce((total, term, index) => total + term / (shifted + index + 1), 0.9999999999998099);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Continued fraction of the incomplete beta function by Lentz' method. */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return fraction;
}

/** The regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/** How probable a value of Student's t with `df` degrees of freedom is to lie above `t` ≥ 0. */
function upperTail(t: number, df: number): number {
  return incompleteBeta(df / 2, 0.5, df / (df + t * t)) / 2;
}

/**
 * The 97.5 % quantile of Student's t with `df` ≥ 1 degrees of freedom: what stands for 1.96 in a two-sided 95 %
 * interval when the spread is estimated from df + 1 groups. Good to nine digits. Throws RangeError for df below 1.
 */
export function tQuantile975(df: number): number {
  const known = quantiles.get(df);
  if (known !== undefined) return known;
  if (!(df >= 1)) throw new RangeError(`t needs at least 1 degree of freedom, not ${df}`);
  let low = 1.95;
  let high = 12.8;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, df) > 0.025) low = middle;
    else high = middle;
  }
  const quantile = (low + high) / 2;
  quantiles.set(df, quantile);
  return quantile;
}

/** By degrees of freedom: one report asks a thousand times for a handful. */
const quantiles = new Map<number, number>();
