import { Command } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { createKey, listKeys, revokeKey } from '../jobs/api-keys.ts';
import { systemClock } from '../platform/clock.ts';
import { processConfig } from '../platform/config.ts';
import type { Sql } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';

async function withDatabase<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
  const config = processConfig();
  const opened = new Opened();
  try {
    return await work(await joinMigratedDatabase(config, createLog('warn', 'keys'), opened));
  } finally {
    await opened.close();
  }
}

/** `fleet keys create|list|revoke`. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('API keys: create, list, revoke');
  keys
    .command('create')
    .description('make a key; it is shown once and stored hashed')
    .argument('[label]', 'what it is for', 'unnamed')
    .option('--json', 'print JSON')
    .action(async (label: string, options: { json?: boolean }) => {
      const created = await withDatabase((sql) => createKey(sql, label, systemClock.now()));
      process.stdout.write(options.json ? `${JSON.stringify(created)}\n` : `${created.key}\n`);
    });
  keys
    .command('list')
    .description('all keys, newest last')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const all = await withDatabase(listKeys);
      const line = (key: (typeof all)[number]): string => JSON.stringify(key);
      process.stdout.write(
        options.json ? `${JSON.stringify(all)}\n` : `${all.map(line).join('\n') || 'no keys yet'}\n`,
      );
    });
  keys
    .command('revoke')
    .description('revoke a key; it is refused everywhere within 5 s')
    .argument('<id>', 'id as `keys list` shows it')
    .action(async (id: string) => {
      const revoked = await withDatabase((sql) => revokeKey(sql, id, systemClock.now()));
      if (!revoked) throw new FleetError('INPUT_UNREADABLE', `no active key with id ${JSON.stringify(id)}`);
      process.stdout.write(`revoked ${id}\n`);
    });
  return keys;
}
