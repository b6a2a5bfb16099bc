import type { BrandBook } from '../contract/brand-book.ts';
import { presence, type ReadObservation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import type { RatioFigures } from './ratio-figures.ts';
import { tally } from './share-figure.ts';

/** Both shares of voice of every brand of the book: adding a competitor changes them all. */
export function sharesOfVoice(
  observations: readonly ReadObservation[],
  book: BrandBook,
  promptIndex: ReadonlyMap<string, number>,
  ratios: RatioFigures,
): Map<string, { sovPresence: Figure; sovMentions: Figure }> {
  const brandIds = book.brands.map(({ id }) => id);
  const any = (observation: ReadObservation): boolean => brandIds.some((id) => observation.mentioned.has(id));
  const { excluded } = tally(observations, (observation) => presence(observation, any(observation)));
  const eligible = observations.filter((observation) => presence(observation, any(observation)).counts);
  const presences = sums(eligible, promptIndex, (observation) =>
    countsOf(brandIds, (id) => (observation.mentioned.has(id) ? 1 : 0)),
  );
  const named = sums(eligible, promptIndex, (observation) =>
    countsOf(
      brandIds,
      (id) => observation.mentions.filter(({ brandId, kind }) => brandId === id && kind === 'mention').length,
    ),
  );
  const none: ReadonlyMap<number, number> = new Map();
  return new Map(
    brandIds.map((id) => [
      id,
      {
        sovPresence: ratios.figure(
          { numerators: presences.byBrand.get(id) ?? none, denominators: presences.total },
          'sov_presence/1',
          excluded,
        ),
        sovMentions: ratios.figure(
          { numerators: named.byBrand.get(id) ?? none, denominators: named.total },
          'sov_mentions/1',
          excluded,
        ),
      },
    ]),
  );
}

function countsOf(brandIds: readonly string[], count: (id: string) => number): [string, number][] {
  return brandIds.map((id) => [id, count(id)]);
}

function sums(
  observations: readonly ReadObservation[],
  promptIndex: ReadonlyMap<string, number>,
  counts: (observation: ReadObservation) => readonly [string, number][],
): { byBrand: Map<string, Map<number, number>>; total: Float64Array } {
  const byBrand = new Map<string, Map<number, number>>();
  const total = new Float64Array(promptIndex.size);
  for (const observation of observations) {
    const prompt = promptIndex.get(observation.promptId) ?? 0;
    for (const [id, count] of counts(observation)) {
      if (count === 0) continue;
      const own = byBrand.get(id) ?? new Map<number, number>();
      own.set(prompt, (own.get(prompt) ?? 0) + count);
      byBrand.set(id, own);
      total[prompt] = (total[prompt] ?? 0) + count;
    }
  }
  return { byBrand, total };
}
