import { FleetError } from '../contract/errors.ts';

const TICK_MS = 250;
/** Nothing came free for so long: whatever holds the connections waits itself for a server that says nothing. */
const STANDSTILL_TICKS = 20;
/** However well it goes on: who waited for so long is better off being told. */
const MOST_TICKS = 120;

interface Waiter {
  /** Ticks since it came, or since a connection came free for somebody. */
  still: number;
  waited: number;
  go: () => void;
  refuse: (error: FleetError) => void;
}

/**
 * Whose turn it is to have one of a pool's connections; who finds none free waits in line. The pool's own wait for one
 * counts among its 5 s to connect, and so calls a server dead that is only busy. Here a line that moves is waited in, 30 s
 * at most; one that stands still for 5 s is given up. Counted in ticks of this process: time in which the machine did not
 * let it run is nobody's fault and is not counted.
 */
export class PoolTurns {
  readonly #most: number;
  #taken = 0;
  readonly #line: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Those who wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Resolves when a connection may be taken; call the answer once when it is given back, with whether the server was well.
   * Rejects with DATABASE_UNAVAILABLE.
   */
  take(): Promise<(well: boolean) => void> {
    if (this.#taken < this.#most && this.#line.length === 0) {
      this.#taken++;
      return Promise.resolve(this.#turn());
    }
    return new Promise((resolve, refuse) => {
      const go = (): void => resolve(this.#turn());
      this.#line.push({ still: 0, waited: 0, go, refuse });
      this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    });
  }

  #turn(): (well: boolean) => void {
    let over = false;
    return (well) => {
      if (over) throw new TypeError('a turn was given back twice');
      over = true;
      if (well) for (const waiter of this.#line) waiter.still = 0;
      const next = this.#line.shift();
      if (next === undefined) this.#taken--;
      else next.go();
      this.#rest();
    };
  }

  #tick(): void {
    for (const waiter of [...this.#line]) {
      const stands = ++waiter.still > STANDSTILL_TICKS;
      if (!stands && ++waiter.waited <= MOST_TICKS) continue;
      this.#line.splice(this.#line.indexOf(waiter), 1);
      waiter.refuse(this.#busy(stands));
    }
    this.#rest();
  }

  #busy(stands: boolean): FleetError {
    const since = stands
      ? `and none came free for ${(STANDSTILL_TICKS * TICK_MS) / 1000} s`
      : `and it was not this one's turn for ${(MOST_TICKS * TICK_MS) / 1000} s`;
    return new FleetError(
      'DATABASE_UNAVAILABLE',
      `the database is busy: all ${this.#most} connections of this process are in use, ${since}`,
      { fix: 'see what Postgres does (pg_stat_activity) and whether the machine has processors to spare' },
    );
  }

  #rest(): void {
    if (this.#line.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
