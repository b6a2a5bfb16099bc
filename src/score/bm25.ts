const K1 = 1.2;
const B = 0.75;

/** BM25 (Robertson, Spärck Jones) over a fixed set of texts, each given as its terms. */
export class Bm25 {
  readonly #counts: Map<string, number>[];
  readonly #lengths: number[];
  readonly #mean: number;
  readonly #holding = new Map<string, number>();

  constructor(texts: readonly (readonly string[])[]) {
    this.#counts = texts.map((terms) => {
      const counts = new Map<string, number>();
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
      return counts;
    });
    this.#lengths = texts.map((terms) => terms.length);
    this.#mean = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
    for (const counts of this.#counts)
      for (const term of counts.keys()) this.#holding.set(term, (this.#holding.get(term) ?? 0) + 1);
  }

  /** Score of one text for a query's distinct terms; 0 when it holds none of them. */
  score(index: number, query: Iterable<string>): number {
    const counts = this.#counts[index];
    const length = this.#lengths[index] ?? 0;
    if (counts === undefined || length === 0) return 0;
    let sum = 0;
    for (const term of query) {
      const count = counts.get(term) ?? 0;
      if (count === 0) continue;
      sum +=
        (this.idf(term) * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / Math.max(1, this.#mean)));
    }
    return sum;
  }

  /** How telling a term is: the rarer among the texts, the more. */
  idf(term: string): number {
    const holding = this.#holding.get(term) ?? 0;
    return Math.log(1 + (this.#counts.length - holding + 0.5) / (holding + 0.5));
  }

  /** Whether a text holds a term. */
  holds(index: number, term: string): boolean {
    return this.#counts[index]?.has(term) ?? false;
  }
}
