import { ContentRunner } from '../analysis/content-runner.ts';
import { startFactsClerk } from '../analysis/research-facts.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { FleetError } from '../contract/errors.ts';
import type { CapturePage } from '../contract/page-record.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { type Foundation, Opened } from './foundation.ts';
import { openPageSite } from './page-site.ts';

/** Content runs in this process. */
export interface RunningContent {
  /** Page captures for immediate scores. */
  capture: CapturePage;
  /** Hands back what is under way and closes the browsers. */
  stop(): Promise<void>;
}

/**
 * Starts executing content runs on the given foundation, with page captures of its own. `executes: false` (an API without
 * workers): only ends those whose time is over.
 */
export async function runContent(
  config: Config,
  { db, listener }: Pick<Foundation, 'db' | 'listener'>,
  store: ArtifactStore,
  log: Log,
  { executes }: { executes: boolean },
): Promise<RunningContent> {
  const opened = new Opened();
  const { capturer } = opened.add(openPageSite(config, log), (part) => part.close());
  const means = {
    db,
    listener,
    store,
    log,
    clock: systemClock,
    capture: capturer.capture,
    origin: config.origin,
  };
  const runner = opened.add(new ContentRunner(executes ? means : { ...means, concurrency: 0 }), (part) =>
    part.stop(),
  );
  await runner.start();
  opened.add(startFactsClerk({ ...means, capture: executes ? capturer.capture : undefined }), (clerk) =>
    clerk.stop(),
  );
  return { capture: withoutBrowser(capturer.capture), stop: () => opened.close() };
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
