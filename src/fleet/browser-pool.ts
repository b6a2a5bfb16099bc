import type { BrowserContext, BrowserContextOptions, Page } from 'playwright';
import type { ReadyPage } from '../capture/run-capture.ts';
import { TranscriptRecorder } from '../capture/transcript-recorder.ts';
import { sameVisitor, UNTARGETED, type Visitor } from '../capture/visitor.ts';
import { FleetError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Egress } from '../platform/egress-setting.ts';
import type { Log } from '../platform/log.ts';
import {
  endBrowser,
  killGroup,
  type LaunchedBrowser,
  type LaunchOptions,
  launchBrowser,
} from './launch-browser.ts';

/** Contexts one browser carries at once; beyond that captures starve each other (specs/fleet.md 4). */
const CONTEXTS_PER_BROWSER = 6;
/** A browser is replaced after this many captures or this age, before leaks can gather. */
const MAX_CAPTURES = 50;
const MAX_AGE_MS = 30 * 60_000;
const LAUNCH_MS = 25_000;
const OPEN_MS = 10_000;
const CLOSE_MS = 5_000;
const VIEWPORT = { width: 1280, height: 900 };

/** What a capture wants of its page. */
export interface PageOrder {
  visitor: Visitor;
  /** Sent with every request of the page; for the stage only. */
  headers: Readonly<Record<string, string>>;
  egress?: Egress | undefined;
  /** Cookies and storage of a signed-in profile. */
  storageState?: BrowserContextOptions['storageState'];
}

/** A page handed out for one capture. */
export interface LeasedPage {
  ready: ReadyPage;
  /** Gives it back: the context is closed, never used again. `healthy: false` retires the browser. */
  release(healthy: boolean): Promise<void>;
}

interface Host extends LaunchedBrowser {
  bornAt: number;
  captures: number;
  open: number;
  retired: boolean;
  /** The next fresh page, opened ahead of need. */
  warm: { visitor: Visitor; page: Promise<OpenedPage> } | undefined;
}

interface OpenedPage {
  context: BrowserContext;
  page: Page;
  ready: ReadyPage;
}

/**
 * Browsers for the captures of one worker. Every capture gets a context of its own, opened ahead of need where the
 * visitor allows; browsers are launched one at a time, replaced when worn, and killed when they do not listen.
 */
export class BrowserPool {
  readonly #launch: LaunchOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #hosts = new Set<Host>();
  #launching: Promise<Host> | undefined;
  #closed = false;

  constructor(launch: LaunchOptions, clock: Clock) {
    this.#launch = launch;
    this.#clock = clock;
    this.#log = launch.log;
  }

