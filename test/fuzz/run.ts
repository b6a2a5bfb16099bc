import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/** `npm run fuzz [-- --runs 20000 --seed N]`: the contract test of `npm test`, with many more requests. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string' } },
});
const counts = [values.runs, values.seed ?? '0'];
if (counts.some((text) => !/^\d{1,9}$/.test(text))) {
  process.stderr.write('usage: npm run fuzz -- --runs <n> --seed <n>\n');
  process.exitCode = 2;
} else {
  process.env.FUZZ_RUNS = values.runs;
  if (values.seed !== undefined) process.env.FUZZ_SEED = values.seed;
  const config = new URL('../vitest.config.ts', import.meta.url).pathname;
  const vitest = await startVitest(['test/integration/api/contract-fuzz.test.ts'], { run: true, config });
  await vitest.close();
}
