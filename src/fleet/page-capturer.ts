import { type GuardedProxy, openGuardedProxy } from '../capture/guarded-proxy.ts';
import { HostPacer } from '../capture/host-pacer.ts';
import { renderPage } from '../capture/page-render.ts';
import { isEmptyPage } from '../capture/page-walls.ts';
import { UNTARGETED } from '../capture/visitor.ts';
import { pageEnd } from '../contract/page-outcome.ts';
import type { CapturedPage, CapturePage, PageRecord } from '../contract/page-record.ts';
import type { AddressGuard } from '../platform/address-guard.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import { Deadline, DeadlineError } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { BrowserPool } from './browser-pool.ts';

/** One page, robots.txt and rendering included; milliseconds. */
export const PAGE_DEADLINE_MS = 60_000;

export interface PageCapturerOptions {
  /** Must let plain http through (`plainHttp`). */
  guard: AddressGuard;
  /** Browsers that lead to the live sites; asked for when the first page is rendered. */
  pool: () => Promise<BrowserPool>;
  clock: Clock;
  log: Log;
  deadlineMs?: number;
  /** Pause between two requests to one host; default 2 s. */
  hostIntervalMs?: number;
}

/** Captures pages of public sites, politely: see `CapturePage`. `close` ends the proxy, not the pool. */
export class PageCapturer {
  readonly #options: PageCapturerOptions;
  readonly #pacer: HostPacer;
  #proxy: Promise<GuardedProxy> | undefined;

  constructor(options: PageCapturerOptions) {
    this.#options = options;
    this.#pacer = new HostPacer(options.clock, options.hostIntervalMs);
  }

  readonly capture: CapturePage = async (url, mode, signal) => {
    const { clock, guard, deadlineMs = PAGE_DEADLINE_MS } = this.#options;
    // Fetching needs an HTTP client of its own: read with the first page, not by every worker that starts.
    const { fetchStatic, newPageRecord } = await import('../capture/static-page.ts');
    const record = newPageRecord(url, mode, isoTime(clock.now()));
    const deadline = Deadline.after(deadlineMs, clock);
    const abort = (): void => deadline.abort(new Error('the page capture was called off'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await fetchStatic(record, { guard, pacer: this.#pacer, deadline });
      if (record.outcome.kind !== 'captured') return { record, screenshot: null };
      if (mode === 'rendered') return await this.#rendered(record, deadline);
      if (isEmptyPage(record.static_html ?? ''))
        record.outcome = pageEnd(
          'empty_page',
          'before any script runs; extraction mode rendered may find some',
        );
      return { record, screenshot: null };
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };

  async #rendered(record: PageRecord, deadline: Deadline): Promise<CapturedPage> {
    const { pool, log } = this.#options;
    const proxy = await this.#openProxy();
    try {
      const browsers = await deadline.run('browser', pool);
      const order = { visitor: UNTARGETED, headers: {}, egress: { server: proxy.server } };
      const leased = await browsers.acquire(order, deadline);
      let shot: Awaited<ReturnType<typeof renderPage>> = null;
      try {
        shot = await renderPage(record, leased.ready, deadline, { log, refused: proxy.refused });
      } finally {
        const healthy = record.outcome.kind !== 'failed' || record.outcome.code !== 'page_lost';
        leased
          .release(healthy)
          .catch((error: unknown) => log.warn({ err: error }, 'page could not be given back'));
      }
      return { record, screenshot: shot?.png ?? null };
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      record.outcome = pageEnd('timeout', 'while rendering');
      return { record, screenshot: null };
    }
  }

  /** One for all pages; opened anew by the next page where it could not be. */
  #openProxy(): Promise<GuardedProxy> {
    const { guard, log } = this.#options;
    this.#proxy ??= openGuardedProxy(guard, log).catch((error: unknown) => {
      this.#proxy = undefined;
      throw error;
    });
    return this.#proxy;
  }

  /** Ends the proxy; renderings under way lose their connections. */
  async close(): Promise<void> {
    await (await this.#proxy)?.close();
  }
}
