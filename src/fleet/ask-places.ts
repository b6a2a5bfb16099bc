import { availableParallelism } from 'node:os';
import { readCpuPressure } from '../platform/machine-load.ts';

/**
 * A capture is dear until its query is sent: a context, a page load, clicks; then it waits and costs little. Two of them
 * keep a processor busy (0.3 CPU seconds in about a second, measured with the shell, 2026-11); more only wait for each
 * other, until a click no longer comes through in time.
 */
const ASKS_PER_PROCESSOR = 2;
/** A site that does not answer costs no processor either: it keeps others waiting no longer than this … */
const HOLD_MS = 10_000;
/** … unless the machine is so busy all the time that its processors may be what the capture waits for. */
const MOST_HOLDS = 6;
const BUSY_PRESSURE = 0.9;

/**
 * Places for captures that are being asked. However many slots a worker has, it begins with no more captures at once than
 * its machine can drive, and with the next one when one of them waits for its answer.
 */
export class AskPlaces {
  readonly #places: number;
  readonly #onFree: () => void;
  readonly #pressure: () => number;
  #taken = 0;

  /** Two per processor unless `places` says otherwise. `onFree` is called when a place is taken back and others may have waited for it. */
  constructor(places: number | undefined, onFree: () => void, pressure: () => number = readCpuPressure) {
    this.#places = Math.max(1, places ?? ASKS_PER_PROCESSOR * availableParallelism());
    this.#onFree = onFree;
    this.#pressure = pressure;
  }

  get free(): boolean {
    return this.#taken < this.#places;
  }

  /**
   * Takes a place, free or not, until the returned function is called; after 10 s it is taken back, on a busy machine after
   * a minute. The function tells whether others may have waited for the place; called again it does nothing.
   */
  take(): () => boolean {
    this.#taken++;
    let holds = true;
    const giveBack = (): boolean => {
      clearInterval(timer);
      const awaited = holds && !this.free;
      if (holds) this.#taken--;
      holds = false;
      return awaited;
    };
    let holdsLeft = MOST_HOLDS;
    const timer = setInterval(() => {
      const busy = --holdsLeft > 0 && this.#pressure() > BUSY_PRESSURE;
      if (!busy && giveBack()) this.#onFree();
    }, HOLD_MS);
    timer.unref();
    return giveBack;
  }
}
