import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The version before the present one: what a fleet may still run while the present one is rolled out. */
export const PREVIOUS_COMMIT = '664405d7f5a060825ad7bb18de09a8cbac28bbbe';

/** The tree of a commit under `directory`, ready to run; undefined where this clone does not have the commit. */
export function unpackCommit(commit: string, directory: string): string | undefined {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', args, { cwd: ROOT, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  let packed: Buffer;
  try {
    git('cat-file', '-e', `${commit}^{commit}`);
    packed = git('archive', '--format=tar', commit);
  } catch {
    return undefined; // A shallow clone, an unpacked archive, or no git at all.
  }
  const tree = join(directory, 'previous');
  mkdirSync(tree, { recursive: true });
  execFileSync('tar', ['-x', '-C', tree], { input: packed });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}
