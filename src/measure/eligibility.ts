import type { Observation, ObservedOutcome } from './observation.ts';
import { type NamedBrand, namedBrands } from './positions.ts';

/** Whether an observation counts for a figure, and if so whether the thing was seen; else why it is left out. */
export type Counted = { counts: true; hit: boolean } | { counts: false; why: string };

const HIT: Counted = { counts: true, hit: true };
const MISS: Counted = { counts: true, hit: false };
const hit = (seen: boolean): Counted => (seen ? HIT : MISS);

/** Verdicts by reason: millions are asked for in a report, of a dozen reasons. */
const outs = new Map<string, Counted>();

function out(why: string): Counted {
  const known = outs.get(why);
  if (known !== undefined) return known;
  const verdict: Counted = { counts: false, why };
  outs.set(why, verdict);
  return verdict;
}

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
  mentioned: ReadonlyMap<string, NamedBrand>;
  /** Brands with a homograph that nothing supports. */
  doubtful: ReadonlySet<string>;
  /** Brands to which a cited source belongs. */
  citedBrands: ReadonlySet<string>;
}

export function readBrands(observation: Observation): ReadObservation {
  const { mentions, sources } = observation;
  return {
    ...observation,
    mentioned: namedBrands(mentions),
    doubtful: brandsOf(mentions.map(({ kind, brandId }) => (kind === 'ambiguous' ? brandId : null))),
    citedBrands: brandsOf(sources.map(({ cited, brandId }) => (cited ? brandId : null))),
  };
}

const NO_BRANDS: ReadonlySet<string> = new Set();

/** One set for all that have none: most of tens of thousands. */
function brandsOf(ids: readonly (string | null)[]): ReadonlySet<string> {
  const brands = ids.filter((id) => id !== null);
  return brands.length === 0 ? NO_BRANDS : new Set(brands);
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
