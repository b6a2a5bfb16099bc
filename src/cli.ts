import { Command } from 'commander';
import { accountsCommand } from './cli/accounts.ts';
import { analyseCommand } from './cli/analyse.ts';
import { apiCommand } from './cli/api.ts';
import { artifactsCommand } from './cli/artifacts.ts';
import { captureCommand } from './cli/capture.ts';
import { courierCommand } from './cli/courier.ts';
import { demoCommand } from './cli/demo.ts';
import { doctorCommand } from './cli/doctor.ts';
import { extractCommand } from './cli/extract.ts';
import { keysCommand } from './cli/keys.ts';
import { lanesCommand } from './cli/lanes.ts';
import { planCommand } from './cli/plan.ts';
import { profileCommand } from './cli/profile.ts';
import { replayCommand } from './cli/replay.ts';
import { reportCommand } from './cli/report.ts';
import { scoreCommand } from './cli/score.ts';
import { stageCommand } from './cli/stage.ts';
import { startCommand } from './cli/start.ts';
import { topCommand } from './cli/top.ts';
import { workerCommand } from './cli/worker.ts';
import { FleetError, type FleetErrorCode } from './contract/errors.ts';

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

for (const command of [
  startCommand(),
  demoCommand(),
  apiCommand(),
  workerCommand(),
  courierCommand(),
  captureCommand(),
  extractCommand(),
  replayCommand(),
  scoreCommand(),
  stageCommand(),
  keysCommand(),
  accountsCommand(),
  artifactsCommand(),
  profileCommand(),
  lanesCommand(),
  topCommand(),
  planCommand(),
  analyseCommand(),
  reportCommand(),
  doctorCommand(),
]) {
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
