import { describe, expect, it } from 'vitest';
import { runChaos } from './chaos-run.ts';

/** The long one: `npm run chaos -- --minutes 30 --seed N`. */
const SEED = 7;
const DURATION_MS = 30_000;

describe('a fleet under a few faults', () => {
  it('loses nothing, charges and tells once, proves what it says, and leaves nothing behind', async () => {
    const { faults, violations, tally, settledMs } = await runChaos({
      ...{ seed: SEED, durationMs: DURATION_MS, everyMs: 4_000, workers: 2, apis: 1 },
      kinds: ['worker-killed', 'database-half-open', 'store-failing', 'courier-killed'],
      say: () => undefined,
    });
    const kinds = faults.map(({ kind, target }) => `${kind} ${target}`);
    const { violations: _counted, ...counts } = tally;
    process.stdout.write(`chaos, short: ${JSON.stringify({ faults: kinds, settledMs, ...counts })}\n`);
    expect(faults.length).toBeGreaterThanOrEqual(2);
    expect(tally.children).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  }, 900_000);
});
