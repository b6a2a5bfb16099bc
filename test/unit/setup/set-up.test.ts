import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Stands in for the program that an npm script runs: tells what it got, and what signal ended it. */
const PROGRAM = `
process.on('SIGTERM', () => { process.stdout.write('SIGTERM\\n'); process.exit(7); });
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), pid: process.pid }) + '\\n');
if (process.argv.includes('--wait')) setInterval(() => undefined, 1000);
if (process.argv.includes('--fail')) process.exit(5);
`;
/** Stands in for npm, so that no network is needed: says what it was asked and puts Node where npm would. */
const NPM = `
const fs = require('node:fs');
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('npm-fails')) { console.error('npm error code ENOTFOUND'); process.exit(1); }
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
fs.mkdirSync('node_modules/node/bin', { recursive: true });
fs.rmSync('node_modules/node/bin/node', { force: true });
fs.symlinkSync(process.env.TEST_NODE, 'node_modules/node/bin/node');
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
console.log('added 1 package');
`;

let project: string;
let children: ChildProcess[];

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'fleet-setup-'));
  children = [];
  cpSync(join(ROOT, 'src/setup'), join(project, 'src/setup'), { recursive: true });
  writeFileSync(join(project, 'src/cli.ts'), PROGRAM);
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  lockfile('1.0.0');
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

function lockfile(version: string): void {
  const packages = { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version, optional: true } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
}

/** The launcher's way of a child: `process.execve` is taken away, as on Node 20. */
const WITHOUT_EXECVE = ['--import', 'data:text/javascript,delete process.execve'];

function command(args: string[], flags: string[] = []): string[] {
  return [...flags, join(project, 'src/setup/run.mjs'), ...args];
}

function environment(): NodeJS.ProcessEnv {
  const { FLEET_BROWSER_PATH: _unset, ...rest } = process.env;
  mkdirSync(join(project, 'npm'), { recursive: true });
  writeFileSync(join(project, 'npm/package.json'), '{}');
  writeFileSync(join(project, 'npm/npm-cli.js'), NPM);
  return { ...rest, npm_execpath: join(project, 'npm/npm-cli.js'), TEST_NODE: process.execPath };
}

function run(args: string[], flags: string[] = [], extra: NodeJS.ProcessEnv = {}) {
  const options = { encoding: 'utf8', env: { ...environment(), ...extra }, timeout: 30_000 } as const;
  return spawnSync(process.execPath, command(args, flags), options);
}

function npmCalls(): string[] {
  const file = join(project, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** A program that was started through the launcher and waits. */
async function startWaiting(flags: string[]) {
  const child = spawn(process.execPath, command(['fleet', '--wait'], flags), {
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return { child, nextLine: async (): Promise<unknown> => (await lines.next()).value };
}

describe('set-up', () => {
  it('installs once with npm ci, says so on stderr, and leaves stdout to the command', () => {
    const first = run(['fleet', 'extract', '--json']);
    expect(first.stderr).toMatch(/^set-up: installing packages/);
    expect(JSON.parse(first.stdout)).toMatchObject({ args: ['extract', '--json'] });
    const second = run(['fleet', 'x']);
    expect(second.stderr).toBe('');
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toMatch(/^ci /);
  });

  it('installs again when the lockfile names another version, and not when nothing differs', () => {
    run(['fleet']);
    lockfile('2.0.0');
    expect(run(['fleet']).stderr).toContain('a is not as package-lock.json says');
    writeFileSync(
      join(project, 'package-lock.json'),
      `${readFileSync(join(project, 'package-lock.json'), 'utf8')}\n`,
    );
    expect(run(['fleet']).stderr).toBe('');
    expect(npmCalls()).toHaveLength(2);
  });

  it('installs once when two scripts begin at once', async () => {
    const both = [1, 2].map(() =>
      spawn(process.execPath, command(['fleet']), { env: environment(), stdio: 'ignore' }),
    );
    children.push(...both);
    const codes = await Promise.all(both.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    expect(npmCalls()).toHaveLength(1);
  });

  it('goes on past the lock of a set-up that was killed', () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(join(project, '.fleet'));
    writeFileSync(join(project, '.fleet/setup.lock'), String(dead));
    expect(run(['fleet']).status).toBe(0);
    expect(npmCalls()).toHaveLength(1);
  });

  it('fails in one line that says what went wrong and what to do', () => {
    writeFileSync(join(project, 'npm-fails'), '');
    const { status, stdout, stderr } = run(['fleet']);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^set-up: npm ci failed \(.*ENOTFOUND\); check the network/,
    );
  });

  it('refuses a browser path that is none, before the command runs', () => {
    run(['fleet']);
    const { status, stdout, stderr } = run(['demo'], [], { FLEET_BROWSER_PATH: '/nowhere/chromium' });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^set-up: FLEET_BROWSER_PATH=\/nowhere\/chromium is not a program; .*\n$/);
  });

  it('names the targets when asked for one that is none', () => {
    const { status, stderr } = run(['tset']);
    expect(status).toBe(1);
    expect(stderr).toContain('demo, start, test, check, fleet, bench, fuzz or chaos');
  });
});

describe.each([
  ['as the process itself', [] as string[]],
  ['as a child', WITHOUT_EXECVE],
])('the launcher, running the program %s', (_how, flags) => {
  beforeEach(() => {
    run(['fleet']);
  });

  it('ends with its exit code', () => {
    expect(run(['fleet', '--fail'], flags).status).toBe(5);
  });

  it('hands SIGTERM to it', async () => {
    const { child, nextLine } = await startWaiting(flags);
    child.kill('SIGTERM');
    expect(await nextLine()).toBe('SIGTERM');
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(7);
  });
});

describe('a program whose launcher was killed', () => {
  it('ends itself as on SIGTERM', async () => {
    run(['fleet']);
    const { child, nextLine } = await startWaiting(WITHOUT_EXECVE);
    child.kill('SIGKILL');
    expect(await nextLine()).toBe('SIGTERM');
  });
});
