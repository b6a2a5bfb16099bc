import type { SurfaceName } from '../contract/surface-name.ts';
import { clusteredShare, theseInterval } from './clustered-share.ts';
import { presence, readBrands } from './eligibility.ts';
import type { Observation } from './observation.ts';
import { tally } from './share-figure.ts';
import type { Interval } from './wilson.ts';

/** Replicates at which a report may look whether it is exact enough, and at no others (specs/analysis.md C.4). */
export const LOOKS: readonly number[] = [3, 5, 8, 12, 20];
/**
 * Normal quantile of .995: 5 % of error shared evenly by five looks (Bonferroni), so that looking again and again does
 * not make the interval too narrow.
 */
export const Z_LOOKS = 2.576;

/** Until when replicates are added: the own brand's presence on a surface is known to ± `halfWidth`, for these prompts. */
export interface Stopping {
  /** 0 to .5. */
  halfWidth: number;
  /** Replicates before the first look. */
  min: number;
  /** Replicates after which no more are made, exact or not. */
  max: number;
}

/** One surface at a look. */
export interface SurfaceLook {
  surface: SurfaceName;
  k: number;
  n: number;
  value: number | null;
  /** For these prompts, with the quantile of looks; null when nothing counts. */
  interval: Interval | null;
  /** Half of the interval's width is at most what was wanted. Never because a difference is significant. */
  reached: boolean;
}

export interface Look {
  replicates: number;
  surfaces: SurfaceLook[];
}

/** A run that looked: until when it went on, what it saw, why it made no more (null: it has not ended). */
export interface SequentialRun {
  stopping: Stopping;
  looks: readonly Look[];
  stopped: string | null;
}

/** Replicates at the first look: the first of the looks that is not below `min`, at most `max`. */
export function firstLook({ min, max }: Pick<Stopping, 'min' | 'max'>): number {
  return Math.min(LOOKS.find((own) => own >= min) ?? max, max);
}

/** Replicates at the look after this one; null when `max` allows none. */
export function nextLook(replicates: number, { max }: Pick<Stopping, 'max'>): number | null {
  return LOOKS.find((own) => own > replicates && own <= max) ?? null;
}

/** How exact the brand's presence is on each of the surfaces, looked at together. Pure. */
export function lookAt(
  observations: readonly Observation[],
  brandId: string,
  surfaces: readonly SurfaceName[],
  replicates: number,
  { halfWidth }: Pick<Stopping, 'halfWidth'>,
): Look {
  const read = observations.map(readBrands);
  return {
    replicates,
    surfaces: surfaces.map((surface): SurfaceLook => {
      const here = read.filter((own) => own.surface === surface);
      const { prompts } = tally(here, (own) => presence(own, own.mentioned.has(brandId)));
      const runs = [...prompts.values()];
      const { hits: k, runs: n, value, correlation } = clusteredShare(runs);
      const interval =
        value === null || correlation === null ? null : theseInterval(runs, value, correlation, Z_LOOKS);
      const reached = interval !== null && (interval.high - interval.low) / 2 <= halfWidth;
      return { surface, k, n, value, interval, reached };
    }),
  };
}
