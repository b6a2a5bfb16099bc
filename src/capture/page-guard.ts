import type { BrowserContext, Page } from 'playwright';
import { CaptureError } from '../contract/errors.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { PAGE_LOSSES, type PageLoss } from './page-loss.ts';

/** What a page tried that has no place in a capture. */
export interface GuardCounts {
  dialogs: number;
  popups: number;
  downloads: number;
}

/** Main-document response of the page, as far as walls are read from it. */
export interface MainResponse {
  status: number | null;
  headers: Record<string, string>;
}

/** Asks whoever owns the browser why page or browser went away. */
export type LossOf = (what: 'page' | 'browser') => Promise<PageLoss>;

const NEWS_MS = 500;
const NEWS_POLL_MS = 10;
const KEPT_HEADERS = ['cf-mitigated', 'content-type', 'retry-after', 'location', 'x-robots-tag'];

/**
 * Keeps a page from leaving the rails: dialogs are dismissed, popups closed, downloads cancelled, each counted; a crash
 * of page or browser aborts the deadline, so that every step under way ends at once instead of waiting.
 */
export class PageGuard {
  readonly counts: GuardCounts = { dialogs: 0, popups: 0, downloads: 0 };
  readonly main: MainResponse = { status: null, headers: {} };
  /** How the page was lost; null while it lives. */
  loss: PageLoss | null = null;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Watches until the returned function is called; the page's own listeners end with the page. */
  watch(context: BrowserContext, page: Page, deadline: Deadline, lossOf?: LossOf): () => void {
    const ignored = (what: string) => (error: unknown) =>
      this.#log.debug({ err: error }, `${what} was already gone`);
    page.on('dialog', (dialog) => {
      this.counts.dialogs++;
      dialog.dismiss().catch(ignored('dialog'));
    });
    page.on('download', (download) => {
      this.counts.downloads++;
      download.cancel().catch(ignored('download'));
    });
    context.on('page', (popup) => {
      if (popup === page) return;
      this.counts.popups++;
      popup.close().catch(ignored('popup'));
    });
    page.on('response', (response) => {
      if (!response.request().isNavigationRequest() || response.frame() !== page.mainFrame()) return;
      this.main.status = response.status();
      const headers = response.headers();
      this.main.headers = Object.fromEntries(
        KEPT_HEADERS.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])),
      );
    });
    const lost = async (what: 'page' | 'browser'): Promise<void> => {
      const fallback = what === 'page' ? 'page_crashed' : 'browser_lost';
      this.loss ??= (await lossOf?.(what)) ?? fallback;
      deadline.abort(new CaptureError('browser_crashed', PAGE_LOSSES[this.loss]));
    };
    const browser = context.browser();
    const browserLost = (): void => void lost('browser');
    page.on('crash', () => void lost('page'));
    browser?.once('disconnected', browserLost);
    return () => browser?.off('disconnected', browserLost);
  }

  /** How the page was lost, once a step has failed because of it: the news of it may come a moment later. */
  async whyLost(): Promise<PageLoss> {
    for (let waited = 0; this.loss === null && waited < NEWS_MS; waited += NEWS_POLL_MS)
      await new Promise((done) => setTimeout(done, NEWS_POLL_MS));
    return this.loss ?? 'browser_lost';
  }
}
