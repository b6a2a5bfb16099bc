import type { BrowserContext } from 'playwright';
import type { PageLoss } from '../capture/page-loss.ts';
import type { Visitor } from '../capture/visitor.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { BrowserHealth } from './browser-health.ts';
import { MOST_TURNS, runFairly } from './fair-wait.ts';
import type { FleetCounters, RetireReason } from './fleet-counters.ts';
import { endBrowser, type LaunchedBrowser } from './launch-browser.ts';
import { type OpenedPage, type OpenPageMeans, openPage } from './open-page.ts';
import { isPlain, type PageOrder } from './page-order.ts';
import { killTree, treeDelays } from './process-tree.ts';
import { roomBeside } from './seating.ts';
import { WarmPages } from './warm-pages.ts';
import { type WearLimits, wornBy } from './wear.ts';

/** A page opens within so much time in which the browser could run … */
export const OPEN_MS = 10_000;
/** … and at the longest within this; whoever waits for it decides earlier that the browser does not react. */
const LONGEST_OPEN_MS = OPEN_MS * MOST_TURNS;
export const CLOSE_MS = 5_000;
/** Captures that a browser still takes while the one that takes over is launched. */
const SUCCESSOR_AHEAD = 4;

export interface HostOptions {
  clock: Clock;
  log: Log;
  counters: FleetCounters;
  limits: WearLimits;
  /** Certificates are the stage's own. */
  onStage: boolean;
  /** Called once, when the browser is gone, however it went. */
  onGone: () => void;
}

/** One browser of the pool: opens pages, each in a context of its own, and knows how worn it is. */
export class BrowserHost {
  readonly launched: LaunchedBrowser;
  readonly #options: HostOptions;
  readonly #health: BrowserHealth;
  readonly #bornAt: number;
  #captures = 0;
  #open = 0;
  #retired: RetireReason | undefined;
  #loss: Extract<PageLoss, 'browser_lost' | 'browser_unresponsive'> = 'browser_lost';
  #memory = { bytes: 0, pages: 0 };
  #ending: Promise<void> | undefined;
  readonly #warm: WarmPages;

