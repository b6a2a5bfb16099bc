import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { commandsFor } from './cli/commands.ts';
import { FleetError, type FleetErrorCode } from './contract/errors.ts';

// Compiled code of the last run, where the folder can be written: half of what a start costs. Not in the system's temp
// folder, where others could put code in its place.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/fleet'));

/** Errors of usage end with exit code 2, all others with 1. */
const USAGE: ReadonlySet<FleetErrorCode> = new Set([
  'INPUT_UNREADABLE',
  'CONFIG_INVALID',
  'STAGE_SCENE_UNKNOWN',
]);

const program = new Command('fleet')
  .description('a fleet of real browsers that captures what AI search shows people, and proves it')
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

for (const command of await commandsFor(process.argv[2])) {
  program.addCommand(command.copyInheritedSettings(program));
  for (const nested of command.commands) nested.copyInheritedSettings(command);
}

try {
  await program.parseAsync();
} catch (error) {
  const fleetError = error instanceof FleetError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${message}\n`);
  if (fleetError?.fix) process.stderr.write(`  fix: ${fleetError.fix}\n`);
  if (fleetError === undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = fleetError && USAGE.has(fleetError.code) ? 2 : 1;
}
