import { citation, presence, type ReadObservation, readBrands } from './eligibility.ts';
import type { Figure } from './figure.ts';
import type { Observation } from './observation.ts';
import { meanOfTallies, tally } from './share-figure.ts';
import { noiseFloor } from './stability.ts';

/** A brand at one moment: a day of a report, or a whole report. */
export interface TrendPoint {
  /** Day (`2026-11-27`, UTC), or id of the report. */
  key: string;
  kind: 'day' | 'report';
  /** ISO 8601. */
  at: string;
  presence: Figure;
  citationPresence: Figure;
  noiseFloor: number | null;
  /** False when other names or domains were looked for then: the change may be theirs. */
  sameBook: boolean;
}

/**
 * The brand day by day (UTC) of capture, each day as if it were a report; the mean is over the surfaces captured that
 * day. Empty where all was captured in one day: a point is no trend. Pure.
 */
export function dailyTrend(
  observations: readonly Observation[],
  brandId: string,
  seed: string,
): TrendPoint[] {
  const days = [...Map.groupBy(observations, dayOf)].filter(([day]) => day !== '');
  if (days.length < 2) return [];
  return days
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, group]) => ({
      ...{ key: day, kind: 'day' as const, at: `${day}T00:00:00.000Z`, sameBook: true },
      ...presences(group.map(readBrands), brandId),
      noiseFloor: noiseFloor(group.map(readBrands), brandId, `${seed} ${day}`),
    }));
}

/** The day of a capture, empty for what was never captured. */
export function dayOf({ capturedAt }: Pick<Observation, 'capturedAt'>): string {
  return capturedAt?.slice(0, 10) ?? '';
}

/** Presence and citation presence of a brand, each the mean of the surfaces. */
export function presences(
  observations: readonly ReadObservation[],
  brandId: string,
): { presence: Figure; citationPresence: Figure } {
  const surfaces = [...Map.groupBy(observations, ({ surface }) => surface).values()];
  const named = surfaces.map((group) => tally(group, (own) => presence(own, own.mentioned.has(brandId))));
  const cited = surfaces.map((group) => tally(group, (own) => citation(own, own.citedBrands.has(brandId))));
  return {
    presence: meanOfTallies(named, 'presence/1'),
    citationPresence: meanOfTallies(cited, 'citation_presence/1'),
  };
}
