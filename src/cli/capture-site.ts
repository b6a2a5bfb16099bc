import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { BrowserPool } from '../fleet/browser-pool.ts';
import type { CaptureSeat } from '../fleet/capture-once.ts';
import type { LaunchOptions } from '../fleet/launch-browser.ts';
import { ProfileCipher, profileSecret } from '../fleet/profile-cipher.ts';
import { Profiles } from '../fleet/profiles.ts';
import { stagePoolOnNeed } from '../fleet/stage-pool.ts';
import { findBrowser } from '../platform/browser-binary.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Stage } from '../stage/server.ts';
import { Opened } from './foundation.ts';

/** Where captures are made: a browser pool, a place for proof, and the stage when that is the origin. */
export interface CaptureSite {
  seat: CaptureSeat;
  store: ArtifactStore;
  stage: Stage | undefined;
  /** The pool of the seat, and those that were opened beside it so far. */
  pools: BrowserPool[];
  close(): Promise<void>;
}

/** The signed-in profiles of this database. */
export function profilesOn(config: Config, db: Sql): Profiles {
  return new Profiles(db, new ProfileCipher(profileSecret(config.profileKey, config.dataDir)));
}

/** Opens it, with the profiles of `db` where one is given; the artefact directory is proven writable first. Errors: BROWSER_MISSING, ARTIFACT_WRITE_FAILED. */
export async function openCaptureSite(config: Config, log: Log, db?: Sql): Promise<CaptureSite> {
  const opened = new Opened();
  try {
    const store = openArtifactStore(config);
    await store.probe();
    const { path, binary } = await findBrowser(config, config.browser === 'chrome' ? 'chrome' : 'shell');
    const stage =
      config.origin === 'stage' ? opened.add(await loadAndStartStage(), (part) => part.stop()) : undefined;
    const { browserPlugins: plugins, dataDir } = config;
    const launch = { executablePath: path, binary, plugins, dataDir, log };
    const pool = opened.add(new BrowserPool({ ...launch, stagePort: stage?.port }, systemClock), (part) =>
      part.stop(),
    );
    const pools = [pool];
    const openBeside: typeof openStagePool = async (given) => {
      const stagePool = await openStagePool(given);
      pools.push(stagePool.pool);
      return stagePool;
    };
    const beside = opened.add(
      stagePoolOnNeed(() => openBeside(launch)),
      (part) => part.close(),
    );
    const profiles = db && profilesOn(config, db);
    const { captureTimeoutMs, egress } = config;
    const ways = stage === undefined ? { stagePool: beside.get } : { onlyStage: true };
    const seat = { pool, ...ways, clock: systemClock, captureTimeoutMs, egress, profiles };
    return { seat, store, stage, pools, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A worker of live sites never needs the stage's code. */
async function loadAndStartStage(): Promise<Stage> {
  const { startStage } = await import('../stage/server.ts');
  return startStage({});
}

/** A stage and browsers that know nothing else, beside those that lead to the live sites. */
async function openStagePool(
  launch: Omit<LaunchOptions, 'stagePort'>,
): Promise<{ pool: BrowserPool; close(): Promise<void> }> {
  const opened = new Opened();
  try {
    const stage = opened.add(await loadAndStartStage(), (part) => part.stop());
    const pool = opened.add(new BrowserPool({ ...launch, stagePort: stage.port }, systemClock), (part) =>
      part.stop(),
    );
    await pool.start();
    return { pool, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
