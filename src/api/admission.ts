import { randomUUID } from 'node:crypto';
import {
  type AccountLoad,
  type AdmissionLimits,
  countOpen,
  loadHeaders,
  readLoad,
} from '../jobs/admission.ts';
import { type SyncSlot, SyncSlots } from '../jobs/sync-slots.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';

/** The queue's total is asked this often; in between it may be exceeded by what one process accepts. */
const TOTAL_MS = 1_000;

/** What a process knows of limits: the sync slots it holds, and how full the whole queue was a moment ago. */
export class Admission {
  readonly #sql: Sql;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #slots: SyncSlots;
  #open = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(sql: Sql, config: Config, clock: Clock, log: Log) {
    this.#sql = sql;
    this.#config = config;
    this.#clock = clock;
    this.#slots = new SyncSlots(sql, log);
  }

  start(): void {
    this.#slots.start();
  }

  close(): void {
    this.#slots.close();
  }

  /** The limits a submit is held to now. */
  async limits(): Promise<AdmissionLimits> {
    const now = this.#clock.monotonic();
    if (now - this.#askedAt > TOTAL_MS) {
      this.#askedAt = now;
      this.#open = await countOpen(this.#sql);
    }
    const { syncLimit, queueLimit, queueLimitTotal } = this.#config;
    return {
      sync: syncLimit,
      queue: queueLimit,
      roomInAll: queueLimitTotal - this.#open,
      queueInAll: queueLimitTotal,
    };
  }

  /** A slot to ask for; held only once the submit was accepted. */
  newSlot(accountId: string): SyncSlot {
    return { id: randomUUID(), accountId };
  }

  hold(slot: SyncSlot): void {
    this.#slots.hold(slot);
  }

  free(slot: SyncSlot): Promise<void> {
    return this.#slots.free(slot);
  }

  /** Headers of a submit's answer; a replay adds nothing and is asked for. */
  async headers(accountId: string, load: AccountLoad | undefined): Promise<Record<string, string>> {
    return loadHeaders(load ?? (await readLoad(this.#sql, accountId)), this.#config.syncLimit);
  }
}
