import { Command } from 'commander';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { sweepOrphans } from '../fleet/orphan-sweep.ts';
import { systemClock } from '../platform/clock.ts';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';

interface SweepOptions {
  dryRun?: boolean;
  json?: boolean;
}

/** `fleet artifacts sweep`. */
export function artifactsCommand(): Command {
  const artifacts = new Command('artifacts').description('stored proof: sweep');
  artifacts
    .command('sweep')
    .description('delete artifacts older than 24 h that no capture refers to (left by killed workers)')
    .option('--dry-run', 'only tell what would be deleted')
    .option('--json', 'print JSON')
    .action(async (options: SweepOptions) => {
      const config = processConfig();
      const opened = new Opened();
      try {
        const sql = await joinMigratedDatabase(config, createLog('warn', 'artifacts'), opened);
        const store = openArtifactStore(config);
        const dryRun = options.dryRun ?? false;
        const { seen, orphans } = await sweepOrphans({ sql, store, now: systemClock.now(), dryRun });
        const done = `${dryRun ? 'would delete' : 'deleted'} ${orphans.length} of ${seen} artifacts`;
        const lines = [...orphans.map((key) => store.describe(key)), done];
        process.stdout.write(
          options.json ? `${JSON.stringify({ seen, dryRun, orphans })}\n` : `${lines.join('\n')}\n`,
        );
      } finally {
        await opened.close();
      }
    });
  return artifacts;
}
