import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { BrowserPool } from '../fleet/browser-pool.ts';
import type { CaptureSeat } from '../fleet/capture-once.ts';
import { ProfileCipher, profileSecret } from '../fleet/profile-cipher.ts';
import { Profiles } from '../fleet/profiles.ts';
import { findBrowser } from '../platform/browser-binary.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type Stage, startStage } from '../stage/server.ts';
import { Opened } from './foundation.ts';

/** Where captures are made: a browser pool, a place for proof, and the stage when that is the origin. */
export interface CaptureSite {
  seat: CaptureSeat;
  store: ArtifactStore;
  stage: Stage | undefined;
  close(): Promise<void>;
}

/** Opens it, with the profiles of `db` where one is given; the artefact directory is proven writable first. Errors: BROWSER_MISSING, ARTIFACT_WRITE_FAILED. */
export async function openCaptureSite(config: Config, log: Log, db?: Sql): Promise<CaptureSite> {
  const opened = new Opened();
  try {
    const store = openArtifactStore(config);
    await store.probe();
    const { path, binary } = await findBrowser(config, config.browser === 'chrome' ? 'chrome' : 'shell');
    const stage =
      config.origin === 'stage' ? opened.add(await startStage({}), (part) => part.stop()) : undefined;
    const pool = opened.add(
      new BrowserPool(
        { executablePath: path, binary, stagePort: stage?.port, plugins: config.browserPlugins, log },
        systemClock,
      ),
      (part) => part.stop(),
    );
    const profiles =
      db && new Profiles(db, new ProfileCipher(profileSecret(config.profileKey, config.dataDir)));
    const { captureTimeoutMs, egress } = config;
    const seat = { pool, clock: systemClock, captureTimeoutMs, egress, profiles };
    return { seat, store, stage, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
