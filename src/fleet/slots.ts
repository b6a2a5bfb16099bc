/** A place to capture in, taken or promised. */
export interface Slot {
  /** Resolves when it is this attempt's, at once where one was free; false: it will never be. Never rejects. */
  ready: Promise<boolean>;
  /** Whether it will be given back in a moment: whoever comes next may then already prepare. */
  leaves(soon: boolean): void;
  /** Gives it back, or gives up waiting for it. Called again it does nothing. */
  giveBack(): void;
}

/**
 * The slots of a worker. Each carries one capture; while the proof of one is taken, its slot is promised to the next
 * attempt, which fetches and claims its child meanwhile and so navigates in the moment in which the slot is free. No more
 * pages are ever used at once than there are slots.
 */
export class Slots {
  readonly #count: number;
  readonly #waiting: ((seated: boolean) => void)[] = [];
  #closed = false;
  readonly #leaving = new Set<symbol>();
  #held = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** How many carry a capture. */
  get held(): number {
    return this.#held;
  }

  /** How many attempts wait for the one they were promised. */
  get promised(): number {
    return this.#waiting.length;
  }

  /** Whether an attempt may begin: a slot is free or soon will be. Of the slots only `limit` may be used, but always one. */
  mayBegin(limit: number): boolean {
    return this.#held + this.promised < this.#usable(limit) + this.#leaving.size;
  }

  /** Takes a free slot, or the promise of the next. Call it only where one may begin, with the same limit. */
  take(limit = this.#count): Slot {
    const { promise: ready, resolve } = Promise.withResolvers<boolean>();
    const slot = Symbol('slot');
    let state: 'waiting' | 'held' | 'given back' = 'waiting';
    const seat = (seated: boolean): void => {
      state = seated ? 'held' : 'given back';
      if (seated) this.#held++;
      resolve(seated);
    };
    if (this.#held < this.#usable(limit)) seat(true);
    else if (this.#closed) seat(false);
    else this.#waiting.push(seat);
    return {
      ready,
      leaves: (soon) => {
        if (soon && state === 'held') this.#leaving.add(slot);
        else this.#leaving.delete(slot);
      },
      giveBack: () => {
        const was = state;
        state = 'given back';
        this.#leaving.delete(slot);
        if (was === 'held') this.#pass();
        if (was === 'waiting') this.#giveUp(seat);
      },
    };
  }

  /** No promise is kept any longer; what is held stays held. */
  close(): void {
    this.#closed = true;
    for (const seat of this.#waiting.splice(0)) seat(false);
  }

  #usable(limit: number): number {
    return Math.min(this.#count, Math.max(1, limit));
  }

  /** What was to come soon did not come: nothing more is promised of it. */
  #giveUp(seat: (seated: boolean) => void): void {
    this.#waiting.splice(this.#waiting.indexOf(seat), 1);
    this.#leaving.clear();
  }

  /** A slot is free: it goes to whoever waits longest. */
  #pass(): void {
    this.#held--;
    this.#waiting.shift()?.(true);
  }
}
