import { PRIOR_CORRELATION } from './clustered-share.ts';
import { LOOKS, Z_LOOKS } from './sequential.ts';
import { tQuantile975 } from './student-t.ts';
import { Z95 } from './wilson.ts';

/** What to ask: how many prompts, how often each, and about what share is expected. */
export interface Plan {
  /** At least 2. */
  prompts: number;
  /** At least 1. */
  replicates: number;
  /** The share expected, 0 to 1. */
  share: number;
  /** Correlation of runs of one prompt, of a pilot; PRIOR_CORRELATION when not given. */
  correlation?: number;
}

/** Half-widths of the 95 % intervals to expect. */
export interface PlannedWidths {
  captures: number;
  /** For questions like these: only more prompts help. */
  category: number;
  /** For these prompts: replicates help too. */
  these: number;
}

/**
 * SE² = p(1−p)[ρ + (1−ρ)/m]/K for the category, p(1−p)(1−ρ)/(mK) for these prompts (specs/analysis.md C.4). Throws
 * RangeError when a number is outside what it may be, naming it.
 */
export function plannedWidths({
  prompts,
  replicates,
  share,
  correlation = PRIOR_CORRELATION,
}: Plan): PlannedWidths {
  check('prompts', prompts, Number.isInteger(prompts) && prompts >= 2, 'a whole number from 2 on');
  check(
    'replicates',
    replicates,
    Number.isInteger(replicates) && replicates >= 1,
    'a whole number from 1 on',
  );
  check('share', share, share >= 0 && share <= 1, 'from 0 to 1');
  check('correlation', correlation, correlation >= 0 && correlation <= 1, 'from 0 to 1');
  const variance = share * (1 - share);
  const run = (1 - correlation) / replicates;
  return {
    captures: prompts * replicates,
    category: tQuantile975(prompts - 1) * Math.sqrt((variance * (correlation + run)) / prompts),
    these: Z95 * Math.sqrt((variance * run) / prompts),
  };
}

/** Where a report that adds replicates is expected to stop; null: not within twenty replicates. */
export interface ExpectedStop {
  replicates: number | null;
  /** Expected at that look, or at the last one. */
  halfWidth: number;
}

/** The first look at which the half-width for these prompts is expected to be at most `halfWidth`. */
export function expectedStop(plan: Plan, halfWidth: number): ExpectedStop {
  check('until', halfWidth, halfWidth > 0 && halfWidth <= 0.5, 'above 0, at most 0.5');
  const expected = LOOKS.map((replicates) => ({
    replicates,
    halfWidth: (plannedWidths({ ...plan, replicates }).these * Z_LOOKS) / Z95,
  }));
  const found = expected.find((own) => own.halfWidth <= halfWidth);
  return found ?? { replicates: null, halfWidth: expected.at(-1)?.halfWidth ?? 0 };
}

function check(name: string, value: number, holds: boolean, rule: string): void {
  if (!holds) throw new RangeError(`${name} must be ${rule}, not ${value}`);
}
