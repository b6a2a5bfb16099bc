import type { FleetSurface } from '../contract/surface-name.ts';
import { fetchByTurn } from '../jobs/fairness.ts';
import { Deadline } from '../platform/deadline.ts';
import { type QueuedJob, WORK_CHANNEL } from '../platform/queue.ts';
import { AskPlaces } from './ask-places.ts';
import { worksOf } from './capture-works.ts';
import { ClaimPlaces } from './claim-places.ts';
import { awaitSlot, drained } from './promised-slot.ts';
import { type AttemptNews, type CaptureWork, runAttempt } from './run-attempt.ts';
import { type Slot, Slots } from './slots.ts';
import { surfaceOrder } from './surface-order.ts';
import { takeChild } from './take-child.ts';
import type { WorkerOptions } from './worker-options.ts';

/** Retries and rescued jobs send no NOTIFY (specs/edge.md T10), so an idle worker looks by itself as often as this. */
const IDLE_POLL_MS = 1_000;
/** After no browser could be had, or proof not be stored, nothing is fetched for so long: a person is needed, not load. */
const UNFIT_PAUSE_MS = 5_000;
const CAPTURE_SLACK_MS = 10_000;

interface Running {
  deadline: Deadline;
  /** Until its page is given back; reading, storing and settling need none. */
  slot: Slot;
  done: Promise<void>;
}

/**
 * A long-lived worker. It reserves a slot first and fetches a job for it second; it fetches again the moment a slot is
 * about to be free, so a backlog is drained without a pause (pg-boss's own `work()` would sleep up to 30 s between jobs of a
 * backlog: specs/fleet.md 0.4). `stop` drains: running captures finish within the grace time, the rest are given back
 * without counting the attempt.
 */
