import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz } from '../../fuzz/fuzz.ts';
import { InstantWorkers } from '../../fuzz/instant-workers.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const MS_PER_REQUEST = 100;
const UNLIMITED = 1_000_000_000;

/** Megabytes that are still in use after a collection: server, workers and the test's own in one process. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

let world: ApiWorld;
let workers: InstantWorkers;
beforeAll(async () => {
  const limits = {
    rateLimit: 10_000_000,
    syncLimit: UNLIMITED,
    queueLimit: UNLIMITED,
    queueLimitTotal: UNLIMITED,
  };
  world = await openApiWorld({ config: { ...limits, webhookKey: 'a key for the tests' } });
  workers = new InstantWorkers(world);
});
afterAll(async () => {
  await workers.stop();
  await world.close();
});

describe(`${RUNS} generated requests (repeat with FUZZ_SEED=${SEED})`, () => {
  it(
    'never make a server error, and every answer is what the served OpenAPI document says',
    async () => {
      await fuzz(world, { runs: Math.min(500, RUNS / 4), seed: SEED + 1 });
      const before = heapMb();
      const report = await fuzz(world, { runs: RUNS, seed: SEED });
      const heapGrowthMb = heapMb() - before;
      process.stdout.write(`${JSON.stringify({ fuzz: report, captures: workers.ended, heapGrowthMb })}\n`);
      expect(report.requests).toBeGreaterThanOrEqual(RUNS);
      expect(Object.keys(report.byStatus).filter((status) => Number(status) >= 500)).toEqual([]);
    },
    60_000 + RUNS * MS_PER_REQUEST,
  );
});
