import { openArtifactStore } from '../artifacts/open-store.ts';
import { storePage } from '../artifacts/page-artifacts.ts';
import type { ExtractionMode, PageRecord } from '../contract/page-record.ts';
import { BrowserPool } from '../fleet/browser-pool.ts';
import { PAGE_DEADLINE_MS, PageCapturer } from '../fleet/page-capturer.ts';
import { AddressGuard, systemResolver } from '../platform/address-guard.ts';
import { findBrowser } from '../platform/browser-binary.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';

/** Page captures of one process: the capturer and the browsers it opens when the first page is rendered. */
export interface PageSite {
  capturer: PageCapturer;
  close(): Promise<void>;
}

/**
 * Opens it; nothing is launched yet. Its browsers lead to the live network, never to the stage: a page is a public address,
 * and the guard stands before every connection. `shared`: browsers of the process that lead there too; they are not closed.
 * `onOpen` is told of browsers that are its own.
 */
export function openPageSite(
  config: Config,
  log: Log,
  shared?: BrowserPool,
  onOpen: (pool: BrowserPool) => void = () => undefined,
): PageSite {
  let pool: BrowserPool | undefined;
  // Throws where no browser is found; one that is installed meanwhile serves the next page.
  const open = (): BrowserPool => {
    const { path, binary } = findBrowser(config, config.browser === 'chrome' ? 'chrome' : 'shell');
    const { browserPlugins: plugins, dataDir } = config;
    return new BrowserPool(
      { executablePath: path, binary, stagePort: undefined, plugins, dataDir, log },
      systemClock,
    );
  };
  const guard = new AddressGuard(config.pageAllow, systemResolver, { plainHttp: true });
  const capturer = new PageCapturer({
    ...{ guard, clock: systemClock, log, deadlineMs: Math.min(PAGE_DEADLINE_MS, config.captureTimeoutMs) },
    pool: async () => {
      if (shared !== undefined) return shared;
      if (pool === undefined) {
        pool = open();
        onOpen(pool);
      }
      return pool;
    },
  });
  return {
    capturer,
    close: async () => {
      await capturer.close();
      await pool?.stop();
    },
  };
}

export interface StoredPage {
  record: PageRecord;
  /** Where the record lies; null when there was no answer worth reading again. */
  stored: string | null;
}

/** Captures addresses one after the other and stores each record and picture. */
export async function captureAndStore(
  urls: readonly string[],
  mode: ExtractionMode,
  config: Config,
  log: Log,
): Promise<StoredPage[]> {
  const store = openArtifactStore(config);
  const site = openPageSite(config, log);
  try {
    const pages: StoredPage[] = [];
    for (const url of urls) {
      const captured = await site.capturer.capture(url, mode);
      if (captured.record.status === null) {
        pages.push({ record: captured.record, stored: null });
        continue;
      }
      await store.probe();
      const artifacts = await storePage(store, captured);
      pages.push({ record: captured.record, stored: store.describe(artifacts.record.key) });
    }
    return pages;
  } finally {
    await site.close();
  }
}
