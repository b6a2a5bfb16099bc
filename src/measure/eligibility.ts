import type { Observation, ObservedOutcome } from './observation.ts';

/** Whether an observation counts for a figure, and if so whether the thing was seen; else why it is left out. */
export type Counted = { counts: true; hit: boolean } | { counts: false; why: string };

const hit = (seen: boolean): Counted => ({ counts: true, hit: seen });
const out = (why: string): Counted => ({ counts: false, why });

/** Captures that saw what the surface shows, so that they can tell whether a brand was there; the others are missing. */
const TELLING: ReadonlySet<ObservedOutcome> = new Set([
  'answered',
  'answered_partially',
  'absent',
  'declined',
]);

/** True when the capture came to an end that says something about the surface, false when it is missing. */
export function isTelling({ outcome }: Observation): boolean {
  return TELLING.has(outcome);
}

/** An observation with the brands read off it once; every figure asks for them. */
export interface ReadObservation extends Observation {
  /** Brands with at least one mention that counts. */
  mentioned: ReadonlySet<string>;
  /** Brands to which a cited source belongs. */
  citedBrands: ReadonlySet<string>;
}

export function readBrands(observation: Observation): ReadObservation {
  const counted = observation.mentions.filter(({ kind }) => kind === 'mention');
  const cited = observation.sources.filter((source) => source.cited);
  return {
    ...observation,
    mentioned: new Set(counted.map(({ brandId }) => brandId)),
    citedBrands: new Set(cited.flatMap(({ brandId }) => brandId ?? [])),
  };
}

/**
 * Presence, headline (`given_answer`): of the answers shown, those that mention it (specs/analysis.md C.5). A truncated
 * answer can prove a mention, never its absence.
 */
export function presence(observation: Observation, seen: boolean): Counted {
  if (observation.outcome === 'answered') return hit(seen);
  if (observation.outcome === 'answered_partially') return seen ? hit(true) : out('truncated');
  return out(observation.outcome);
}

/** As presence, where the surface showing no answer counts as not mentioned (`per_query`). */
export function presencePerQuery(observation: Observation, seen: boolean): Counted {
  return observation.outcome === 'absent' ? hit(false) : presence(observation, seen);
}

/** Whatever speaks of citations: only whole answers count; one without any source counts as not citing. */
export function citation(observation: Observation, seen: boolean): Counted {
  if (observation.outcome === 'answered') return hit(seen);
  return out(observation.outcome === 'answered_partially' ? 'truncated' : observation.outcome);
}

/** Was an answer shown at all (AI Overview triggers, answers given). */
export function trigger(observation: Observation): Counted {
  const { outcome } = observation;
  if (outcome === 'answered' || outcome === 'answered_partially') return hit(true);
  return outcome === 'absent' ? hit(false) : out(outcome);
}

/** Did the surface refuse to answer. */
export function refusal(observation: Observation): Counted {
  return isTelling(observation) ? hit(observation.outcome === 'declined') : out(observation.outcome);
}
