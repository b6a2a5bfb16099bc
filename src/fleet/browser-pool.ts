import type { ReadyPage } from '../capture/run-capture.ts';
import { UNTARGETED, type Visitor } from '../capture/visitor.ts';
import { FleetError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadline } from '../platform/deadline.ts';
import { BrowserHost, CLOSE_MS, type OpenedPage, type PageOrder } from './browser-host.ts';
import { type FleetCounters, newFleetCounters, type PoolGauges } from './fleet-counters.ts';
import { type LaunchOptions, launchBrowser } from './launch-browser.ts';
import { WEAR_LIMITS, type WearLimits } from './wear.ts';

export type { PageOrder } from './browser-host.ts';

/** Contexts one browser carries at once; beyond that captures starve each other (specs/fleet.md 4). */
const CONTEXTS_PER_BROWSER = 6;
const LAUNCH_MS = 25_000;
const OPEN_MS = 10_000;
/** Weight of a new measurement of memory per capture. */
const MEMORY_WEIGHT = 0.2;

/** A page handed out for one capture. */
export interface LeasedPage {
  ready: ReadyPage;
  /** Gives it back: the context is closed, never used again. `healthy: false` retires the browser. */
  release(healthy: boolean): Promise<void>;
}

export interface PoolOptions {
  counters?: FleetCounters;
  limits?: Partial<WearLimits>;
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
  readonly #hosts = new Set<BrowserHost>();
  #launching: Promise<BrowserHost> | undefined;
  #closed = false;
  #bytesPerCapture: number | null = null;

  constructor(launch: LaunchOptions, clock: Clock, options: PoolOptions = {}) {
    this.#launch = launch;
    this.#clock = clock;
    this.counters = options.counters ?? newFleetCounters();
    this.#limits = { ...WEAR_LIMITS, ...options.limits };
  }

  /** Launches the first browser and opens its first page, so that the first capture starts warm. */
  async start(): Promise<void> {
    await (await this.#host()).refill(UNTARGETED, CONTEXTS_PER_BROWSER);
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

  /** A fresh page for this visitor. Errors: BROWSER_LAUNCH_FAILED, DEADLINE_EXCEEDED. */
  async acquire(order: PageOrder, deadline: Deadline): Promise<LeasedPage> {
    const { visitor, headers } = order;
    const host = await deadline.run('browser', () => this.#seat(), {
      budgetMs: LAUNCH_MS,
      onLate: (late) => late.leave(),
    });
    let opened: OpenedPage | undefined;
    try {
      opened = await deadline.run('page', () => host.take(order), {
        budgetMs: OPEN_MS,
        onLate: ({ context }) => host.close(context),
      });
      const { context, ready } = opened;
      if (Object.keys(headers).length > 0) {
        await deadline.run('headers', () => context.setExtraHTTPHeaders({ ...headers }), {
          budgetMs: CLOSE_MS,
        });
      }
      if (!this.#closed) void host.refill(visitor, CONTEXTS_PER_BROWSER);
      if (host.nearlyWorn) this.#launchSuccessor(host, visitor);
      return {
        ready,
        release: async (healthy) => {
          if (!healthy) host.retire('unhealthy');
          await host.close(context);
          host.leave();
        },
      };
    } catch (error) {
      host.retire('unhealthy');
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

  /** A place in a browser, taken in the same moment in which it was found free. */
  async #seat(): Promise<BrowserHost> {
    for (;;) {
      const host = await this.#host();
      if (host.checkWear() || host.open >= CONTEXTS_PER_BROWSER) continue; // Others came first.
      host.enter();
      return host;
    }
  }

  async #host(): Promise<BrowserHost> {
    if (this.#closed) throw new FleetError('DRAINING', 'the browser pool is closed');
    const usable = [...this.#hosts].find((host) => !host.checkWear() && host.open < CONTEXTS_PER_BROWSER);
    if (usable) return usable;
    await this.#nextHost();
    return this.#host();
  }

  /** The browser that is being launched, or the next: one at a time. */
  #nextHost(): Promise<BrowserHost> {
    this.#launching ??= this.#launchHost().finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  /** Launches the browser that takes over from one that is nearly worn, so that no capture waits for it. */
  #launchSuccessor(worn: BrowserHost, visitor: Visitor): void {
    const others = [...this.#hosts].filter((host) => host !== worn && !host.checkWear());
    if (this.#closed || this.#launching !== undefined || others.length > 0) return;
    this.#nextHost().then(
      (host) => host.refill(visitor, CONTEXTS_PER_BROWSER),
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
      await host.start();
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
