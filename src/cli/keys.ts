import { Command, InvalidArgumentError, Option } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { DEFAULT_ACCOUNT, KEY_MODES, type KeyMode, SCOPES, type Scope } from '../jobs/account.ts';
import { ensureFirstAccount, readAccount } from '../jobs/accounts.ts';
import { createKey, listKeys, type NewKey, revokeKey } from '../jobs/api-keys.ts';
import { FRONT_NAMES, type FrontName } from '../jobs/key-fronts.ts';
import { systemClock } from '../platform/clock.ts';
import { type Config, processConfig } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';

const DAY_MS = 86_400_000;

/** Runs a command's work on the migrated database, with the first account in it. */
export async function withAccounts<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = processConfig();
  const opened = new Opened();
  try {
    const db = await joinMigratedDatabase(config, createLog('warn', 'accounts'), opened);
    await ensureFirstAccount(db, { startCredits: config.startCredits, now: systemClock.now() });
    return await work(db, config);
  } finally {
    await opened.close();
  }
}

function readScopes(text: string): Scope[] {
  return text.split(',').map((name) => {
    const scope = SCOPES.find((known) => known === name.trim());
    if (scope === undefined) throw new InvalidArgumentError(`allowed: ${SCOPES.join(', ')}`);
    return scope;
  });
}

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError('must be a whole number of days');
  return days;
}

interface CreateOptions {
  account: string;
  mode: KeyMode;
  front?: FrontName;
  scopes?: Scope[];
  expires?: number;
  json?: boolean;
}

async function create(label: string, options: CreateOptions): Promise<void> {
  const now = systemClock.now();
  const given: NewKey = {
    ...{ label, accountId: options.account, mode: options.mode },
    ...(options.front === undefined ? {} : { front: options.front }),
    ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
    expiresAt: options.expires === undefined ? null : now + options.expires * DAY_MS,
  };
  const created = await withAccounts(async (db) => {
    if ((await readAccount(db, options.account)) === undefined) {
      throw new FleetError('INPUT_UNREADABLE', `no account ${JSON.stringify(options.account)}`, {
        fix: 'make it with `fleet accounts create`',
      });
    }
    return createKey(db, given, now);
  });
  process.stdout.write(options.json ? `${JSON.stringify(created)}\n` : `${created.key}\n`);
}

/** `fleet keys create|list|revoke`. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('API keys: create, list, revoke');
  keys
    .command('create')
    .description('make a key; it is shown once and stored hashed')
    .argument('[label]', 'what it is for', 'unnamed')
    .option('--account <id>', 'whose key', DEFAULT_ACCOUNT)
    .addOption(
      new Option('--mode <mode>', 'test keys capture from the stage and cost nothing')
        .choices(KEY_MODES)
        .default('live'),
    )
    .addOption(
      new Option('--front <name>', 'begins as the clients of that API expect, with its scopes').choices(
        FRONT_NAMES,
      ),
    )
    .option('--scopes <list>', `comma separated; all by default: ${SCOPES.join(', ')}`, readScopes)
    .option('--expires <days>', 'days until it is refused; never by default', readDays)
    .option('--json', 'print JSON')
    .action(create);
  keys
    .command('list')
    .description('all keys, newest last')
    .option('--account <id>', 'only those of one account')
    .option('--json', 'print JSON')
    .action(async (options: { account?: string; json?: boolean }) => {
      const all = await withAccounts((db) => listKeys(db, options.account));
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
      const revoked = await withAccounts((db) => revokeKey(db, id, systemClock.now()));
      if (!revoked) throw new FleetError('INPUT_UNREADABLE', `no key with id ${JSON.stringify(id)}`);
      process.stdout.write(`revoked ${id}\n`);
    });
  return keys;
}
