import { type Counted, citation, presence, presencePerQuery, type ReadObservation } from './eligibility.ts';
import type { Observation } from './observation.ts';
import type { Tally } from './share-figure.ts';

/** What becomes of an observation in which a brand was seen, or not. */
export type Rule = (observation: Observation, seen: boolean) => Counted;

/** A rule as it holds in a slice. */
export type Within = (rule: Rule) => Rule;

/** The tallies of one brand in a slice. */
export interface BrandTallies {
  presence: Tally;
  presencePerQuery: Tally;
  citation: Tally;
}

/**
 * The observations of a surface or region as every brand counts them. What a rule says hangs on whether the brand was seen,
 * and on nothing else of it: both answers of each rule are asked for once, and each brand only chooses between them.
 */
export class SliceTallies {
  readonly #mentioned: Places;
  readonly #cited: Places;
  readonly #presence: Verdicts;
  readonly #presencePerQuery: Verdicts;
  readonly #citation: Verdicts;

  constructor(group: readonly ReadObservation[], within: Within) {
    this.#mentioned = new Places(group, ({ mentioned }) => mentioned.keys());
    this.#cited = new Places(group, ({ citedBrands }) => citedBrands);
    const prompts = new PromptPlaces(group);
    this.#presence = new Verdicts(group, prompts, within(presence));
    this.#presencePerQuery = new Verdicts(group, prompts, within(presencePerQuery));
    this.#citation = new Verdicts(group, prompts, within(citation));
  }

  of(brandId: string): BrandTallies {
    const mentioned = this.#mentioned.of(brandId);
    return {
      presence: this.#presence.tally(mentioned),
      presencePerQuery: this.#presencePerQuery.tally(mentioned),
      citation: this.#citation.tally(this.#cited.of(brandId)),
    };
  }
}

/** Which of the observations, by their place, a brand was seen in. */
class Places {
  readonly #size: number;
  readonly #places = new Map<string, number[]>();

  constructor(
    group: readonly ReadObservation[],
    brandsOf: (observation: ReadObservation) => Iterable<string>,
  ) {
    this.#size = group.length;
    group.forEach((observation, place) => {
      for (const brandId of brandsOf(observation)) {
        const known = this.#places.get(brandId);
        if (known === undefined) this.#places.set(brandId, [place]);
        else known.push(place);
      }
    });
  }

  /** 1 at each place, 0 elsewhere. */
  of(brandId: string): Uint8Array {
    const seen = new Uint8Array(this.#size);
    for (const place of this.#places.get(brandId) ?? []) seen[place] = 1;
    return seen;
  }
}

/** Prompts by number, in order of appearance. */
class PromptPlaces {
  readonly ids: string[];
  /** The number of each observation's prompt. */
  readonly of: Int32Array;

  constructor(group: readonly ReadObservation[]) {
    const numbers = new Map<string, number>();
    this.of = Int32Array.from(group, ({ promptId }) => {
      const number = numbers.get(promptId) ?? numbers.size;
      numbers.set(promptId, number);
      return number;
    });
    this.ids = [...numbers.keys()];
  }
}

const HIT = 1;
const MISS = 0;
const OUT = -1;

/** What a rule says of each observation, as numbers of the few verdicts there are. */
class Verdicts {
  readonly #prompts: PromptPlaces;
  readonly #kinds: Counted[] = [];
  readonly #unseen: Int32Array;
  readonly #seen: Int32Array;

  constructor(group: readonly ReadObservation[], prompts: PromptPlaces, rule: Rule) {
    this.#prompts = prompts;
    this.#unseen = Int32Array.from(group, (observation) => this.#numberOf(rule(observation, false)));
    this.#seen = Int32Array.from(group, (observation) => this.#numberOf(rule(observation, true)));
  }

  #numberOf(verdict: Counted): number {
    const known = this.#kinds.indexOf(verdict);
    return known >= 0 ? known : this.#kinds.push(verdict) - 1;
  }

  tally(brandSeen: Uint8Array): Tally {
    const counted = this.#kinds.map((kind) => (kind.counts ? (kind.hit ? HIT : MISS) : OUT));
    const left = new Int32Array(counted.length);
    const { ids, of } = this.#prompts;
    const [runs, hits] = [new Int32Array(ids.length), new Int32Array(ids.length)];
    const order: number[] = [];
    for (let at = 0; at < brandSeen.length; at++) {
      const kind = (brandSeen[at] === 1 ? this.#seen[at] : this.#unseen[at]) ?? 0;
      const verdict = counted[kind] ?? OUT;
      if (verdict === OUT) {
        left[kind] = (left[kind] ?? 0) + 1;
        continue;
      }
      const prompt = of[at] ?? 0;
      if (runs[prompt] === 0) order.push(prompt);
      runs[prompt] = (runs[prompt] ?? 0) + 1;
      hits[prompt] = (hits[prompt] ?? 0) + verdict;
    }
    // In the order in which each prompt counted first: sums of fractions are not the same in another.
    const prompts = new Map(
      order.map((prompt) => [ids[prompt] ?? '', { hits: hits[prompt] ?? 0, runs: runs[prompt] ?? 0 }]),
    );
    return { prompts, excluded: this.#excluded(left) };
  }

  #excluded(left: Int32Array): Record<string, number> {
    const excluded: Record<string, number> = {};
    this.#kinds.forEach((kind, number) => {
      const count = left[number] ?? 0;
      if (!kind.counts && count > 0) excluded[kind.why] = (excluded[kind.why] ?? 0) + count;
    });
    return excluded;
  }
}