  constructor(launched: LaunchedBrowser, options: HostOptions) {
    this.launched = launched;
    this.#options = options;
    this.#bornAt = options.clock.monotonic();
    this.#warm = new WarmPages({
      open: (visitor) => this.#openPage({ visitor, headers: {} }),
      discard: (page) => void this.#discard(page),
      log: options.log,
    });
    this.#health = new BrowserHealth({
      ...{
        browser: launched.browser,
        pid: launched.pid,
        clock: options.clock,
        log: options.log,
      },
      rendererBytes: options.limits.rendererBytes,
      pages: () => this.#open,
      onMemory: ({ bytes }, pages) => {
        this.#memory = { bytes, pages };
        this.checkWear();
      },
      onUnresponsive: () => this.#killUnresponsive(),
    });
    launched.browser.on('disconnected', () => this.#gone());
  }

  /** Starts watching the browser. */
  async start(): Promise<void> {
    await this.#health.start();
  }

  get open(): number {
    return this.#open;
  }

  /** Memory of the process tree when last looked at, and the pages that were open then. */
  get memory(): Readonly<{ bytes: number; pages: number }> {
    return this.#memory;
  }

  /** Looks whether the browser should be replaced, and retires it then. True when it takes no further captures. */
  checkWear(): boolean {
    if (this.#retired !== undefined) return true;
    if (this.#captures === 0) return false; // Else limits that are too tight would launch browsers without end.
    const { clock, limits } = this.#options;
    const ageMs = clock.monotonic() - this.#bornAt;
    const reason = wornBy({ captures: this.#captures, ageMs, ...this.#memory }, limits);
    if (reason !== undefined) this.retire(reason);
    return reason !== undefined;
  }

  /** Whether its captures come to an end soon, by their number. */
  get nearlyWorn(): boolean {
    const { captures } = this.#options.limits;
    return captures >= 2 * SUCCESSOR_AHEAD && this.#captures >= captures - SUCCESSOR_AHEAD;
  }

  /** Counts a capture in; every `enter` needs one `leave`. */
  enter(): void {
    this.#open++;
    this.#captures++;
    this.#health.wake();
  }

  /** Counts a capture out; the last one out of a worn browser ends it. */
  leave(): void {
    this.#open--;
    if (this.#open > 0) return void this.checkWear();
    this.#warm.calm();
    if (this.checkWear()) void this.end();
  }

  /** No new captures; ended when the last one is given back. */
  retire(reason: RetireReason): void {
    if (this.#retired !== undefined) return;
    this.#retired = reason;
    this.#options.counters.browsersRetired[reason]++;
    if (this.#open <= 0) void this.end();
    else this.dropAhead();
  }

  /** Whether a page opened ahead fits. */
  hasAhead(order: PageOrder): boolean {
    return isPlain(order) && this.#warm.has(order.visitor);
  }

  /** The page opened ahead when it fits, else a new one. */
  async take(order: PageOrder): Promise<OpenedPage> {
    const warm = isPlain(order) ? this.#warm.take(order.visitor) : undefined;
    return warm ?? this.#openPage(order);
  }

  /** Closes what was opened ahead. */
  dropAhead(): void {
    this.#warm.clear();
  }

  /** Opens pages ahead of need, as far as there are places for them. Resolves when they are ready. */
  async refill(visitor: Visitor): Promise<void> {
    if (!this.checkWear()) await this.#warm.refill(visitor, roomBeside(this.#open));
  }

  /** Closes a context; when it does not close in time, nobody waits for it any longer and the browser is retired. */
  async close(context: BrowserContext): Promise<void> {
    const { clock, log, counters } = this.#options;
    try {
      const longest = Deadline.after(CLOSE_MS * MOST_TURNS, clock);
      await runFairly(longest, 'context close', () => context.close(), {
        budgetMs: CLOSE_MS,
        delays: () => treeDelays(this.launched.tree),
      });
    } catch (error) {
      log.warn({ err: error, pid: this.launched.pid }, 'context did not close; the browser is retired');
      this.retire('close_hung');
    }
    counters.pagesClosed++;
  }

  /** Ends the browser: politely, then by its process tree. Idempotent; never throws. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { clock, log, counters, onGone } = this.#options;
    this.#retired ??= 'stopped';
    this.#health.stop();
    const killed = await endBrowser(this.launched, Deadline.after(CLOSE_MS, clock), log);
    if (killed) counters.browsersKilled++;
    onGone();
  }

  #gone(): void {
    const { log, counters } = this.#options;
    if (this.#ending === undefined) {
      log.warn({ pid: this.launched.pid, loss: this.#loss }, 'browser lost');
      this.#retired ??= this.#loss === 'browser_lost' ? 'lost' : 'unresponsive';
      counters.browsersRetired[this.#retired]++;
    }
    void this.end();
  }

  #killUnresponsive(): void {
    this.#options.log.warn(
      { pid: this.launched.pid },
      'the browser does not react; killing its process tree',
    );
    this.#loss = 'browser_unresponsive';
    this.#options.counters.browsersKilled++;
    this.#health.stop();
    killTree(this.launched.tree);
  }

  async #discard(page: Promise<OpenedPage>): Promise<void> {
    try {
      await this.close((await page).context);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'a page opened ahead was lost before use');
    }
  }

  #openPage(order: PageOrder): Promise<OpenedPage> {
    const { clock, onStage, counters } = this.#options;
    const means: OpenPageMeans = {
      ...{ launched: this.launched, onStage, close: (context) => this.close(context) },
      onOpened: () => counters.pagesOpened++,
      lossOf: async (what, target) => (what === 'page' ? this.#health.lossOfPage(target) : this.#loss),
    };
    return openPage(order, means, Deadline.after(LONGEST_OPEN_MS, clock));
  }
}
