import type { ReadObservation } from './eligibility.ts';
import type { NamedBrand } from './positions.ts';
import type { FourOutcomes } from './report-metrics.ts';

/** An answer shown that names the brand, and how. */
export interface NamedIn {
  seen: ReadObservation;
  as: NamedBrand;
}

/** In which observations, in their order, each brand was seen: read once, so that no brand asks all of them. */
export class SeenBrands {
  readonly #mentioned = new Map<string, NamedIn[]>();
  readonly #doubtful = new Map<string, ReadObservation[]>();
  readonly #cited = new Map<string, ReadObservation[]>();
  readonly #whole: number;

  constructor(observations: readonly ReadObservation[]) {
    for (const seen of observations) {
      for (const [brandId, as] of seen.mentioned) pushTo(this.#mentioned, brandId, { seen, as });
      for (const brandId of seen.doubtful) pushTo(this.#doubtful, brandId, seen);
      for (const brandId of seen.citedBrands) pushTo(this.#cited, brandId, seen);
    }
    this.#whole = observations.filter(isWhole).length;
  }

  /** Answers shown that name a brand. */
  named(brandId: string): NamedIn[] {
    return (this.#mentioned.get(brandId) ?? []).filter(({ seen }) => isShown(seen));
  }

  /** Answers shown in which only a homograph that nothing supports may name the brand. */
  perhaps(brandId: string): ReadonlySet<ReadObservation> {
    const doubtful = this.#doubtful.get(brandId) ?? [];
    return new Set(doubtful.filter((seen) => isShown(seen) && !seen.mentioned.has(brandId)));
  }

  /** Over whole answers, where both mention and citation can be told; the four sum to `n`. */
  outcomes(brandId: string): FourOutcomes {
    const n = this.#whole;
    const mentioned = (this.#mentioned.get(brandId) ?? []).filter(({ seen }) => isWhole(seen));
    const cited = (this.#cited.get(brandId) ?? []).filter(isWhole);
    const mentionedAndCited = mentioned.filter(({ seen }) => seen.citedBrands.has(brandId)).length;
    const mentionedOnly = mentioned.length - mentionedAndCited;
    const citedOnly = cited.length - mentionedAndCited;
    return { mentionedAndCited, mentionedOnly, citedOnly, neither: n - mentioned.length - citedOnly, n };
  }
}

function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}

const isWhole = ({ outcome }: ReadObservation): boolean => outcome === 'answered';
const isShown = (seen: ReadObservation): boolean => isWhole(seen) || seen.outcome === 'answered_partially';
