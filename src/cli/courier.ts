import { Command } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { processConfig } from '../platform/config.ts';
import { openFleetClock } from '../platform/fleet-clock.ts';
import { openListener } from '../platform/listener.ts';
import { createLog } from '../platform/log.ts';
import { Opened, openMigratedDatabase } from './foundation.ts';
import { openMetrics } from './open-metrics.ts';
import { openTraces } from './open-traces.ts';
import { runCourier } from './run-courier.ts';
import { untilSignal } from './until-signal.ts';

/** `fleet courier`: delivers webhooks from the database that DATABASE_URL names; needs no browser and no queue. */
export function courierCommand(): Command {
  return new Command('courier')
    .description('deliver webhooks until SIGTERM; needs DATABASE_URL')
    .action(async () => {
      const config = processConfig();
      if (config.databaseUrl === undefined) {
        throw new FleetError('CONFIG_INVALID', 'a courier needs the database of its fleet', {
          fix: 'set DATABASE_URL to the same value as on the other machines; `npm start` runs a courier of its own',
        });
      }
      const log = createLog(config.logLevel, 'courier');
      const opened = new Opened();
      try {
        await openTraces(config, 'courier', log, opened);
        const db = await openMigratedDatabase(config, log, opened);
        const listener = opened.add(await openListener(db.url, { log }), (part) => part.close());
        const clock = opened.add(await openFleetClock(db, { log }), (part) => part.close());
        const metrics = await openMetrics(config, log, opened);
        opened.add(await runCourier(config, { db, listener, clock }, log, metrics), (part) => part.stop());
        process.stdout.write('courier ready\n');
        await untilSignal(log);
      } finally {
        await opened.close();
      }
    });
}
