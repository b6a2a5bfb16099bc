import { type Browser, chromium } from 'playwright';
import { addExtra } from 'playwright-extra';
import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import { browserEnvironment, withTemporaryDirectory } from '../platform/config.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { readProcess } from '../platform/process-table.ts';
import { askProcesses } from './browser-processes.ts';
import { killTree, type ProcessTree } from './process-tree.ts';
import { MARK_SWITCH, type Scratch, ScratchRoot } from './scratch.ts';

/** What to launch and where its traffic may go. */
export interface LaunchOptions {
  executablePath: string;
  binary: 'shell' | 'chrome';
  /** Port of the stage: every name resolves there and nothing leaves the machine. Undefined: the live network. */
  stagePort: number | undefined;
  /** playwright-extra plugins by package name; none by default. */
  plugins: readonly string[];
  /** The browser's profile and temp files lie under it; undefined: under the system's temp folder. */
  dataDir?: string | undefined;
  log: Log;
}

/** A running browser and the process to kill when it no longer listens. */
export interface LaunchedBrowser {
  browser: Browser;
  pid: number;
  tree: ProcessTree;
  scratch: Scratch;
  root: ScratchRoot;
  info: { name: string; version: string; binary: 'shell' | 'chrome' };
  sandboxed: boolean;
}

const CLOSE_MS = 3_000;

const pluginSchema = z.object({ default: z.function({ input: [], output: z.unknown() }) });

/**
 * Launches Chromium with Playwright's own signal handlers off (else no drain is possible, specs/fleet.md 0.7), with a
 * folder of its own for profile and temp files, and marked as this fleet's. The sandbox is on unless the process is
 * root or the kernel refuses it. Throws BROWSER_LAUNCH_FAILED; then nothing of it is left.
 */
export async function launchBrowser(options: LaunchOptions, deadline: Deadline): Promise<LaunchedBrowser> {
  const root = new ScratchRoot(options.dataDir, options.log);
  const scratch = newScratch(options, root);
  let begun: Browser | undefined;
  try {
    const { browser, sandboxed } = await launchMarked(options, scratch, deadline);
    begun = browser;
    const pid = await browserPid(browser, deadline);
    const info = { name: 'chromium', version: browser.version(), binary: options.binary };
    const tree = treeOf(pid);
    root.note(scratch.id, tree);
    return { browser, pid, tree, scratch, root, sandboxed, info };
  } catch (error) {
    if (begun !== undefined) await endUnknown(begun, options.log);
    await root.remove(scratch.id);
    throw error instanceof FleetError ? error : launchError(options, error);
  }
}

function newScratch(options: LaunchOptions, root: ScratchRoot): Scratch {
  try {
    return root.create();
  } catch (error) {
    throw launchError(options, error); // The disk is full, or not ours to write.
  }
}

/** Ends a browser whose process is not known yet. */
async function endUnknown(browser: Browser, log: Log): Promise<void> {
  try {
    await Deadline.after(CLOSE_MS).run('browser close', () => browser.close());
  } catch (error) {
    log.warn({ err: error }, 'a browser that told no process does not close; the reaper will find it');
  }
}

async function launchMarked(
  options: LaunchOptions,
  scratch: Scratch,
  deadline: Deadline,
): Promise<{ browser: Browser; sandboxed: boolean }> {
  const launcher = await pluggedLauncher(options.plugins);
  const launch = (sandbox: boolean): Promise<Browser> =>
    deadline.run(
      'browser launch',
      () =>
        withTemporaryDirectory(scratch.path, () =>
          launcher.launch({
            executablePath: options.executablePath,
            headless: true,
            chromiumSandbox: sandbox,
            handleSIGINT: false,
            handleSIGTERM: false,
            handleSIGHUP: false,
            timeout: 20_000,
            artifactsDir: scratch.path,
            env: browserEnvironment({ TMPDIR: scratch.path }),
            args: [...launchArguments(options.stagePort), `${MARK_SWITCH}=${scratch.mark}`],
          }),
        ),
      { budgetMs: 21_000, onLate: (late) => late.close() },
    );
  const isRoot = process.getuid?.() === 0;
  try {
    return { browser: await launch(!isRoot), sandboxed: !isRoot };
  } catch (error) {
    if (isRoot || !/sandbox/i.test(String(error))) throw launchError(options, error);
    options.log.warn(
      { err: error },
      'the kernel refuses the browser sandbox; going on without (see fleet doctor)',
    );
    const browser = await launch(false).catch((second: unknown) => {
      throw launchError(options, second);
    });
    return { browser, sandboxed: false };
  }
}

/** The group is asked of the kernel: a launcher script may stand between Playwright's child and the browser (Debian's). */
function treeOf(pid: number): ProcessTree {
  const group = readProcess(pid)?.group ?? pid;
  return { group, leaderStart: readProcess(group)?.startTicks };
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

/**
 * The launcher with these plugins. Without any it is Playwright's own: playwright-extra leads every new page to
 * about:blank once more (its index.cjs.js, 4.3.6), a navigation that nobody needs.
 */
async function pluggedLauncher(plugins: readonly string[]): Promise<Pick<typeof chromium, 'launch'>> {
  if (plugins.length === 0) return chromium;
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
  const processes = await deadline.run('browser process', () => askProcesses(session), { budgetMs: 5_000 });
  await deadline.run('browser process', () => session.detach(), { budgetMs: 5_000 });
  const main = processes.find(({ type }) => type === 'browser');
  if (main === undefined)
    throw new FleetError('BROWSER_LAUNCH_FAILED', 'the browser does not tell its process');
  return main.pid;
}

/**
 * Ends a browser: politely for 3 s, then its whole process tree by SIGKILL (browser.close can take 30 s); then deletes
 * its folder. True when it had to be killed.
 */
export async function endBrowser(launched: LaunchedBrowser, deadline: Deadline, log: Log): Promise<boolean> {
  const { browser, pid, tree, scratch, root } = launched;
  let killed = false;
  try {
    await deadline.run('browser close', () => browser.close(), { budgetMs: CLOSE_MS });
  } catch (error) {
    log.warn({ err: error, pid }, 'browser did not close; killing its process tree');
    killed = true;
  }
  killTree(tree); // After a polite end nobody is left; after a crash children may be.
  await root.remove(scratch.id);
  return killed;
}
