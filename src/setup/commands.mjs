import { SetupError } from './say.mjs';

const CLI = 'src/cli.ts';
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
/** Commands of `fleet` that drive a browser. */
const FLEET_WITH_BROWSER = ['demo', 'start', 'worker', 'capture'];

/**
 * What an npm script means: the Node programs to run one after the other (paths relative to the repository), and what
 * has to be installed for them. Throws SetupError for a name that is none.
 */
export function commandFor(target, args) {
  switch (target) {
    case 'demo':
    case 'start':
      return { steps: [[CLI, target, ...args]], needsBrowser: true, needsDev: false };
    case 'fleet':
      return { steps: [[CLI, ...args]], needsBrowser: FLEET_WITH_BROWSER.includes(args[0]), needsDev: false };
    case 'test':
      return { steps: [[...VITEST, ...args]], needsBrowser: true, needsDev: true };
    case 'bench':
      return {
        steps: [['test/bench/run.ts', ...args]],
        needsBrowser: ['capture', 'concurrent', 'dispatch', 'soak'].includes(args[0]),
        needsDev: true,
      };
    case 'fuzz':
      return { steps: [['test/fuzz/run.ts', ...args]], needsBrowser: false, needsDev: true };
    case 'chaos':
      return { steps: [['test/chaos/run.ts', ...args]], needsBrowser: true, needsDev: true };
    case 'check':
      return {
        steps: [
          ['node_modules/typescript/bin/tsc', '-p', '.'],
          ['node_modules/@biomejs/biome/bin/biome', 'ci'],
          [...VITEST, 'test/unit/architecture'],
        ],
        needsBrowser: false,
        needsDev: true,
      };
    default:
      throw new SetupError(
        `there is no target ${JSON.stringify(target ?? '')}; use demo, start, test, check, fleet, bench, fuzz or chaos`,
      );
  }
}
