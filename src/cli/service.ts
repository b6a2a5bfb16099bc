import { SURFACES } from '../../surfaces/index.ts';
import { type Api, createApi } from '../api/server.ts';
import type { SurfaceCatalog } from '../api/surface-catalog.ts';
import { SURFACE_NAMES } from '../contract/surface-name.ts';
import { readLanes } from '../fleet/lane-row.ts';
import { watchWorkers } from '../fleet/worker-metrics.ts';
import { ensureFirstAccount } from '../jobs/accounts.ts';
import { acceptKey, createKey, listKeys } from '../jobs/api-keys.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { openCaptureSite } from './capture-site.ts';
import { type Foundation, Opened, openFoundation } from './foundation.ts';
import { openMetrics } from './open-metrics.ts';
import { openTraces } from './open-traces.ts';
import { runContent } from './run-content.ts';
import { runCourier } from './run-courier.ts';
import { type RunningWorker, runWorker } from './run-worker.ts';

/** API, worker and courier on one machine. */
export interface Service {
  url: string;
  /** Plain text of a key made just now because there was none; undefined otherwise. */
  firstKey: string | undefined;
  foundation: Foundation;
  running: RunningWorker;
  /** Lets sync requests and captures under way finish, then closes all. */
  stop(): Promise<void>;
}

/** What the API says of each surface: those in the registry are served here. */
export function surfaceCatalog(): SurfaceCatalog {
  return SURFACE_NAMES.map((name) => {
    const surface = SURFACES.find((known) => known.name === name);
    return {
      name,
      regions: surface?.regions ?? 'any',
      login: surface?.login ?? 'none',
      available: surface !== undefined,
    };
  });
}

/** Starts everything; resolves when the API listens and the worker is warm. */
export async function startService(config: Config, log: Log): Promise<Service> {
  const opened = new Opened();
  try {
    await openTraces(config, 'fleet', log, opened);
    const foundation = opened.add(await openFoundation(config, log), (part) => part.close());
    const firstKey = await firstApiKey(config, foundation);
    const metrics = await openMetrics(config, log, opened);
    watchWorkers(metrics, foundation.db, log);
    opened.add(await runCourier(config, foundation, log, metrics), (part) => part.stop());
    const site = opened.add(await openCaptureSite(config, log), (part) => part.close());
    const { store } = site;
    const content = opened.add(await runContent(config, foundation, store, log, site), (part) => part.stop());
    const worker = runWorker(config, foundation, site, content.pages, log, metrics);
    const running = opened.add(await worker, (part) => part.stop());
    const api = opened.add(
      await createApi({
        ...foundation,
        config,
        catalog: surfaceCatalog(),
        lanes: () => readLanes(foundation.db),
        store,
        pages: content,
        metrics,
        log,
      }),
      (part: Api) => part.close(),
    );
    const { url } = await api.listen();
    return { url, firstKey, foundation, running, stop: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** FLEET_API_KEY is accepted; without it, a key is made when the database holds none. */
export async function firstApiKey(config: Config, { db }: Foundation): Promise<string | undefined> {
  const now = systemClock.now();
  await ensureFirstAccount(db, { startCredits: config.startCredits, now });
  if (config.apiKey !== undefined) {
    await acceptKey(db, config.apiKey, now);
    return undefined;
  }
  if ((await listKeys(db)).length > 0) return undefined;
  return (await createKey(db, { label: 'first key' }, now)).key;
}
