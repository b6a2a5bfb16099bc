import { releaseExpired } from '../jobs/open-work.ts';
import type { Clock } from '../platform/clock.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';
import {
  CONTENT_CHANNEL,
  claimRun,
  endRun,
  expireRuns,
  giveRunBack,
  type LeasedRun,
  renewLease,
} from './content-end.ts';
import { retireContentRuns } from './content-retention.ts';
import { executeRun, type RunMeans } from './execute-content-run.ts';

export interface ContentRunnerOptions extends RunMeans {
  listener: Listener;
  clock: Clock;
  log: Log;
  /** Runs under way at most; 0: only ends what nobody else will. Default 2. */
  concurrency?: number;
  /** Days after its end that a run is kept; absent: for ever. Swept once an hour. */
  retentionDays?: number;
  /** Default 1 s: leases end without a notification. */
  pollMs?: number;
  /** How long a lost process keeps others from its run; default 60 s. Renewed three times as often. */
  leaseMs?: number;
}

const CONCURRENCY = 2;
const POLL_MS = 1_000;
const LEASE_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

/**
 * Executes content runs until stopped. Any number may run: runs are leased, and those of a process that was killed are taken
 * over when their lease ends. `stop` calls off what is under way and hands it back.
 */
export class ContentRunner {
  readonly #options: ContentRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  /** Leases of the runs under way, by run. */
  readonly #leases = new Map<string, AbortController>();
  readonly #stopping = new AbortController();
  #pumping: Promise<void> | undefined;
  #again = false;
  #sweepAt = 0;
  #poll: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: ContentRunnerOptions) {
    this.#options = options;
  }

  /** Runs under way now. */
  get busy(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    const wake = (): void => this.wake();
    const hear = (cancelled: string): void => {
      this.#leases.get(cancelled)?.abort(new Error('the run was cancelled'));
      this.wake();
    };
    this.#unsubscribe = await this.#options.listener.subscribe(CONTENT_CHANNEL, hear, wake);
    this.#poll = setInterval(wake, this.#options.pollMs ?? POLL_MS);
    this.wake();
  }

  /** Takes no more and calls off what is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the process is stopping'));
    clearInterval(this.#poll);
    this.#unsubscribe?.();
    await this.#pumping;
    await Promise.all(this.#running);
  }

  /** Looks for work now. */
  wake(): void {
    this.#again = true;
    if (this.#pumping !== undefined || this.#stopping.signal.aborted) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = undefined;
      if (this.#again) this.wake();
    });
  }

  async #pump(): Promise<void> {
    const { db, clock, log, concurrency = CONCURRENCY, leaseMs = LEASE_MS } = this.#options;
    try {
      while (this.#again && !this.#stopping.signal.aborted) {
        this.#again = false;
        await expireRuns(db, clock.now());
        await releaseExpired(db, clock.now());
        await this.#sweep();
        while (this.busy < concurrency && !this.#stopping.signal.aborted) {
          const run = await claimRun(db, clock.now(), leaseMs);
          if (run === undefined) break;
          this.#begin(run);
        }
      }
    } catch (error) {
      this.#again = false;
      log.warn({ err: error }, 'could not look for content runs; the next poll tries again');
    }
  }

  async #sweep(): Promise<void> {
    const { clock, log, retentionDays } = this.#options;
    if (retentionDays === undefined || clock.monotonic() < this.#sweepAt) return;
    this.#sweepAt = clock.monotonic() + SWEEP_EVERY_MS;
    const retired = await retireContentRuns(this.#options, clock.now() - retentionDays * DAY_MS);
    if (retired > 0) log.info({ retired, days: retentionDays }, 'old content runs forgotten');
  }

  #begin(run: LeasedRun): void {
    const running = this.#attempt(run).finally(() => {
      this.#running.delete(running);
      this.wake();
    });
    this.#running.add(running);
  }

  async #attempt(run: LeasedRun): Promise<void> {
    const { db, clock, log } = this.#options;
    const lease = this.#keepLease(run);
    try {
      const end = await executeRun(this.#options, run, lease.signal);
      const counted = await endRun(db, run, end, clock.now());
      const facts = { runId: run.id, event: end.event, issue: end.issue?.code, counted };
      log.info(facts, counted ? 'content run ended' : 'content run had ended without this process');
    } catch (error) {
      await this.#leave(run, error);
    } finally {
      lease.release();
    }
  }

  /** After a fault of ours, or called off: another attempt is made, at once when this process only stops. */
  async #leave(run: LeasedRun, error: unknown): Promise<void> {
    const { db, clock, log } = this.#options;
    if (!this.#stopping.signal.aborted) {
      log.warn({ err: error, runId: run.id }, 'content run failed here; taken again when its lease ends');
      return;
    }
    try {
      await giveRunBack(db, run, clock.now());
    } catch (cause) {
      log.warn({ err: cause, runId: run.id }, 'content run not handed back; taken again when its lease ends');
    }
  }

  /** Renews a run's lease until released; `signal` aborts when it is lost, the run's time is over, or the process stops. */
  #keepLease(run: LeasedRun): { signal: AbortSignal; release(): void } {
    const { db, clock, log, leaseMs = LEASE_MS } = this.#options;
    const lost = new AbortController();
    this.#leases.set(run.id, lost);
    const renew = async (): Promise<void> => {
      try {
        if (!(await renewLease(db, run, clock.now() + leaseMs))) lost.abort(new Error('the lease is lost'));
      } catch (error) {
        log.warn({ err: error, runId: run.id }, 'lease of a content run not renewed; tried again');
      }
    };
    const timer = setInterval(() => void renew(), leaseMs / 3);
    const over = setTimeout(
      () => lost.abort(new Error("the run's time is over")),
      Math.max(0, run.deadlineAt.getTime() - clock.now()),
    );
    return {
      signal: AbortSignal.any([lost.signal, this.#stopping.signal]),
      release: () => {
        clearInterval(timer);
        clearTimeout(over);
        this.#leases.delete(run.id);
      },
    };
  }
}
