/**
 * Claims of a surface take turns in the database, each on a connection of its own: more at once would only take the pool's
 * connections from heartbeats and settlements.
 */
const AT_ONCE = 4;

/** How many children a worker may be claiming at once. */
export class ClaimPlaces {
  readonly #freed: () => void;
  #taken = 0;

  /** `freed`: whoever found no place may look again. */
  constructor(freed: () => void) {
    this.#freed = freed;
  }

  get free(): boolean {
    return this.#taken < AT_ONCE;
  }

  async run<T>(claim: () => Promise<T>): Promise<T> {
    this.#taken++;
    try {
      return await claim();
    } finally {
      if (this.#taken-- === AT_ONCE) this.#freed();
    }
  }
}
