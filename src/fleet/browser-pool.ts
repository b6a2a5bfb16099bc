import { availableParallelism } from 'node:os';
import type { ReadyPage } from '../capture/see-page.ts';
import { UNTARGETED, type Visitor } from '../capture/visitor.ts';
import { FleetError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadline } from '../platform/deadline.ts';
import { BrowserHost, CLOSE_MS, OPEN_MS } from './browser-host.ts';
import { ContextRefusal } from './context-refusal.ts';
import { runFairly } from './fair-wait.ts';
import { type FleetCounters, newFleetCounters, type PoolGauges } from './fleet-counters.ts';
import { type LaunchOptions, launchBrowser } from './launch-browser.ts';
import type { OpenedPage } from './open-page.ts';
import { PageLoads } from './page-loads.ts';
import type { PageOrder } from './page-order.ts';
import { treeDelays } from './process-tree.ts';
import { chooseSeat } from './seating.ts';
import { WEAR_LIMITS, type WearLimits } from './wear.ts';

const LAUNCH_MS = 25_000;
/** Weight of a new measurement of memory per capture. */
const MEMORY_WEIGHT = 0.2;

/** A page handed out for one capture. */
export interface LeasedPage {
  ready: ReadyPage;
  /**
   * Opens a page for the next capture. Call it when this one needs the browser less, as when it waits for its answer, and not
   * while it is loaded; where nobody does, it is done when the page is given back.
   */
  prepareNext(): void;
  /** The loads of its pool, to be counted in. */
  loads: PageLoads;
  /** Gives it back: the context is closed, never used again. `healthy: false` retires the browser. */
  release(healthy: boolean): Promise<void>;
}

export interface PoolOptions {
  counters?: FleetCounters;
  limits?: Partial<WearLimits>;
  /** Over how many processors the browsers are spread; this machine's when absent. */
  processors?: number;
}

/**
 * Browsers for the captures of one worker. Every capture gets a context of its own, opened ahead of need where the
 * visitor allows; browsers are launched one at a time, replaced when worn, and killed when they do not listen.
 */
export class BrowserPool {
  readonly counters: FleetCounters;
  readonly #launch: LaunchOptions;
  readonly #clock: Clock;
  readonly #limits: WearLimits;
  readonly #processors: number;
  readonly #hosts = new Set<BrowserHost>();
  #launching: Promise<BrowserHost> | undefined;
  readonly #loads = new PageLoads();
  #closed = false;
  #bytesPerCapture: number | null = null;

  constructor(launch: LaunchOptions, clock: Clock, options: PoolOptions = {}) {
    this.#launch = launch;
    this.#clock = clock;
    this.counters = options.counters ?? newFleetCounters();
    this.#limits = { ...WEAR_LIMITS, ...options.limits };
    this.#processors = options.processors ?? availableParallelism();
  }

  /** Launches the first browser and opens its first page, so that the first capture starts warm. */
  async start(): Promise<void> {
    const host = this.#usable()[0] ?? (await this.#launchNext());
    await host.refill(UNTARGETED);
  }

