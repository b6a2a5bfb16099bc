import type { ClusteredShare, PromptRuns } from './clustered-share.ts';
import type { Interval } from './wilson.ts';

/** A surface's share with the runs it was reckoned from; at least one prompt. */
export interface SurfaceShare {
  prompts: ReadonlyMap<string, PromptRuns>;
  share: ClusteredShare & { value: number };
}

/** Nothing is known of questions like these where one prompt alone has answers. */
const UNKNOWN: Interval = { low: 0, high: 1 };

/**
 * Intervals of the mean of several shares that weigh the same, however many captures stand behind each: the distances
 * from a share to the ends of its own interval are added up as standard errors are (Zou and Donner, Statistics in Medicine
 * 27, 2008, p. 1693). Given the prompts, surfaces err apart from each other; over prompts they err together as far as they
 * share prompts and these, not their runs, make the difference. Of one share they are its own.
 */
export function intervalsOfMean(
  surfaces: readonly SurfaceShare[],
): Pick<ClusteredShare, 'ciThese' | 'ciCategory'> {
  const [only, ...others] = surfaces;
  if (only !== undefined && others.length === 0) return only.share;
  const alike = likeness(surfaces);
  const first = only?.prompts ?? NO_PROMPTS;
  const single = first.size === 1 && others.every(({ prompts }) => areSame(prompts, first));
  return {
    ciThese: combined(
      surfaces,
      ({ share }) => share.ciThese,
      (one, other) => (one === other ? 1 : 0),
    ),
    ciCategory: single
      ? null
      : combined(
          surfaces,
          ({ share }) => share.ciCategory,
          (one, other) => alike[one]?.[other] ?? 1,
        ),
  };
}

function combined(
  surfaces: readonly SurfaceShare[],
  intervalOf: (surface: SurfaceShare) => Interval | null,
  correlation: (one: number, other: number) => number,
): Interval {
  const ends = surfaces.map((own) => ({ value: own.share.value, ...(intervalOf(own) ?? UNKNOWN) }));
  const mean = ends.reduce((total, { value }) => total + value, 0) / ends.length;
  const below = spread(
    ends.map(({ value, low }) => value - low),
    correlation,
  );
  const above = spread(
    ends.map(({ value, high }) => high - value),
    correlation,
  );
  return { low: Math.max(0, mean - below), high: Math.min(1, mean + above) };
}

/** Standard error of a mean of errors of this size. */
function spread(errors: readonly number[], correlation: (one: number, other: number) => number): number {
  const variance = errors.reduce(
    (total, one, at) =>
      total + errors.reduce((sum, other, beside) => sum + one * other * correlation(at, beside), 0),
    0,
  );
  return Math.sqrt(Math.max(0, variance)) / errors.length;
}

/**
 * How much two surfaces' errors over prompts go together, 0 to 1: what of each is owed to its prompts, ρm ÷ (1 + (m − 1)ρ),
 * taken to be the same on both, times the prompts they have in common. Of surfaces asked alike it gives one design effect
 * over all their runs, as if they were replicates.
 */
function likeness(surfaces: readonly SurfaceShare[]): number[][] {
  const first = surfaces[0]?.prompts ?? NO_PROMPTS;
  const same = surfaces.map(({ prompts }) => areSame(prompts, first));
  const owed = surfaces.map(({ share: { runs, prompts, correlation } }) => {
    const [replicates, rho] = [runs / prompts, correlation ?? 1];
    return Math.sqrt((rho * replicates) / (1 + (replicates - 1) * rho));
  });
  const overlap = (one: number, other: number): number => {
    const [a, b] = [surfaces[one]?.prompts ?? NO_PROMPTS, surfaces[other]?.prompts ?? NO_PROMPTS];
    const common = same[one] && same[other] ? first.size : inCommon(a, b);
    return common / Math.sqrt(a.size * b.size);
  };
  return owed.map((mine, one) =>
    owed.map((theirs, other) => (one === other ? 1 : overlap(one, other) * (mine * theirs))),
  );
}

const NO_PROMPTS: SurfaceShare['prompts'] = new Map();

/** How many prompts two surfaces both answered. */
function inCommon(one: SurfaceShare['prompts'], other: SurfaceShare['prompts']): number {
  let common = 0;
  for (const prompt of one.keys()) if (other.has(prompt)) common++;
  return common;
}

function areSame(one: SurfaceShare['prompts'], other: SurfaceShare['prompts']): boolean {
  return one === other || (one.size === other.size && inCommon(one, other) === one.size);
}
