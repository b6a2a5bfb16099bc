import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './lock.mjs';
import { reasonIn, runProgram } from './program.mjs';
import { SetupError, say } from './say.mjs';

/** Where npm put the Node that everything runs on (the package `node`). */
export function nodeOf(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

const stampFile = (root) => join(root, 'node_modules', '.fleet-setup');

function fingerprint(root, needsDev) {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lockfile).digest('hex');
  return `${digest} ${process.platform} ${process.arch} ${needsDev ? 'dev' : 'prod'}`;
}

function readStamp(root) {
  try {
    return readFileSync(stampFile(root), 'utf8');
  } catch {
    return ''; // Never set up, or installed by hand.
  }
}

/** What differs between the lockfile and npm's record of what is installed; undefined when nothing does. */
function firstDifference(root, needsDev) {
  const read = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages ?? {};
  const wanted = read('package-lock.json');
  const installed = read('node_modules', '.package-lock.json');
  return Object.keys(wanted).find((name) => {
    if (name === '') return false;
    const { version, optional, dev, peer, devOptional } = wanted[name];
    const leftOut = optional || devOptional || peer || (dev && !needsDev);
    return installed[name] === undefined ? !leftOut : installed[name].version !== version;
  });
}

/** Why packages have to be installed, or undefined when all are there. */
function whyInstall(root, needsDev) {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return 'no packages are installed yet';
  if (!existsSync(nodeOf(root))) return "npm's Node 24 is missing";
  const wanted = [fingerprint(root, true), fingerprint(root, needsDev)];
  if (wanted.includes(readStamp(root))) return undefined;
  const difference = firstDifference(root, needsDev);
  if (difference !== undefined)
    return `${difference.replace('node_modules/', '')} is not as package-lock.json says`;
  leaveStamp(root, needsDev);
  return undefined;
}

/** A stamp that cannot be written only costs the longer comparison next time (a read-only installation). */
function leaveStamp(root, needsDev) {
  try {
    writeFileSync(stampFile(root), fingerprint(root, needsDev));
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
  }
}

/** npm as it was called, else the one on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return { file: process.execPath, args: [script] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** Without what `npm run` hands down: `npm run -s` must not silence the errors of the installation. */
function installEnvironment() {
  const own =
    /^npm_(config_(loglevel|json|ignore_scripts|omit|include|production)|lifecycle_|package_|command$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

async function npm(root, args) {
  const { file, args: prefix } = npmCommand();
  return await runProgram(file, [...prefix, ...args], { cwd: root, env: installEnvironment() });
}

async function install(root, needsDev) {
  const flags = [
    '--include=optional',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { code, output } = await npm(root, ['ci', needsDev ? '--include=dev' : '--omit=dev', ...flags]);
  if (code !== 0) {
    throw new SetupError(
      `npm ci failed (${reasonIn(output)}); check the network and the disk, then run it again`,
    );
  }
  if (spawnSync(nodeOf(root), ['--version']).status !== 0) {
    throw new SetupError(
      'npm did not install Node 24 (package "node"); run `npm rebuild node --foreground-scripts`',
    );
  }
  leaveStamp(root, needsDev);
}

/** Installs the packages when they are missing or not those of the lockfile. */
export async function ensurePackages(root, needsDev) {
  if (whyInstall(root, needsDev) === undefined) return;
  await exclusively(root, async () => {
    const why = whyInstall(root, needsDev);
    if (why === undefined) return; // The set-up that was waited for did it.
    say(`installing packages (${why})`);
    await install(root, needsDev || existsSync(join(root, 'node_modules', 'vitest')));
    say('packages are installed');
  });
}
