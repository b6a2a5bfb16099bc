import { Command } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { openCaptureSite } from './capture-site.ts';
import { Opened, openFoundation } from './foundation.ts';
import { openMetrics } from './open-metrics.ts';
import { openTraces } from './open-traces.ts';
import type { RunningWorker } from './run-worker.ts';
import { untilSignal } from './until-signal.ts';

/** `fleet worker`: one more worker on the database that DATABASE_URL names. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run a worker until SIGTERM; needs DATABASE_URL')
    .action(async () => {
      const config = processConfig();
      if (config.databaseUrl === undefined) {
        throw new FleetError('CONFIG_INVALID', 'a worker needs the database of its fleet', {
          fix: 'set DATABASE_URL to the same value as on the other machines, or use `npm start` for a single machine',
        });
      }
      const log = createLog(config.logLevel, 'worker');
      const opened = new Opened();
      try {
        await openTraces(config, 'worker', log, opened);
        // The browser is launched while the rest of the code is read, and goes on starting while the database is opened.
        const code = Promise.all([import('./run-worker.ts'), import('./run-content.ts')]);
        const place = openCaptureSite(config, log).then((part) => opened.add(part, (open) => open.close()));
        const [site, [{ runWorker }, { runContent }], foundation] = await opened.together(
          place,
          code,
          // After all code: reading it holds up the event loop, on a busy machine for longer than a connection may take, and a
          // worker that connected meanwhile was told that the database is away, at every start anew.
          Promise.all([place, code])
            .then(() => openFoundation(config, log))
            .then((part) => opened.add(part, (open) => open.close())),
          place.then(({ seat }) => seat.pool.start()),
        );
        let running: RunningWorker | undefined;
        const unready = (): string | undefined =>
          running === undefined ? 'starting' : running.worker.unready;
        const metrics = await openMetrics(config, log, opened, unready);
        const { pages } = opened.add(await runContent(config, foundation, site.store, log, site), (part) =>
          part.stop(),
        );
        running = opened.add(await runWorker(config, foundation, site, pages, log, metrics), (part) =>
          part.stop(),
        );
        process.stdout.write(`worker ready: ${config.slots} slots, origin ${config.origin}\n`);
        await untilSignal(log);
      } finally {
        await opened.close();
      }
    });
}
