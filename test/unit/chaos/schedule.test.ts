import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, LONG_ENOUGH_MS, scheduleFaults } from '../../chaos/schedule.ts';

const options = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  durationMs: fc.integer({ min: 10_000, max: 3 * 3_600_000 }),
  workers: fc.integer({ min: 1, max: 8 }),
  apis: fc.integer({ min: 1, max: 4 }),
});

describe('the schedule of faults', () => {
  it('is determined by its options, and seeds differ', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect(scheduleFaults(given)).toEqual(scheduleFaults(given));
      }),
    );
    const of = (seed: number) => scheduleFaults({ seed, durationMs: LONG_ENOUGH_MS, workers: 3, apis: 2 });
    expect(of(1)).not.toEqual(of(2));
  });

  it('begins and ends every fault inside the run, and leaves its end in peace', () => {
    fc.assert(
      fc.property(options, (given) => {
        const faults = scheduleFaults(given);
        expect(faults.length).toBeGreaterThan(0);
        for (const { startMs, endMs } of faults) {
          expect(startMs).toBeGreaterThanOrEqual(0);
          expect(endMs).toBeGreaterThan(startMs);
          expect(endMs).toBeLessThanOrEqual(given.durationMs - Math.min(60_000, given.durationMs / 5));
        }
      }),
    );
  });

  it('never does two things to one target at once', () => {
    fc.assert(
      fc.property(options, (given) => {
        const busyUntil = new Map<string, number>();
        for (const { target, startMs, endMs } of scheduleFaults(given)) {
          expect(startMs).toBeGreaterThan(busyUntil.get(target) ?? -1);
          busyUntil.set(target, endMs);
        }
      }),
    );
  });

  it('names only processes that the run has', () => {
    fc.assert(
      fc.property(options, (given) => {
        for (const { target } of scheduleFaults(given)) {
          const [, what, index] = /^(worker|api)-(\d+)$/.exec(target) ?? [];
          if (what !== undefined) {
            expect(Number(index)).toBeLessThan(what === 'api' ? given.apis : given.workers);
          }
        }
      }),
    );
  });

  it('has every kind in a run that is long enough, and only those that are asked for', () => {
    fc.assert(
      fc.property(options, (given) => {
        const long = { ...given, durationMs: Math.max(given.durationMs, LONG_ENOUGH_MS) };
        expect(new Set(scheduleFaults(long).map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
        const few = scheduleFaults({ ...long, kinds: ['worker-killed', 'store-full'] });
        expect(new Set(few.map(({ kind }) => kind))).toEqual(new Set(['worker-killed', 'store-full']));
      }),
    );
  });
});
