import { Command } from 'commander';
import { createApi } from '../api/server.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { FleetError } from '../contract/errors.ts';
import { readLanes } from '../fleet/lane-row.ts';
import { watchWorkers } from '../fleet/worker-metrics.ts';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { Opened, openFoundation } from './foundation.ts';
import { keepDatabase } from './keep-database.ts';
import { openMetrics } from './open-metrics.ts';
import { openTraces } from './open-traces.ts';
import { runContent } from './run-content.ts';
import { firstApiKey, surfaceCatalog } from './service.ts';
import { untilSignal } from './until-signal.ts';

/** `fleet api`: the API alone on the database that DATABASE_URL names; needs no browser. */
export function apiCommand(): Command {
  return new Command('api')
    .description('serve the API without a worker until SIGTERM; needs DATABASE_URL')
    .action(async () => {
      const config = processConfig();
      if (config.databaseUrl === undefined) {
        throw new FleetError('CONFIG_INVALID', 'an API without workers needs the database of its fleet', {
          fix: 'set DATABASE_URL to the same value as for the workers, or use `npm start` for a single machine',
        });
      }
      const log = createLog(config.logLevel, 'api');
      const stopped = untilSignal(log);
      const opened = new Opened();
      try {
        await openTraces(config, 'api', log, opened);
        const foundation = opened.add(await openFoundation(config, log), (part) => part.close());
        const firstKey = await firstApiKey(config, foundation);
        const metrics = await openMetrics(config, log, opened);
        watchWorkers(metrics, foundation.db, log);
        keepDatabase(foundation, log, metrics, opened);
        const store = openArtifactStore(config);
        const pages = opened.add(await runContent(config, foundation, store, log), (part) => part.stop());
        const parts = { ...foundation, config, catalog: surfaceCatalog(), store, pages, metrics, log };
        const lanes = () => readLanes(foundation.db);
        const api = opened.add(await createApi({ ...parts, lanes }), (part) => part.close());
        const { url } = await api.listen();
        if (firstKey !== undefined) process.stdout.write(`first API key (shown once): ${firstKey}\n`);
        process.stdout.write(`listening on ${url}\n`);
        await stopped;
      } finally {
        await opened.close();
      }
    });
}