  /** Process ids of the browsers. */
  get pids(): number[] {
    return [...this.#hosts].map(({ launched }) => launched.pid);
  }

  /** What the pool holds now. */
  gauges(): PoolGauges {
    const hosts = [...this.#hosts];
    return {
      browsers: hosts.length,
      pagesOpen: hosts.reduce((sum, host) => sum + host.open, 0),
      contexts: hosts.reduce((sum, host) => sum + host.launched.browser.contexts().length, 0),
      browserBytes: hosts.reduce((sum, host) => sum + host.memory.bytes, 0),
      bytesPerCapture: this.#measured(hosts),
    };
  }

  /** Whether a fitting page lies ready, with a place in its browser. */
  hasAhead(order: PageOrder): boolean {
    if (this.#closed) return false;
    return this.#chosen(order)?.hasAhead(order) === true;
  }

  /** A fresh page for this visitor. Errors: BROWSER_LAUNCH_FAILED, CONTEXT_REFUSED, DEADLINE_EXCEEDED. */
  async acquire(order: PageOrder, deadline: Deadline): Promise<LeasedPage> {
    const { visitor, headers } = order;
    const host = await deadline.run('browser', () => this.#seat(order), {
      budgetMs: LAUNCH_MS,
      onLate: (late) => late.leave(),
    });
    let opened: OpenedPage | undefined;
    try {
      opened = await runFairly(deadline, 'page', () => host.take(order), {
        budgetMs: OPEN_MS,
        delays: () => treeDelays(host.launched.tree),
        onLate: ({ context }) => host.close(context),
      });
      const { context, ready } = opened;
      if (Object.keys(headers).length > 0) {
        await deadline.run('headers', () => context.setExtraHTTPHeaders({ ...headers }), {
          budgetMs: CLOSE_MS,
        });
      }
      let due = true;
      const prepareNext = (): void => {
        if (due) this.#prepareNext(host, visitor);
        due = false;
      };
      return {
        ready,
        prepareNext,
        loads: this.#loads,
        release: async (healthy) => {
          if (!healthy) host.retire('unhealthy');
          prepareNext();
          if (healthy) await this.#loads.calm();
          await host.close(context);
          host.leave();
        },
      };
    } catch (error) {
      // What it refuses of one capture is no reason to take it from all others.
      if (!(error instanceof ContextRefusal)) host.retire('unhealthy');
      if (opened !== undefined) void host.close(opened.context);
      host.leave();
      throw error;
    }
  }

  /** Ends all browsers. Pages still out are lost. */
  async stop(): Promise<void> {
    this.#closed = true;
    await this.#launching?.catch(() => undefined); // Its own caller reports a failed launch.
    await Promise.all([...this.#hosts].map((host) => host.end()));
  }

  /** Browsers that take captures. Throws DRAINING once the pool is closed. */
  #usable(): BrowserHost[] {
    if (this.#closed) throw new FleetError('DRAINING', 'the browser pool is closed');
    return [...this.#hosts].filter((host) => !host.checkWear());
  }

  /** The browser that the next capture of this kind goes to; undefined: one has to be launched for it. */
  #chosen(order: PageOrder): BrowserHost | undefined {
    const usable = this.#usable();
    const seating = usable.map((host) => ({ open: host.open, ahead: host.hasAhead(order) }));
    const chosen = chooseSeat(seating, this.#processors);
    return chosen === 'launch' ? undefined : usable[chosen];
  }

  /** A place in a browser, taken in the same moment in which it was found free. */
  async #seat(order: PageOrder): Promise<BrowserHost> {
    for (;;) {
      const host = this.#chosen(order);
      if (host === undefined) {
        await this.#launchNext(); // Others who wait for it may take all its places: then another one.
        continue;
      }
      host.enter();
      return host;
    }
  }

  #prepareNext(host: BrowserHost, visitor: Visitor): void {
    this.#openAhead(visitor);
    if (host.nearlyWorn) this.#launchSuccessor(host, visitor);
  }

  /**
   * Opens pages ahead for this visitor where the next capture will be seated, and only there: with one in every browser,
   * each seventh page of many captures at once was open and never needed.
   */
  #openAhead(visitor: Visitor): void {
    if (this.#closed) return;
    const usable = this.#usable();
    const seating = usable.map(({ open }) => ({ open, ahead: false }));
    const chosen = chooseSeat(seating, this.#processors);
    // Where all are full, the next place is most likely one that is given back.
    const next = usable[chosen === 'launch' ? 0 : chosen];
    for (const host of usable) if (host !== next) host.dropAhead();
    void next?.refill(visitor);
  }

  /** Launches one browser; whoever asks meanwhile waits for the same one. */
  #launchNext(): Promise<BrowserHost> {
    this.#launching ??= this.#launchHost().finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  /** Launches the browser that takes over from one that is nearly worn, so that no capture waits for it. */
  #launchSuccessor(worn: BrowserHost, visitor: Visitor): void {
    const others = [...this.#hosts].filter((host) => host !== worn && !host.checkWear());
    if (this.#closed || this.#launching !== undefined || others.length > 0) return;
    this.#launchNext().then(
      () => this.#openAhead(visitor),
      (error: unknown) => this.#launch.log.warn({ err: error }, 'no browser could be launched ahead'),
    );
  }

  async #launchHost(): Promise<BrowserHost> {
    try {
      const launched = await launchBrowser(this.#launch, Deadline.after(LAUNCH_MS, this.#clock));
      this.counters.browsersLaunched++;
      const host: BrowserHost = new BrowserHost(launched, {
        ...{ clock: this.#clock, log: this.#launch.log, counters: this.counters, limits: this.#limits },
        onStage: this.#launch.stagePort !== undefined,
        onGone: () => this.#hosts.delete(host),
      });
      this.#hosts.add(host);
      try {
        await host.start();
      } catch (error) {
        host.retire('unhealthy'); // Nobody would watch it.
        throw error;
      }
      return host;
    } catch (error) {
      this.counters.browserLaunchesFailed++;
      throw error;
    }
  }

  /** Memory per capture as measured, smoothed; the browsers' own share is spread over their pages. */
  #measured(hosts: readonly BrowserHost[]): number | null {
    const busy = hosts.filter(({ memory }) => memory.pages > 0);
    if (busy.length === 0) return this.#bytesPerCapture;
    const bytes = busy.reduce((sum, { memory }) => sum + memory.bytes, 0);
    const now = bytes / busy.reduce((sum, { memory }) => sum + memory.pages, 0);
    const before = this.#bytesPerCapture ?? now;
    this.#bytesPerCapture = before + MEMORY_WEIGHT * (now - before);
    return this.#bytesPerCapture;
  }
}
