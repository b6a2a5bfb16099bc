import type { Figure } from './figure.ts';
import type { Tier } from './methodology.ts';

/** What a report has of what a decision needs. */
export interface TierFacts {
  prompts: number;
  intents: number;
  surfaces: number;
  /** The fewest replicates of any cell. */
  replicates: number;
  /** Runs of the same prompts on a schedule; without a second one there is no drift test. */
  runs: number;
  completeness: number;
  /** The own brand's presence. */
  headline: Figure | null;
}

/**
 * `decision_grade` needs every criterion (specs/analysis.md C.6); below 50 prompts, 3 replicates or 80 % completeness
 * a report is `exploratory` (the minimums of C.4 and C.5), everything between `directional`. Failed criteria are named.
 */
export function tierOf(facts: TierFacts): Tier {
  const width = facts.headline?.ciCategory;
  const half = width ? (width.high - width.low) / 2 : null;
  const criteria: readonly [boolean, string][] = [
    [facts.prompts >= 50, `at least 50 prompts (${facts.prompts})`],
    [facts.intents >= 3, `at least 3 intents (${facts.intents})`],
    [facts.surfaces >= 3, `at least 3 surfaces (${facts.surfaces})`],
    [facts.replicates >= 3, `at least 3 replicates (${facts.replicates})`],
    [facts.runs >= 2, `at least 2 runs on a schedule, which the drift test needs (${facts.runs})`],
    [facts.completeness >= 0.95, `completeness of 95 % (${(facts.completeness * 100).toFixed(1)} %)`],
    [
      half !== null && half <= 0.1,
      `half-width of the own brand's presence of 10 points (${half === null ? 'none' : (half * 100).toFixed(1)})`,
    ],
  ];
  const failed = criteria.flatMap(([holds, name]) => (holds ? [] : [name]));
  if (failed.length === 0) return { tier: 'decision_grade', failed };
  const weak = facts.prompts < 50 || facts.replicates < 3 || facts.completeness < 0.8;
  return { tier: weak ? 'exploratory' : 'directional', failed };
}
