import { availableParallelism } from 'node:os';

/**
 * A capture is dear until its query is sent: a context, a page load, clicks; then it waits and costs little. Two of them
 * keep a processor busy (0.3 CPU seconds in about a second, measured with the shell, 2026-11); more only wait for each
 * other, until a click no longer comes through in time.
 */
const ASKS_PER_PROCESSOR = 2;
/** A site that does not answer costs no processor either: it keeps others waiting no longer than this. */
const HOLD_MS = 10_000;

/**
 * Places for captures that are being asked. However many slots a worker has, it begins with no more captures at once than
 * its machine can drive, and with the next one when one of them waits for its answer.
 */
export class AskPlaces {
  readonly #places: number;
  readonly #onFree: () => void;
  #taken = 0;

  /** Two per processor unless `places` says otherwise. `onFree` is called when a place is taken back after 10 s and others may have waited for it. */
  constructor(places: number | undefined, onFree: () => void) {
    this.#places = Math.max(1, places ?? ASKS_PER_PROCESSOR * availableParallelism());
    this.#onFree = onFree;
  }

  get free(): boolean {
    return this.#taken < this.#places;
  }

  /**
   * Takes a place, free or not, until the returned function is called, 10 s at most. That one tells whether others may
   * have waited for it; called again it does nothing.
   */
  take(): () => boolean {
    this.#taken++;
    let holds = true;
    const giveBack = (): boolean => {
      clearTimeout(timer);
      const awaited = holds && !this.free;
      if (holds) this.#taken--;
      holds = false;
      return awaited;
    };
    const timer = setTimeout(() => void (giveBack() && this.#onFree()), HOLD_MS);
    timer.unref();
    return giveBack;
  }
}