export class Worker {
  readonly #options: WorkerOptions;
  /** How a child is captured, by surface: what this worker serves. */
  readonly #works: ReadonlyMap<FleetSurface, CaptureWork>;
  readonly #running = new Set<Running>();
  readonly #asks: AskPlaces;
  readonly #claims = new ClaimPlaces(() => this.#wake(undefined));
  readonly #slots: Slots;
  #accepting = false;
  #pumping = false;
  #pumped: Promise<void> = Promise.resolve();
  #again = false;
  #rotation = 0;
  #pausedUntil = 0;
  #poll: NodeJS.Timeout | undefined;
  #laneTimer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#works = worksOf(options);
    this.#slots = new Slots(options.slots);
    this.#asks = new AskPlaces(options.asksAtOnce, () => this.#wake(undefined));
  }

  /** Whether one more capture may begin: `slots` is the ceiling, `slotLimit` what the machine carries at present. */
  get #hasSlot(): boolean {
    if (this.unready !== undefined) return false;
    return this.#asks.free && this.#claims.free && this.#slots.mayBegin(this.#limit);
  }

  get #limit(): number {
    const { slots, slotLimit } = this.#options;
    return slotLimit?.() ?? slots;
  }

  /** What it serves. */
  get serves(): FleetSurface[] {
    return [...this.#works.keys()];
  }

  /** Why it begins no capture whatever waits; undefined while it does. */
  get unready(): string | undefined {
    if (!this.#accepting) return 'draining';
    if (this.#options.mayBegin?.() === false) return 'the disk is nearly full';
    if (this.#options.clock.monotonic() >= this.#pausedUntil) return undefined;
    return 'no browser could be had, or proof not be stored';
  }

  /** Attempts under way: those that hold a slot, and those that are being read, stored and settled. */
  get attempts(): number {
    return this.#running.size;
  }

  /** Slots in use right now. */
  get busy(): number {
    return this.#slots.held;
  }

  async start(): Promise<void> {
    // Pages are rendered on demand: a worker for nothing else opens its browsers when the first of them is.
    if (this.#options.surfaces.length > 0) await this.#options.pool.start();
    this.#accepting = true;
    this.#unsubscribe = await this.#options.listener.subscribe(
      WORK_CHANNEL,
      (surface) => this.#wake(surface),
      () => this.#wake(undefined),
    );
    this.#poll = setInterval(() => this.#wake(undefined), IDLE_POLL_MS);
    this.#wake(undefined);
  }

  /** Drains and ends. Idempotent. */
  async stop(): Promise<void> {
    this.#accepting = false;
    clearInterval(this.#poll);
    clearTimeout(this.#laneTimer);
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#slots.close();
    // A job may be on its way from the queue in this very moment: it is in hand, and must not be left there.
    const all = async (): Promise<unknown> => {
      await this.#pumped;
      return Promise.all([...this.#running].map(({ done }) => done));
    };
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([all(), new Promise((done) => (timer = setTimeout(done, this.#options.drainMs)))]);
    clearTimeout(timer);
    for (const { deadline } of this.#running) deadline.abort(drained());
    await all();
    await this.#options.pool.stop();
  }

  #wake(surface: string | undefined): void {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    this.#pumped = this.#pump(surface).finally(() => {
      this.#pumping = false;
      if (this.#again && this.#hasSlot) this.#wake(undefined);
    });
  }

  /** Fills the free slots: slot first, job second. Ends when nothing is due or no slot is free. */
  async #pump(hint: string | undefined): Promise<void> {
    let first = hint;
    do {
      this.#again = false;
      while (this.#hasSlot) {
        const slot = this.#slots.take(this.#limit);
        const job = await this.#fetchNext(first);
        first = undefined;
        if (job === undefined) {
          slot.giveBack();
          break;
        }
        this.#begin(job, slot);
      }
    } while (this.#again && this.#accepting);
  }

  /** Accounts take turns, and so do surfaces. */
  async #fetchNext(hint: string | undefined): Promise<QueuedJob | undefined> {
    const order = surfaceOrder(this.serves, this.#rotation++, hint);
    try {
      return await fetchByTurn(
        this.#options.db,
        this.#options.queue,
        await this.#open(order),
        this.#options.regions,
      );
    } catch (error) {
      this.#options.log.warn({ err: error }, 'could not fetch; the next poll tries again');
    }
    return undefined;
  }

  /** The surfaces whose lanes let something through; the worker looks again when the next of them may. */
  async #open(surfaces: readonly FleetSurface[]): Promise<readonly FleetSurface[]> {
    const { gate } = this.#options;
    if (gate === undefined) return surfaces;
    const ways = await gate.look(surfaces);
    clearTimeout(this.#laneTimer);
    if (ways.againInMs !== null && ways.againInMs < IDLE_POLL_MS && this.#accepting)
      this.#laneTimer = setTimeout(() => this.#wake(undefined), ways.againInMs);
    return ways.surfaces;
  }

  #begin(job: QueuedJob, slot: Slot): void {
    const deadline = Deadline.after(this.#options.captureTimeoutMs + CAPTURE_SLACK_MS, this.#options.clock);
    const running: Running = { deadline, slot, done: Promise.resolve() };
    const giveBack = this.#asks.take();
    const onAsked = (): void => {
      if (giveBack()) this.#wake(undefined);
    };
    const seated = async (): Promise<void> => {
      await awaitSlot(slot, deadline);
      this.#countSlots();
    };
    const onDriven = (): void => {
      slot.leaves(this.#mayPass);
      this.#wake(undefined);
    };
    const onPageGivenBack = (): void => {
      giveBack();
      if (this.#mayPass) this.#giveBack(slot);
      else slot.leaves(false);
      this.#wake(undefined);
    };
    running.done = this.#run(job, running, { seated, onAsked, onDriven, onPageGivenBack }).then((wasOurs) => {
      giveBack();
      this.#running.delete(running);
      this.#giveBack(slot);
      // What was put back for other workers would be fetched again at once.
      if (wasOurs) this.#wake(undefined);
    });
    this.#running.add(running);
    this.#countSlots();
  }

  #giveBack(slot: Slot): void {
    slot.giveBack();
    this.#countSlots();
  }

  /**
   * Whether a capture may pass on its slot before it is settled: at most as many as there are slots are read, stored and
   * settled beside the captures, because each holds its whole proof in memory and a store may be slow.
   */
  get #mayPass(): boolean {
    const settling = this.#running.size - this.busy - this.#slots.promised;
    return settling < this.#options.slots;
  }

  #countSlots(): void {
    const { metrics, slots } = this.#options;
    metrics?.slots.set({ state: 'busy' }, this.busy);
    metrics?.slots.set({ state: 'free' }, slots - this.busy);
  }

  /** Never rejects; false when the job belongs to regions this worker does not serve, and was put back. */
  async #run(job: QueuedJob, { deadline }: Running, news: AttemptNews): Promise<boolean> {
    const { log, gate, clock } = this.#options;
    const jobLog = log.child({ childId: job.childId, surface: job.surface });
    const startedAt = clock.monotonic();
    const decided = gate?.deciding(job.surface);
    try {
      const taken = await this.#claims.run(() => takeChild(job, this.#options, deadline, jobLog));
      if (taken.kind !== 'taken') return taken.kind !== 'elsewhere';
      if (decided !== undefined) {
        decided();
        this.#wake(undefined); // Another of its surface may be fetched now.
      }
      const work = this.#works.get(job.surface);
      if (work === undefined) throw new TypeError(`no adapter for ${job.surface}`);
      const onUnfit = (): void => {
        this.#pausedUntil = clock.monotonic() + UNFIT_PAUSE_MS;
      };
      const attempt = { deadline, log: taken.log, startedAt, onUnfit, news };
      await runAttempt(taken.child, work, this.#options, attempt);
    } catch (error) {
      // The lease runs out by itself and the queue hands the child to the next attempt: nothing is lost.
      jobLog.error({ err: error }, 'attempt failed outside the capture');
    } finally {
      decided?.();
    }
    return true;
  }
}
