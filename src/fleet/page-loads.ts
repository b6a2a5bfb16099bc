/** A page that takes longer to load is waited for no longer: what waits is somebody's answer, or memory. */
const MOST_MS = 150;

/**
 * The pages of a browser pool that are being loaded. A page that loads needs this machine's processors most; what can wait
 * a moment, as closing a page that is done with and writing up what was seen, waits until none does.
 */
export class PageLoads {
  readonly #waiting = new Set<() => void>();
  #count = 0;

  /** Counts one in; what it gives counts it out, once. */
  begin(): () => void {
    this.#count++;
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      if (--this.#count === 0) for (const go of this.#waiting) go();
    };
  }

  /** Resolves when no page is being loaded: at once where none is, after 150 ms at most. */
  async calm(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(late);
        this.#waiting.delete(go);
        resolve();
      };
      const late = setTimeout(go, MOST_MS);
      this.#waiting.add(go);
    });
  }
}
