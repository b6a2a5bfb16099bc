import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const DOCKER = join(ROOT, 'docker');
const LINT = join(DOCKER, 'lint');

/**
 * Installs the linters of docker/lint (a package of its own, so that nobody else carries them) where they are missing.
 * Returns why they cannot be had; undefined when they are there.
 */
export function noLintersBecause(): string | undefined {
  if (existsSync(join(LINT, 'node_modules', '.package-lock.json'))) return undefined;
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: LINT,
    encoding: 'utf8',
    timeout: 90_000,
  });
  return status === 0 ? undefined : `npm ci in docker/lint failed: ${(stderr ?? '').slice(0, 200)}`;
}

/**
 * Loads a file of docker/lint's packages (a path under its node_modules: not all of them let themselves be resolved by
 * name from elsewhere). Their types are not this project's: callers say what they expect.
 */
export async function lintModule<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(LINT, 'node_modules', file)).href)) as T;
}

/** Runs a program of docker/lint's packages. */
export function runLinter(name: string, args: readonly string[]): { status: number | null; output: string } {
  const program = join(LINT, 'node_modules', '.bin', name);
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd: ROOT, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}
