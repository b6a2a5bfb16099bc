import { Argument, type Command } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { FEATURES, type Feature, setFeature } from '../jobs/features.ts';
import { withAccounts } from './keys.ts';

/** Adds `fleet accounts feature <account> <feature> on|off`. */
export function addFeatureCommand(accounts: Command): void {
  accounts
    .command('feature')
    .description('give an account a feature, or take it away')
    .argument('<account>', 'id as `accounts list` shows it')
    .addArgument(new Argument('<feature>').choices(FEATURES))
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (id: string, feature: Feature, state: 'on' | 'off') => {
      const isKnown = await withAccounts((db) => setFeature(db, id, feature, state === 'on'));
      if (!isKnown) throw new FleetError('INPUT_UNREADABLE', `no account ${JSON.stringify(id)}`);
      process.stdout.write(`${id}: ${feature} is ${state}\n`);
    });
}
