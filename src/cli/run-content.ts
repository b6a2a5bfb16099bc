import { startContentClerk } from '../analysis/content-clerk.ts';
import { startFactsClerk } from '../analysis/facts-clerk.ts';
import { openLanguageModel } from '../analysis/language-model.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { FleetError } from '../contract/errors.ts';
import type { CapturePage } from '../contract/page-record.ts';
import type { BrowserPool } from '../fleet/browser-pool.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { CaptureSite } from './capture-site.ts';
import { type Foundation, Opened } from './foundation.ts';
import { openPageSite } from './page-site.ts';

/** Content runs in this process. */
export interface RunningContent {
  /** Page captures for the worker of this process. */
  pages: CapturePage;
  /** Page captures for immediate scores. */
  capture: CapturePage;
  /** Closes the browsers that are its own. */
  stop(): Promise<void>;
}

/**
 * Looks after content runs on the given foundation: ends them once a worker has captured their pages. With a site (a process
 * with a worker) they are judged here; without one (an API alone) only those are ended whose time is over.
 */
export async function runContent(
  config: Config,
  { db, queue }: Pick<Foundation, 'db' | 'queue'>,
  store: ArtifactStore,
  log: Log,
  site?: CaptureSite,
): Promise<RunningContent> {
  const opened = new Opened();
  // The browsers of a worker for the stage know nothing else; pages lie on the live network.
  const shared = site?.seat.onlyStage === true ? undefined : site?.seat.pool;
  const onOpen = (own: BrowserPool): void => void site?.pools.push(own);
  const { capturer } = opened.add(openPageSite(config, log, shared, onOpen), (part) => part.close());
  const { origin, retentionDays } = config;
  const judges = site !== undefined;
  const means = { db, queue, store, log, clock: systemClock, origin, retentionDays, judges };
  opened.add(startContentClerk(means), (clerk) => clerk.stop());
  const { capture } = capturer;
  const model = config.languageModel && openLanguageModel(config.languageModel, log);
  const facts = { ...means, capture: judges ? capture : undefined, model };
  opened.add(startFactsClerk(facts), (clerk) => clerk.stop());
  return { pages: capture, capture: withoutBrowser(capture), stop: () => opened.close() };
}

/** Where no browser is installed, a page is captured as a crawler without JavaScript sees it; the record says so. */
function withoutBrowser(capture: CapturePage): CapturePage {
  return async (url, mode, signal) => {
    try {
      return await capture(url, mode, signal);
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'BROWSER_MISSING') throw error;
      return capture(url, 'ssr', signal);
    }
  };
}
