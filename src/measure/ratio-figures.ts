import type { Figure } from './figure.ts';
import { seededDraw } from './seeded-draw.ts';
import { sorted } from './share-figure.ts';
import type { Interval } from './wilson.ts';

/** Draws of the cluster bootstrap. */
const BOOTSTRAP_DRAWS = 2_000;
/** With fewer prompts the percentile interval covers 33–81 % instead of 95 % (specs/analysis.md 0.5). */
const FEWEST_PROMPTS_FOR_BOOTSTRAP = 20;

/** Numerator and denominator that each prompt adds to a ratio. */
export interface Ratio {
  /** By index of the prompt; a prompt that is missing adds nothing. */
  numerators: ReadonlyMap<number, number>;
  /** By index of the prompt, all of them. */
  denominators: Float64Array;
}

/**
 * Ratios of sums over prompts with a percentile interval by resampling prompts, the same for the same seed. One set of
 * draws serves all ratios of a report, so that thousands of them stay cheap.
 */
export class RatioFigures {
  readonly #prompts: number;
  readonly #seed: string;
  #drawn: Uint16Array | undefined;
  readonly #denominators = new WeakMap<Float64Array, Float64Array>();

  constructor(prompts: number, seed: string) {
    this.#prompts = prompts;
    this.#seed = seed;
  }

  /** `k` of `n` are the sums; the interval is for questions like these, null below 20 prompts. */
  figure(ratio: Ratio, method: string, excluded: Readonly<Record<string, number>>): Figure {
    const k = sum(ratio.numerators.values());
    const n = sum(ratio.denominators);
    const figure = { k, n, ciThese: null, excluded: sorted(excluded), method };
    if (n === 0) return { ...figure, value: null, ciCategory: null, reason: 'nothing_eligible' };
    const asked = ratio.denominators.filter((denominator) => denominator > 0).length;
    if (asked < FEWEST_PROMPTS_FOR_BOOTSTRAP) {
      return { ...figure, value: k / n, ciCategory: null, reason: 'too_few_prompts' };
    }
    return { ...figure, value: k / n, ciCategory: this.#interval(ratio), reason: null };
  }

  #interval(ratio: Ratio): Interval {
    const below = this.#drawnDenominators(ratio.denominators);
    const values = this.#drawnSums(ratio.numerators);
    for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
      const under = below[draw] ?? 0;
      values[draw] = under === 0 ? 0 : (values[draw] ?? 0) / under;
    }
    values.sort();
    return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
  }

  #drawnDenominators(denominators: Float64Array): Float64Array {
    const known = this.#denominators.get(denominators);
    if (known !== undefined) return known;
    const drawn = this.#drawnSums(denominators.entries());
    this.#denominators.set(denominators, drawn);
    return drawn;
  }

  /** The sum in each resample, always added up in the order given: sums of fractions are not the same in another. */
  #drawnSums(values: Iterable<readonly [number, number]>): Float64Array {
    const weights = this.#weights();
    const sums = new Float64Array(BOOTSTRAP_DRAWS);
    for (const [prompt, value] of values) {
      const first = prompt * BOOTSTRAP_DRAWS;
      for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
        sums[draw] = (sums[draw] ?? 0) + value * (weights[first + draw] ?? 0);
      }
    }
    return sums;
  }

  /** How often each prompt is in each resample: those of one prompt stand together, since they are read together. */
  #weights(): Uint16Array {
    if (this.#drawn !== undefined) return this.#drawn;
    const weights = new Uint16Array(this.#prompts * BOOTSTRAP_DRAWS);
    for (let index = 0; index < BOOTSTRAP_DRAWS; index++) {
      const draw = seededDraw(`${this.#seed} ratio ${index}`);
      for (let pick = 0; pick < this.#prompts; pick++) {
        const place = Math.floor(draw() * this.#prompts) * BOOTSTRAP_DRAWS + index;
        weights[place] = (weights[place] ?? 0) + 1;
      }
    }
    this.#drawn = weights;
    return weights;
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** By linear interpolation between the neighbours of a sorted sample (R's type 7). */
export function quantile(sample: ArrayLike<number>, q: number): number {
  if (sample.length === 0) throw new RangeError('a quantile needs at least one value');
  const at = (sample.length - 1) * q;
  const low = sample[Math.floor(at)] ?? 0;
  const high = sample[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}
