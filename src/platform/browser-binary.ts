import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { FleetError } from '../contract/errors.ts';
import { type Config, executableSearchPath } from './config.ts';

export type BrowserKind = 'shell' | 'chrome';

export interface BrowserBinary {
  /** Absolute, or as FLEET_BROWSER_PATH says. */
  path: string;
  /** What it is, which may be less than what was wanted. */
  binary: BrowserKind;
  /** Where it was found; for people. */
  from: 'FLEET_BROWSER_PATH' | 'Playwright' | 'PATH';
}

/** Programs on PATH that can be driven, by kind, best first (Debian's and Google's names). */
const ON_PATH: Readonly<Record<BrowserKind, readonly string[]>> = {
  shell: ['chromium-headless-shell', 'chrome-headless-shell'],
  chrome: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
};

const FIX =
  'run `npm run demo` or `npm test` once (both install one), or set FLEET_BROWSER_PATH to a Chromium';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not for us.
  }
}

/** Which kind a program is, by its name: the headless shell says so in all its names. */
export function kindOf(path: string): BrowserKind {
  return /headless[-_]shell[^/\\]*$/.test(path) ? 'shell' : 'chrome';
}

/**
 * The folder of Playwright's headless shell, told from the path of its Chromium: they lie side by side in its registry
 * as `chromium-REV` and `chromium_headless_shell-REV` (Playwright 1.65, 2026-11). Undefined for other layouts.
 */
export function shellFolderBeside(chromiumPath: string): string | undefined {
  const found = /^(.*[/\\])chromium-(\d+)[/\\]/.exec(chromiumPath);
  return found ? `${found[1]}chromium_headless_shell-${found[2]}` : undefined;
}

function playwrightShell(chromiumPath: string): string[] {
  const folder = shellFolderBeside(chromiumPath);
  if (folder === undefined) return [];
  try {
    return readdirSync(folder).flatMap((build) =>
      ['chrome-headless-shell', 'headless_shell', 'chrome-headless-shell.exe'].map((name) =>
        join(folder, build, name),
      ),
    );
  } catch {
    return []; // Not installed.
  }
}

function candidates(kind: BrowserKind): BrowserBinary[] {
  const full = chromium.executablePath();
  const own = kind === 'shell' ? playwrightShell(full) : [full];
  const directories = executableSearchPath();
  const onPath = ON_PATH[kind].flatMap((name) => directories.map((directory) => join(directory, name)));
  return [
    ...own.map((path) => ({ path, binary: kind, from: 'Playwright' as const })),
    ...onPath.map((path) => ({ path, binary: kind, from: 'PATH' as const })),
  ];
}

/**
 * The browser to launch: FLEET_BROWSER_PATH, else the wanted kind from Playwright's registry, else from PATH, else
 * the other kind the same way. The result says what it is, so that provenance tells the truth when it is not the
 * kind a surface asked for; only `FLEET_BROWSER=chrome` insists. Throws BROWSER_MISSING with a fix.
 */
export function findBrowser(
  config: Pick<Config, 'browserPath' | 'browser'>,
  want: BrowserKind,
): BrowserBinary {
  if (config.browserPath !== undefined) {
    if (!isProgram(config.browserPath)) {
      throw new FleetError('BROWSER_MISSING', `FLEET_BROWSER_PATH=${config.browserPath} is not a program`, {
        fix: 'correct it, or unset it to use the browser that set-up installs',
      });
    }
    return { path: config.browserPath, binary: kindOf(config.browserPath), from: 'FLEET_BROWSER_PATH' };
  }
  const wanted = config.browser === 'auto' ? want : config.browser;
  const other = wanted === 'shell' ? 'chrome' : 'shell';
  const acceptable =
    config.browser === 'chrome' ? candidates('chrome') : [...candidates(wanted), ...candidates(other)];
  const found = acceptable.find((browser) => isProgram(browser.path));
  if (found) return found;
  if (config.browser === 'chrome') {
    throw new FleetError(
      'BROWSER_MISSING',
      'FLEET_BROWSER=chrome is set, but no full Chromium or Chrome is installed',
      {
        fix: 'run `npx playwright install --with-deps chromium`, or unset FLEET_BROWSER',
      },
    );
  }
  throw new FleetError('BROWSER_MISSING', 'no browser is installed', { fix: FIX });
}
