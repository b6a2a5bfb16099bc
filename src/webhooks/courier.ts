import { CHILD_DONE_CHANNEL } from '../jobs/channels.ts';
import type { Listener } from '../platform/listener.ts';
import { WEBHOOK_CHANNEL } from './channel.ts';
import { claimDue, type DueDelivery } from './claim-due.ts';
import { type DeliverMeans, deliver } from './deliver.ts';
import { expandEvents, type JobFindings } from './expand.ts';
import { POST_LIMITS } from './post.ts';
import { sweepDeliveries } from './sweep.ts';

export interface CourierOptions extends DeliverMeans {
  listener: Listener;
  /** What events of whole jobs tell beside the job. */
  findings?: JobFindings;
  /** Attempts under way at most; default 100. */
  concurrency?: number;
  /** Default 500 ms: retries become due without a notification. */
  pollMs?: number;
}

const CONCURRENCY = 100;
const POLL_MS = 500;
const SWEEP_EVERY_MS = 600_000;
/** A lease outlives the attempt by this much, so that its end can be written down. */
const LEASE_MARGIN_MS = 15_000;

/**
 * Delivers webhooks until stopped. Any number may run: deliveries are leased, and those of a courier that was killed
 * are taken over when their lease ends. `stop` lets attempts under way finish (15 s at most).
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #concurrency: number;
  #accepting = false;
  #pumping: Promise<void> | undefined;
  #again = false;
  #poll: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void)[] = [];
  #sweepAt: number;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? CONCURRENCY;
    this.#sweepAt = options.clock.monotonic() + SWEEP_EVERY_MS;
  }

  /** Attempts under way now. */
  get busy(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    this.#accepting = true;
    const wake = (): void => this.wake();
    for (const channel of [CHILD_DONE_CHANNEL, WEBHOOK_CHANNEL])
      this.#unsubscribe.push(await this.#options.listener.subscribe(channel, wake, wake));
    this.#poll = setInterval(wake, this.#options.pollMs ?? POLL_MS);
    this.wake();
  }

  /** Takes no more, waits for what is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#accepting = false;
    clearInterval(this.#poll);
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    await this.#pumping;
    await Promise.all(this.#running);
  }

  /** Looks for work now. */
  wake(): void {
    this.#again = true;
    if (this.#pumping !== undefined || !this.#accepting) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = undefined;
      if (this.#again) this.wake();
    });
  }

  async #pump(): Promise<void> {
    const { db, clock, log } = this.#options;
    try {
      while (this.#again && this.#accepting) {
        this.#again = false;
        if ((await expandEvents(this.#options, clock.now())) > 0) this.#again = true;
        for (const delivery of await this.#claim()) this.#begin(delivery);
        if (clock.monotonic() < this.#sweepAt) continue;
        this.#sweepAt = clock.monotonic() + SWEEP_EVERY_MS;
        await sweepDeliveries(db, clock.now());
      }
    } catch (error) {
      this.#again = false;
      log.warn({ err: error }, 'could not look for webhooks; the next poll tries again');
    }
  }

  #claim(): Promise<DueDelivery[]> {
    const free = this.#concurrency - this.#running.size;
    const { limits = POST_LIMITS } = this.#options;
    return claimDue(this.#options.db, {
      now: this.#options.clock.now(),
      free,
      freeForFailing: Math.max(0, free - Math.floor(this.#concurrency / 2)),
      leaseMs: limits.totalMs + LEASE_MARGIN_MS,
    });
  }

  #begin(delivery: DueDelivery): void {
    const running = this.#attempt(delivery).finally(() => {
      this.#running.delete(running);
      this.wake();
    });
    this.#running.add(running);
  }

  async #attempt(delivery: DueDelivery): Promise<void> {
    try {
      await deliver(this.#options, delivery);
    } catch (error) {
      this.#options.log.warn(
        { err: error, deliveryId: delivery.id },
        'attempt not recorded; it is repeated when its lease ends',
      );
    }
  }
}
