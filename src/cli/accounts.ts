import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { createAccount, listAccounts, readAccount } from '../jobs/accounts.ts';
import { grantCredits } from '../jobs/credits.ts';
import { hundredthsOf, sumOfCredits } from '../jobs/hundredths.ts';
import { systemClock } from '../platform/clock.ts';
import { newId } from '../platform/identifiers.ts';
import { addFeatureCommand } from './account-features.ts';
import { withAccounts } from './keys.ts';

const MOST = 1_000_000_000;

function readCredits(text: string): number {
  const credits = Number(text);
  if (Math.abs(credits) <= MOST && hundredthsOf(credits) !== undefined) return credits;
  throw new InvalidArgumentError(`must be a number up to ${MOST} with two decimals at most`);
}

interface CreateOptions {
  credits?: number;
  unlimited?: boolean;
  json?: boolean;
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const id = newId('acct');
  const account = await withAccounts(async (db, config) => {
    await createAccount(db, {
      ...{ id, name, plan: options.unlimited ? 'unlimited' : 'credits', now: systemClock.now() },
      startCredits: Math.max(0, options.credits ?? config.startCredits),
    });
    return readAccount(db, id);
  });
  process.stdout.write(options.json ? `${JSON.stringify(account)}\n` : `${id}\n`);
}

async function grant(id: string, amount: number, options: { note: string; json?: boolean }): Promise<void> {
  const account = await withAccounts(async (db) => {
    const before = await readAccount(db, id);
    if (before === undefined) throw new FleetError('INPUT_UNREADABLE', `no account ${JSON.stringify(id)}`);
    const free = sumOfCredits(before.credits, -before.reserved);
    if (amount === 0 || (before.plan === 'credits' && sumOfCredits(free, amount) < 0)) {
      throw new FleetError('INPUT_UNREADABLE', `${amount} cannot be granted: ${free} credits are free`);
    }
    const now = systemClock.now();
    await grantCredits(db, { accountId: id, amount, note: options.note, now, id: randomUUID() });
    return readAccount(db, id);
  });
  const text = options.json ? JSON.stringify(account) : `${id} has ${account?.credits} credits`;
  process.stdout.write(`${text}\n`);
}

/** `fleet accounts create|list|credits grant`. */
export function accountsCommand(): Command {
  const accounts = new Command('accounts').description('accounts: create, list, grant credits');
  accounts
    .command('create')
    .description('make an account and print its id; then make a key with `keys create --account`')
    .argument('<name>', 'for people')
    .option('--credits <n>', 'credits to start with; FLEET_START_CREDITS by default', readCredits)
    .option('--unlimited', 'never refused for want of credits')
    .option('--json', 'print JSON')
    .action(create);
  accounts
    .command('list')
    .description('all accounts with their balance, newest last')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const all = await withAccounts((db) => listAccounts(db));
      const lines = all.map((account) => `${JSON.stringify(account)}\n`).join('');
      process.stdout.write(options.json ? `${JSON.stringify(all)}\n` : lines);
    });
  const credits = accounts.command('credits').description('credits of an account');
  credits
    .command('grant')
    .description('give credits, to the hundredth; a negative number takes back what is not reserved')
    .argument('<account>', 'id as `accounts list` shows it')
    .argument('<amount>', 'credits', readCredits)
    .option('--note <text>', 'why; kept in the ledger', 'by hand')
    .option('--json', 'print JSON')
    .action(grant);
  addFeatureCommand(accounts);
  return accounts;
}
