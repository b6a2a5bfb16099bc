import type { Figure } from './figure.ts';
import { figureOfMeans } from './mean-figure.ts';
import type { Observation } from './observation.ts';

/**
 * Every brand's share of the position-weighted words of whole answers (specs/analysis.md C.3): the answers are read once
 * for all of them.
 */
export class WordShares {
  /** Whole answers with words by prompt, in order of appearance. */
  readonly #answers = new Map<string, number>();
  /** Sums of the shares by brand, then prompt. */
  readonly #sums = new Map<string, Map<string, number>>();
  #all = 0;

  constructor(observations: readonly Observation[]) {
    for (const { promptId, outcome, words } of observations) {
      if (outcome !== 'answered' || words.total <= 0) continue;
      this.#all++;
      this.#answers.set(promptId, (this.#answers.get(promptId) ?? 0) + 1);
      for (const [brandId, own] of Object.entries(words.byBrand)) {
        const sums = this.#sums.get(brandId) ?? new Map<string, number>();
        this.#sums.set(brandId, sums);
        sums.set(promptId, (sums.get(promptId) ?? 0) + own / words.total);
      }
    }
  }

  figure(brandId: string): Figure {
    const sums = this.#sums.get(brandId);
    const means = [...this.#answers].map(([promptId, answers]) => (sums?.get(promptId) ?? 0) / answers);
    return figureOfMeans(means, this.#all, 'word_share/1', {});
  }
}
