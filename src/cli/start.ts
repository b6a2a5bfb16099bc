import { Command } from 'commander';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { startService } from './service.ts';
import { untilSignal } from './until-signal.ts';

/** `npm start`: the service on one machine, until SIGTERM. */
export function startCommand(): Command {
  return new Command('start')
    .description('run API, worker, courier and (unless DATABASE_URL is set) Postgres')
    .action(async () => {
      const config = processConfig();
      const log = createLog(config.logLevel, 'fleet');
      const stopped = untilSignal(log);
      const service = await startService(config, log);
      try {
        if (service.firstKey !== undefined) {
          process.stdout.write(`first API key (shown once): ${service.firstKey}\n`);
        }
        process.stdout.write(`listening on ${service.url}\n`);
        await stopped;
      } finally {
        await service.stop();
      }
    });
}
