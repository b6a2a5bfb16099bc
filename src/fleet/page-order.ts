import type { BrowserContextOptions } from 'playwright';
import type { Visitor } from '../capture/visitor.ts';
import type { Egress } from '../platform/egress-setting.ts';

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

/** Whether such a page may be opened ahead of need: one with an egress or a profile of its own never is. Pure. */
export function isPlain({ egress, storageState }: PageOrder): boolean {
  return egress === undefined && storageState === undefined;
}

/** How the context of such a page is opened. `onStage`: certificates are the stage's own. Pure. */
export function contextOptions(order: PageOrder, onStage: boolean): BrowserContextOptions {
  const { visitor, egress, storageState } = order;
  return {
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
    ignoreHTTPSErrors: onStage,
  };
}
