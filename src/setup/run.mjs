import { chdir } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { commandFor } from './commands.mjs';
import { becomeNode, runNode } from './launch.mjs';
import { ensurePackages } from './packages.mjs';
import { SetupError, say } from './say.mjs';

/**
 * What every npm script calls: `node src/setup/run.mjs TARGET [ARGS…]`. Installs what is missing and runs the target
 * on npm's Node 24. Plain JavaScript without dependencies, for any Node from 18 on: it runs before anything is there.
 */
async function main([target, ...args]) {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
  const { steps, needsBrowser, needsDev } = commandFor(target, args);
  chdir(root);
  await ensurePackages(root, needsDev);
  if (needsBrowser) await ensureBrowser(root);
  for (const step of steps.slice(0, -1)) {
    const code = await runNode(root, step);
    if (code !== 0) return code;
  }
  return await becomeNode(root, steps.at(-1));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