  /** Launches the first browser and opens its first page, so that the first capture starts warm. */
  async start(): Promise<void> {
    const host = await this.#host();
    host.warm ??= { visitor: UNTARGETED, page: this.#open(host, { visitor: UNTARGETED, headers: {} }) };
    await host.warm.page;
  }

  /** Process ids of the browsers, for tests and the reaper. */
  get pids(): number[] {
    return [...this.#hosts].map(({ pid }) => pid);
  }

  /** A fresh page for this visitor. Errors: BROWSER_LAUNCH_FAILED, DEADLINE_EXCEEDED. */
  async acquire(order: PageOrder, deadline: Deadline): Promise<LeasedPage> {
    const { visitor, headers } = order;
    const host = await deadline.run('browser', () => this.#host(), { budgetMs: LAUNCH_MS });
    host.open++;
    host.captures++;
    try {
      const opened = await deadline.run('page', () => this.#take(host, order), {
        budgetMs: OPEN_MS,
        onLate: ({ context }) => this.#close(host, context),
      });
      if (Object.keys(headers).length > 0) {
        await deadline.run('headers', () => opened.context.setExtraHTTPHeaders({ ...headers }), {
          budgetMs: CLOSE_MS,
        });
      }
      this.#refill(host, visitor);
      return { ready: opened.ready, release: (healthy) => this.#release(host, opened.context, healthy) };
    } catch (error) {
      host.open--;
      this.#retire(host);
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#closed = true;
    const launching = this.#launching?.catch(() => undefined); // Its own caller reports a failed launch.
    await launching;
    await Promise.all([...this.#hosts].map((host) => this.#end(host)));
  }

  async #host(): Promise<Host> {
    if (this.#closed) throw new FleetError('DRAINING', 'the browser pool is closed');
    const usable = [...this.#hosts].find((host) => !this.#isWorn(host) && host.open < CONTEXTS_PER_BROWSER);
    for (const host of this.#hosts) if (this.#isWorn(host)) this.#retire(host);
    if (usable) return usable;
    this.#launching ??= this.#launchHost().finally(() => {
      this.#launching = undefined;
    });
    await this.#launching;
    return this.#host();
  }

  #isWorn(host: Host): boolean {
    return (
      host.retired || host.captures >= MAX_CAPTURES || this.#clock.monotonic() - host.bornAt > MAX_AGE_MS
    );
  }

  async #launchHost(): Promise<Host> {
    const launched = await launchBrowser(this.#launch, Deadline.after(LAUNCH_MS, this.#clock));
    const host: Host = {
      ...launched,
      bornAt: this.#clock.monotonic(),
      captures: 0,
      open: 0,
      retired: false,
      warm: undefined,
    };
    this.#hosts.add(host);
    launched.browser.on('disconnected', () => {
      if (!this.#closed && !host.retired) this.#log.warn({ pid: host.pid }, 'browser lost');
      host.retired = true;
      this.#hosts.delete(host);
    });
    return host;
  }

  /** The page opened ahead when it fits; a page with an egress or a profile of its own is never opened ahead. */
  async #take(host: Host, order: PageOrder): Promise<OpenedPage> {
    const { warm } = host;
    const plain = order.egress === undefined && order.storageState === undefined;
    if (warm === undefined || !plain || !sameVisitor(warm.visitor, order.visitor))
      return this.#open(host, order);
    host.warm = undefined;
    return warm.page;
  }

  #refill(host: Host, visitor: Visitor): void {
    if (this.#isWorn(host) || this.#closed) return;
    const stale = host.warm;
    if (stale && sameVisitor(stale.visitor, visitor)) return;
    const page = this.#open(host, { visitor, headers: {} });
    page.catch((error: unknown) => {
      // The capture that would have used it opens its own and reports what is wrong.
      this.#log.debug({ err: error }, 'no page could be opened ahead');
      if (host.warm?.page === page) host.warm = undefined;
    });
    host.warm = { visitor, page };
    if (stale) void this.#discard(host, stale.page);
  }

  async #discard(host: Host, page: Promise<OpenedPage>): Promise<void> {
    try {
      await this.#close(host, (await page).context);
    } catch (error) {
      this.#log.debug({ err: error }, 'a page opened ahead was lost before use');
    }
  }

  async #open(host: Host, order: PageOrder): Promise<OpenedPage> {
    const { visitor, egress, storageState } = order;
    const deadline = Deadline.after(OPEN_MS, this.#clock);
    const context = await deadline.run(
      'context',
      () =>
        host.browser.newContext({
          locale: visitor.locale,
          timezoneId: visitor.timezoneId,
          viewport: VIEWPORT,
          ...(visitor.geolocation === null
            ? {}
            : { geolocation: visitor.geolocation, permissions: ['geolocation'] }),
          ...(egress === undefined ? {} : { proxy: egress }),
          ...(storageState === undefined ? {} : { storageState }),
          acceptDownloads: false,
          serviceWorkers: 'block',
          ignoreHTTPSErrors: this.#launch.stagePort !== undefined,
        }),
      { onLate: (late) => this.#close(host, late) },
    );
    const page = await deadline.run('page', () => context.newPage());
    const cdp = await deadline.run('protocol session', () => context.newCDPSession(page));
    const recorder = await deadline.run('recorder', () => TranscriptRecorder.attach(cdp));
    return { context, page, ready: { page, cdp, recorder, browser: host.info } };
  }

  async #release(host: Host, context: BrowserContext, healthy: boolean): Promise<void> {
    await this.#close(host, context);
    host.open--;
    if (!healthy || this.#isWorn(host)) this.#retire(host);
  }

  /** Closes a context; one that does not close takes its browser with it. */
  async #close(host: Host, context: BrowserContext): Promise<void> {
    try {
      await Deadline.after(CLOSE_MS, this.#clock).run('context close', () => context.close());
    } catch (error) {
      this.#log.warn({ err: error, pid: host.pid }, 'context did not close; the browser is killed');
      host.retired = true;
      killGroup(host.pid, this.#log);
    }
  }

  /** No new captures; ended when the last one is given back. */
  #retire(host: Host): void {
    host.retired = true;
    if (host.open <= 0 && this.#hosts.has(host)) void this.#end(host);
  }

  async #end(host: Host): Promise<void> {
    host.retired = true;
    this.#hosts.delete(host);
    await endBrowser(host, Deadline.after(CLOSE_MS, this.#clock), this.#log);
  }
}
