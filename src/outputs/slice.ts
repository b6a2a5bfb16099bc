import type { Observation, Prompt } from '../measure/observation.ts';
import { dayOf } from '../measure/trend.ts';
import type { ObservationSlice } from './evidence.ts';

/** Keeps the observations a number rests on, in their order; what the slice does not name does not narrow. */
export function* observationsOf<Seen extends Observation>(
  observations: Iterable<Seen>,
  prompts: readonly Prompt[],
  slice: ObservationSlice,
): Generator<Seen> {
  const categories = new Map(prompts.map(({ id, category }) => [id, category]));
  const { surface, region, promptId, brandId, domain, url, category, day } = slice;
  const same = (wanted: string | undefined, own: string | null | undefined): boolean =>
    wanted === undefined || wanted === own;
  for (const own of observations) {
    const holds =
      same(surface, own.surface) &&
      same(region, own.region) &&
      same(promptId, own.promptId) &&
      same(category, categories.get(own.promptId)) &&
      same(day, dayOf(own)) &&
      (brandId === undefined || concerns(own, brandId)) &&
      (domain === undefined || cites(own, (source) => source.domain === domain)) &&
      (url === undefined || cites(own, (source) => source.url === url));
    if (holds) yield own;
  }
}

function concerns(own: Observation, brandId: string): boolean {
  const named = own.mentions.some((mention) => mention.kind === 'mention' && mention.brandId === brandId);
  return named || cites(own, (source) => source.brandId === brandId);
}

function cites(
  { sources }: Observation,
  holds: (source: Observation['sources'][number]) => boolean,
): boolean {
  return sources.some((source) => source.cited && holds(source));
}
