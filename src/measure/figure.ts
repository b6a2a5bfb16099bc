import type { Interval } from './wilson.ts';

/** Why a figure has no value, or a value without an interval. */
export type FigureReason = 'nothing_eligible' | 'too_few_prompts' | 'single_prompt' | 'too_few_pairs';

/**
 * A number that can be checked: `k` of `n` eligible observations (or the sums a ratio is made of), what was left out and
 * why, and how it was reckoned. `value` is null when nothing was eligible; it is never 0 for "not measured".
 */
export interface Figure {
  /** Numerator; null where the figure is no count (a mean of shares). */
  k: number | null;
  /** Denominator. */
  n: number;
  value: number | null;
  /** 95 % for these prompts (run noise only): before and after. */
  ciThese: Interval | null;
  /** 95 % for questions like these (prompt sampling too): claims about a category. */
  ciCategory: Interval | null;
  /** Observations left out, by reason, e.g. `challenge`, `truncated`. */
  excluded: Readonly<Record<string, number>>;
  /** Name of the formula, defined on the method page, e.g. `presence/1`. */
  method: string;
  reason: FigureReason | null;
}
