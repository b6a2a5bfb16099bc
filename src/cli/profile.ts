import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { chromium } from 'playwright';
import { FleetError } from '../contract/errors.ts';
import type { Surface } from '../contract/surface.ts';
import { type StorageState, storageStateSchema } from '../fleet/profiles.ts';
import { findBrowser } from '../platform/browser-binary.ts';
import { systemClock } from '../platform/clock.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { requireSurface } from './extract-input.ts';
import { withProfiles } from './with-profiles.ts';

const log = createLog('warn', 'profile');

/** `fleet profile add|login|list|remove`: sign-ins of the operator's own, for surfaces that need or allow one. */
export function profileCommand(): Command {
  const profile = new Command('profile').description('signed-in profiles: add, login, list, remove');
  for (const command of [addCommand(), loginCommand(), listCommand(), removeCommand()])
    profile.addCommand(command);
  return profile;
}

function addCommand(): Command {
  return new Command('add')
    .description('add a Playwright storage state made in an ordinary browser; it is stored encrypted')
    .argument('<surface>')
    .requiredOption('--storage-state <file>', 'JSON file written by context.storageState()')
    .option('--label <label>', 'name of the profile', 'default')
    .action(async (name: string, options: { storageState: string; label: string }) => {
      const surface = surfaceWithLogin(name);
      const state = await readState(options.storageState);
      await withProfiles(processConfig(), log, (profiles) =>
        profiles.add(surface.name, options.label, state, systemClock.now()),
      );
      process.stdout.write(`profile ${options.label} of ${surface.name} added\n`);
    });
}

function loginCommand(): Command {
  return new Command('login')
    .description('open a browser window, sign in by hand, and keep the session as a profile')
    .argument('<surface>')
    .option('--label <label>', 'name of the profile', 'default')
    .action(async (name: string, options: { label: string }) => {
      const surface = surfaceWithLogin(name);
      const config = processConfig();
      const state = await signInByHand(surface, config);
      await withProfiles(config, log, (profiles) =>
        profiles.add(surface.name, options.label, state, systemClock.now()),
      );
      process.stdout.write(`profile ${options.label} of ${surface.name} added\n`);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('all profiles, without their contents')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const all = await withProfiles(processConfig(), log, (profiles) => profiles.list(systemClock.now()));
      const lines = all.map(
        (info) => `${info.surface}  ${info.label}  ${info.status}${info.leased ? ', in use' : ''}`,
      );
      process.stdout.write(
        options.json ? `${JSON.stringify(all)}\n` : `${lines.join('\n') || 'no profiles yet'}\n`,
      );
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .argument('<surface>')
    .option('--label <label>', 'name of the profile', 'default')
    .action(async (name: string, options: { label: string }) => {
      const surface = surfaceWithLogin(name);
      const removed = await withProfiles(processConfig(), log, (profiles) =>
        profiles.remove(surface.name, options.label),
      );
      if (!removed)
        throw new FleetError(
          'INPUT_UNREADABLE',
          `no profile ${JSON.stringify(options.label)} of ${surface.name}`,
        );
      process.stdout.write(`profile ${options.label} of ${surface.name} removed\n`);
    });
}

function surfaceWithLogin(name: string): Surface {
  const surface = requireSurface(name);
  if (surface.login === 'none')
    throw new FleetError('INPUT_UNREADABLE', `${name} is captured without signing in; it takes no profile`);
  return surface;
}

async function readState(file: string): Promise<StorageState> {
  try {
    return storageStateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new FleetError('INPUT_UNREADABLE', `${file} is not a Playwright storage state`, {
      cause,
      fix: 'write it with `await context.storageState({ path: FILE })`',
    });
  }
}

/** A person signs in; the program only opens the window and keeps what the person's session left. */
async function signInByHand(surface: Surface, config: Config): Promise<StorageState> {
  const { path } = await findBrowser(config, 'chrome');
  const browser = await chromium.launch({
    executablePath: path,
    headless: false,
    chromiumSandbox: process.getuid?.() !== 0,
  });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(surface.entryUrl({ query: '', region: null }), {
      waitUntil: 'domcontentloaded',
      timeout: 60_000,
    });
    await prompt.question(`Sign in to ${surface.name} in the window, then press Enter here … `);
    return storageStateSchema.parse(await context.storageState());
  } finally {
    prompt.close();
    await browser.close();
  }
}
