import { z } from 'zod';
import { type Clock, systemClock } from './clock.ts';
import type { Sql } from './database.ts';
import { throughTheDoor } from './database-error.ts';
import type { Log } from './log.ts';

/**
 * The fleet's time, which is the database's: what one process writes as a moment (a deadline, a lease, a due delivery)
 * another one compares with its own now, so that all of them must mean the same. Between two looks at the database the
 * monotonic clock carries it on; setting a machine's clock changes nothing.
 */
export interface FleetClock extends Clock {
  /** Milliseconds that this machine's own clock is ahead of the database's, when it was last looked. */
  readonly skewMs: number;
  close(): Promise<void>;
}

export interface FleetClockOptions {
  log: Log;
  /** This machine's clock. */
  own?: Clock;
  /** Default 30 s. */
  everyMs?: number;
}

const EVERY_MS = 30_000;
/** Of a slow answer it is not known when it was given; the clock that runs is better. */
const SLOWEST_ANSWER_MS = 1_000;
/** Nearer than this, clocks of different machines rarely are. */
const ALARM_MS = 5_000;

const timeRow = z.object({ now: z.coerce.number() });

/** Reads the database's time and keeps up with it. Rejects with DATABASE_UNAVAILABLE when the first look fails. */
export async function openFleetClock(sql: Sql, options: FleetClockOptions): Promise<FleetClock> {
  const clock = new DatabaseClock(sql, options);
  await throughTheDoor(() => clock.look(Number.POSITIVE_INFINITY));
  clock.keepUp();
  return clock;
}

class DatabaseClock implements FleetClock {
  readonly #sql: Sql;
  readonly #log: Log;
  readonly #own: Clock;
  readonly #everyMs: number;
  /** Epoch milliseconds at which the monotonic clock said 0. */
  #origin = 0;
  #skewMs = 0;
  #alarmed = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(sql: Sql, { log, own = systemClock, everyMs = EVERY_MS }: FleetClockOptions) {
    this.#sql = sql;
    this.#log = log;
    this.#own = own;
    this.#everyMs = everyMs;
  }

  now(): number {
    return Math.round(this.#origin + this.#own.monotonic());
  }

  monotonic(): number {
    return this.#own.monotonic();
  }

  get skewMs(): number {
    return this.#skewMs;
  }

  /** Reads the database's time once; an answer that took longer than `slowestMs` is not used. */
  async look(slowestMs: number): Promise<void> {
    const asked = this.#own.monotonic();
    const { rows } = await this.#sql.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
    const tookMs = this.#own.monotonic() - asked;
    if (tookMs > slowestMs) return;
    this.#origin = timeRow.parse(rows[0]).now - (asked + tookMs / 2);
    this.#skewMs = Math.round(this.#own.now() - this.now());
    const isWrong = Math.abs(this.#skewMs) > ALARM_MS;
    if (isWrong !== this.#alarmed) {
      const what = isWrong
        ? 'clock skew: the clock of this machine or of the database is wrong; the fleet goes by the database'
        : 'clock skew is gone';
      this.#log.warn({ skewMs: this.#skewMs }, what);
    }
    this.#alarmed = isWrong;
  }

  keepUp(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookAgain();
    }, this.#everyMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #lookAgain(): Promise<void> {
    try {
      await this.look(SLOWEST_ANSWER_MS);
    } catch (error) {
      this.#log.debug({ err: error }, 'could not read the time of the database; the clock runs on');
    }
    this.keepUp();
  }
}
