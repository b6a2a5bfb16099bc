import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { exclusively } from './lock.mjs';
import { nodeOf } from './packages.mjs';
import { reasonIn, runProgram } from './program.mjs';
import { SetupError, say } from './say.mjs';

/** The names src/platform/browser-binary.ts looks for; this file runs before anything of it can. */
const ON_PATH = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];
const DEBIAN_PACKAGE = 'chromium-headless-shell';

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not for us.
  }
}

function names(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Not there.
  }
}

/** Playwright's registry of browsers (its documented places, 1.65, 2026-11). */
function registryOf(root) {
  const set = process.env.PLAYWRIGHT_BROWSERS_PATH;
  if (set === '0') return join(root, 'node_modules', 'playwright-core', '.local-browsers');
  if (set) return set;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ms-playwright');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ms-playwright');
}

/** Whether Playwright's own Chromium, of the revision this Playwright wants, is there. */
function hasPlaywrightBrowser(root) {
  const list = JSON.parse(
    readFileSync(join(root, 'node_modules', 'playwright-core', 'browsers.json'), 'utf8'),
  );
  const revision = list.browsers.find((browser) => browser.name === 'chromium-headless-shell').revision;
  const registry = registryOf(root);
  return [`chromium_headless_shell-${revision}`, `chromium-${revision}`].some((folder) =>
    names(join(registry, folder)).includes('INSTALLATION_COMPLETE'),
  );
}

function onPath() {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return ON_PATH.some((name) => directories.some((directory) => isProgram(join(directory, name))));
}

function hasBrowser(root) {
  return hasPlaywrightBrowser(root) || onPath();
}

const isRoot = () => process.getuid?.() === 0;

/** Playwright's own; the system libraries it needs can be installed by root only. */
async function installWithPlaywright(root) {
  const dependencies = isRoot() && process.platform === 'linux' ? ['--with-deps'] : [];
  const cli = join(root, 'node_modules', 'playwright', 'cli.js');
  const args = [cli, 'install', ...dependencies, '--only-shell', 'chromium'];
  say(`no browser found; installing one (playwright ${args.slice(1).join(' ')})`);
  const { code, output } = await runProgram(nodeOf(root), args, { cwd: root });
  return code === 0 && hasBrowser(root) ? undefined : reasonIn(output);
}

async function installWithApt(root) {
  if (!isProgram('/usr/bin/apt-get')) return 'there is no apt-get';
  if (!isRoot()) return 'apt-get needs root';
  say(`that failed; installing Debian's ${DEBIAN_PACKAGE} (apt-get)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runProgram('apt-get', ['update', '-q'], { env }); // A stale list may still do: the install below decides.
  const install = ['install', '-y', '-q', '--no-install-recommends', DEBIAN_PACKAGE];
  const { code, output } = await runProgram('apt-get', install, { env });
  return code === 0 && hasBrowser(root) ? undefined : reasonIn(output);
}

/** Finds a browser, or installs one: Playwright's, else Debian's. */
export async function ensureBrowser(root) {
  const given = process.env.FLEET_BROWSER_PATH;
  if (given) {
    if (isProgram(given)) return;
    throw new SetupError(
      `FLEET_BROWSER_PATH=${given} is not a program; correct it, or unset it to have one installed`,
    );
  }
  if (hasBrowser(root)) return;
  await exclusively(root, async () => {
    if (hasBrowser(root)) return; // The set-up that was waited for did it.
    const playwright = await installWithPlaywright(root);
    if (playwright === undefined) return;
    const debian = await installWithApt(root);
    if (debian === undefined) return;
    throw new SetupError(
      `no browser could be installed (playwright: ${playwright}; apt-get: ${debian}); ` +
        'install Chromium yourself and set FLEET_BROWSER_PATH to it',
    );
  });
}
