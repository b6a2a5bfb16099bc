import type { BrandBook } from '../contract/brand-book.ts';
import { type Counted, presence, type ReadObservation } from './eligibility.ts';
import type { Figure } from './figure.ts';
import type { NamedBrand } from './positions.ts';
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
  const known = new Set(brandIds);
  const any = ({ mentioned }: ReadObservation): boolean => {
    for (const id of mentioned.keys()) if (known.has(id)) return true;
    return false;
  };
  const verdict = (observation: ReadObservation): Counted => presence(observation, any(observation));
  const { excluded } = tally(observations, verdict);
  const eligible = observations.filter((observation) => verdict(observation).counts);
  const presences = sums(eligible, known, promptIndex, () => 1);
  const named = sums(eligible, known, promptIndex, ({ mentions }) => mentions);
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

function sums(
  observations: readonly ReadObservation[],
  brandIds: ReadonlySet<string>,
  promptIndex: ReadonlyMap<string, number>,
  count: (named: NamedBrand) => number,
): { byBrand: Map<string, Map<number, number>>; total: Float64Array } {
  const byBrand = new Map<string, Map<number, number>>();
  const total = new Float64Array(promptIndex.size);
  for (const { promptId, mentioned } of observations) {
    const prompt = promptIndex.get(promptId) ?? 0;
    for (const [id, named] of mentioned) {
      if (!brandIds.has(id)) continue;
      const counted = count(named);
      const own = byBrand.get(id) ?? new Map<number, number>();
      own.set(prompt, (own.get(prompt) ?? 0) + counted);
      byBrand.set(id, own);
      total[prompt] = (total[prompt] ?? 0) + counted;
    }
  }
  return { byBrand, total };
}
