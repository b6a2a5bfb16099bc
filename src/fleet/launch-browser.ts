import { readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';
import { addExtra } from 'playwright-extra';
import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';

/** What to launch and where its traffic may go. */
export interface LaunchOptions {
  executablePath: string;
  binary: 'shell' | 'chrome';
  /** Port of the stage: every name resolves there and nothing leaves the machine. Undefined: the live network. */
  stagePort: number | undefined;
  /** playwright-extra plugins by package name; none by default. */
  plugins: readonly string[];
  log: Log;
}

/** A running browser and the process to kill when it no longer listens. */
export interface LaunchedBrowser {
  browser: Browser;
  pid: number;
  info: { name: string; version: string; binary: 'shell' | 'chrome' };
  sandboxed: boolean;
}

const pluginSchema = z.object({ default: z.function({ input: [], output: z.unknown() }) });
const processInfoSchema = z.object({ processInfo: z.array(z.object({ type: z.string(), id: z.number() })) });

/**
 * Launches Chromium with Playwright's own signal handlers off (else no drain is possible, specs/fleet.md 0.7). The
 * sandbox is on unless the process is root or the kernel refuses it. Throws BROWSER_LAUNCH_FAILED.
 */
export async function launchBrowser(options: LaunchOptions, deadline: Deadline): Promise<LaunchedBrowser> {
  const launcher = await pluggedLauncher(options.plugins);
  const isRoot = process.getuid?.() === 0;
  const launch = (sandbox: boolean): Promise<Browser> =>
    deadline.run(
      'browser launch',
      () =>
        launcher.launch({
          executablePath: options.executablePath,
          headless: true,
          chromiumSandbox: sandbox,
          handleSIGINT: false,
          handleSIGTERM: false,
          handleSIGHUP: false,
          timeout: 20_000,
          args: launchArguments(options.stagePort),
        }),
      { budgetMs: 21_000, onLate: (late) => late.close() },
    );
  let sandboxed = !isRoot;
  let browser: Browser;
  try {
    browser = await launch(sandboxed);
  } catch (error) {
    if (!sandboxed || !/sandbox/i.test(String(error))) throw launchError(options, error);
    options.log.warn(
      { err: error },
      'the kernel refuses the browser sandbox; going on without (see fleet doctor)',
    );
    sandboxed = false;
    browser = await launch(false).catch((second: unknown) => {
      throw launchError(options, second);
    });
  }
  const pid = await browserPid(browser, deadline);
  return {
    browser,
    pid,
    sandboxed,
    info: { name: 'chromium', version: browser.version(), binary: options.binary },
  };
}

function launchError(options: LaunchOptions, cause: unknown): FleetError {
  return new FleetError('BROWSER_LAUNCH_FAILED', `${options.executablePath} could not be launched`, {
    cause,
    fix: 'run `npm run -s fleet -- doctor` to see why',
  });
}

/** Arguments beside Playwright's own; none of them touches `--disable-features`, of which only the last counts. */
function launchArguments(stagePort: number | undefined): string[] {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-sync'];
  return stagePort === undefined ? quiet : [...quiet, `--host-resolver-rules=MAP * 127.0.0.1:${stagePort}`];
}

async function pluggedLauncher(
  plugins: readonly string[],
): Promise<ReturnType<typeof addExtra<typeof chromium>>> {
  const launcher = addExtra(chromium);
  for (const name of plugins) {
    let loaded: unknown;
    try {
      loaded = await import(name);
    } catch (cause) {
      throw new FleetError('CONFIG_INVALID', `FLEET_BROWSER_PLUGINS names ${name}, which cannot be loaded`, {
        cause,
        fix: `npm install ${name}, or take it out of FLEET_BROWSER_PLUGINS`,
      });
    }
    const plugin = pluginSchema.parse(loaded).default();
    launcher.use(plugin as Parameters<typeof launcher.use>[0]);
  }
  return launcher;
}

async function browserPid(browser: Browser, deadline: Deadline): Promise<number> {
  const session = await deadline.run('browser process', () => browser.newBrowserCDPSession(), {
    budgetMs: 5_000,
  });
  const info = processInfoSchema.parse(
    await deadline.run('browser process', () => session.send('SystemInfo.getProcessInfo'), {
      budgetMs: 5_000,
    }),
  );
  await deadline.run('browser process', () => session.detach(), { budgetMs: 5_000 });
  const main = info.processInfo.find(({ type }) => type === 'browser');
  if (main === undefined)
    throw new FleetError('BROWSER_LAUNCH_FAILED', 'the browser does not tell its process');
  return main.id;
}

/** Ends a browser: politely for 3 s, then its whole process group by SIGKILL (browser.close can take 30 s). */
export async function endBrowser(
  { browser, pid }: LaunchedBrowser,
  deadline: Deadline,
  log: Log,
): Promise<void> {
  try {
    await deadline.run('browser close', () => browser.close(), { budgetMs: 3_000 });
  } catch (error) {
    log.warn({ err: error, pid }, 'browser did not close; killing its process group');
    killGroup(pid, log);
  }
}

/**
 * SIGKILL to the browser's whole process group; one that is already gone is fine. The group is asked of the kernel,
 * because a launcher script may stand between Playwright's child and the browser (Debian's does).
 */
export function killGroup(pid: number, log: Log): void {
  try {
    const group = processGroup(pid);
    process.kill(group === processGroup(process.pid) ? pid : -group, 'SIGKILL');
  } catch (error) {
    log.debug({ err: error, pid }, 'browser process group was already gone');
  }
}

/** Process group of a process, from /proc/PID/stat (field 5, after the name in parentheses); else the pid itself. */
function processGroup(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
    return Number.isInteger(group) && group > 1 ? group : pid;
  } catch {
    return pid; // No /proc (macOS), or the process is gone: its own pid is the best guess there is.
  }
}
