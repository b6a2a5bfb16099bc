/** Credits that an account has, in SQL over `fleet.account_balance b`: exact to the hundredth, what is reserved included. */
export const POSTED_CREDITS = '(b.posted + b.hundredths / 100.0)::float8';

/** What of them is not reserved. */
export const AVAILABLE_CREDITS = '(b.posted - b.reserved + b.hundredths / 100.0)::float8';

/** Hundredths in a number of credits; undefined when it has a smaller part. */
export function hundredthsOf(credits: number): number | undefined {
  const hundredths = Math.round(credits * 100);
  return Number.isSafeInteger(hundredths) && hundredths / 100 === credits ? hundredths : undefined;
}

/** A sum of credits without what adding fractions of two leaves behind: 1000.29 − 1000 is 0.29. */
export function sumOfCredits(...credits: readonly number[]): number {
  return credits.reduce((sum, part) => sum + Math.round(part * 100), 0) / 100;
}
