import type { Envelope } from '../contract/envelope.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { type ReplicateSummary, summariseReplicates } from './replicates.ts';

/** The replicates of one surface in one region. */
export interface Pair {
  surface: SurfaceName;
  /** Region key. */
  region: string;
  envelopes: Envelope[];
  summary: ReplicateSummary;
}

/** Captures of one question, put together by where they were made, in order of first appearance. Pure. */
export function summarisePairs(envelopes: readonly Envelope[]): Pair[] {
  const groups = Map.groupBy(envelopes, ({ job }) => `${job.surface} ${job.region}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { surface, region } = first.job;
    return [{ surface, region, envelopes: group, summary: summariseReplicates(group) }];
  });
}
