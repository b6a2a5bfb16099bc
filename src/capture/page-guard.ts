import type { BrowserContext, Page } from 'playwright';
import { CaptureError } from '../contract/errors.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';

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

const KEPT_HEADERS = ['cf-mitigated', 'content-type', 'retry-after', 'location', 'x-robots-tag'];

/**
 * Keeps a page from leaving the rails: dialogs are dismissed, popups closed, downloads cancelled, each counted; a crash
 * of page or browser aborts the deadline, so that every step under way ends at once instead of waiting.
 */
export class PageGuard {
  readonly counts: GuardCounts = { dialogs: 0, popups: 0, downloads: 0 };
  readonly main: MainResponse = { status: null, headers: {} };
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  watch(context: BrowserContext, page: Page, deadline: Deadline): void {
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
    page.on('crash', () => deadline.abort(new CaptureError('browser_crashed', 'the page crashed')));
    context
      .browser()
      ?.on('disconnected', () => deadline.abort(new CaptureError('browser_crashed', 'the browser was lost')));
  }
}
