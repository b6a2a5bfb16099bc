import { FleetError } from '../contract/errors.ts';
import { type Clock, systemClock } from './clock.ts';

/** A phase did not end in time. */
export class DeadlineError extends FleetError {
  readonly phase: string;

  constructor(phase: string, budgetMs: number) {
    super('DEADLINE_EXCEEDED', `${phase} did not end within ${Math.round(budgetMs)} ms`);
    this.name = 'DeadlineError';
    this.phase = phase;
  }
}

/**
 * One end for a piece of work, inherited by all its steps. Every await on a browser, a database or the network goes
 * through `run`: browser calls can hang for ever (specs/fleet.md 0.8), so none is trusted to end by itself.
 */
export class Deadline {
  readonly #endsAt: number;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #parent: Deadline | undefined;

  private constructor(endsAt: number, clock: Clock, parent?: Deadline) {
    this.#endsAt = endsAt;
    this.#clock = clock;
    this.#parent = parent;
  }

  /** A deadline `ms` from now. */
  static after(ms: number, clock: Clock = systemClock): Deadline {
    return new Deadline(clock.monotonic() + ms, clock);
  }

  /** A part of this deadline: ends after `ms`, or with the whole, whichever is first; aborts with the whole. */
  within(ms: number): Deadline {
    const end = Math.min(this.#endsAt, this.#clock.monotonic() + ms);
    return new Deadline(end, this.#clock, this);
  }

  /** Milliseconds left, never negative. */
  remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  get expired(): boolean {
    return this.remainingMs() === 0;
  }

  /** Aborts everything under way: the lease is lost, the page crashed, the process drains. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  get #signals(): AbortSignal[] {
    const own = [this.#abort.signal];
    return this.#parent === undefined ? own : [...own, ...this.#parent.#signals];
  }

  /** Throws when the deadline was aborted. */
  throwIfAborted(): void {
    for (const signal of this.#signals) signal.throwIfAborted();
  }

  /**
   * Runs one step of at most `budgetMs` (default: all that is left). Rejects with DeadlineError when it does not end
   * in time and with the reason when aborted; a value that arrives later is handed to `onLate`, so that it can be
   * released.
   */
  async run<T>(
    phase: string,
    step: () => Promise<T>,
    options: { budgetMs?: number; onLate?: (late: T) => void | Promise<void> } = {},
  ): Promise<T> {
    this.throwIfAborted();
    const budget = Math.min(this.remainingMs(), options.budgetMs ?? Number.POSITIVE_INFINITY);
    if (budget <= 0) throw new DeadlineError(phase, budget);
    const work = step();
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    const signals = this.#signals;
    let onAbort: (() => void) | undefined;
    const end = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new DeadlineError(phase, budget)), budget);
      onAbort = () => reject(signals.find((signal) => signal.aborted)?.reason);
      for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    });
    work.then(
      (late) => {
        if (over) void options.onLate?.(late);
      },
      () => undefined, // The race below reports it; when the race is over, nobody waits for this failure any more.
    );
    try {
      return await Promise.race([work, end]);
    } finally {
      over = true;
      clearTimeout(timer);
      for (const signal of signals) if (onAbort) signal.removeEventListener('abort', onAbort);
    }
  }

  /** Waits, under the deadline. */
  async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.run('pause', () => new Promise<void>((done) => (timer = setTimeout(done, ms))));
    } finally {
      clearTimeout(timer);
    }
  }
}
