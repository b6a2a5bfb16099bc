import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LoadSample,
  nextSlots,
  type SlotRules,
  slotsByMemory,
  startSlots,
} from '../../../src/fleet/slot-controller.ts';

const GB = 1_000_000_000;
const RULES: SlotRules = { floor: 2, ceiling: 16 };

function sample(at: number, given: Partial<LoadSample> = {}): LoadSample {
  return {
    ...{ at, cpuPressure: 0.3, freeBytes: 20 * GB, totalBytes: 24 * GB, lagMs: 5, busy: 16 },
    bytesPerCapture: 60_000_000,
    ...given,
  };
}

/** Limits over a series of one sample a second. */
function limits(series: readonly Partial<LoadSample>[], rules = RULES): number[] {
  let state = startSlots(rules, 0);
  return series.map((given, second) => {
    state = nextSlots(state, sample((second + 1) * 1_000, { busy: state.limit, ...given }), rules);
    return state.limit;
  });
}

function repeat(seconds: number, given: Partial<LoadSample>): Partial<LoadSample>[] {
  return Array.from({ length: seconds }, () => given);
}

function changes(series: readonly number[]): number {
  return series.filter((limit, index) => index > 0 && limit !== series[index - 1]).length;
}

/**
 * PSI `some avg10` (percent), once a second, of a two-core machine on which other work ran and `npm run bench --
 * concurrent --levels 1,8` began in the tenth second; recorded 2026-11-23.
 */
const RECORDED_CPU = [
  ...[
    70, 69, 69, 66, 66, 66, 66, 68, 68, 73, 73, 76, 76, 79, 79, 83, 84, 84, 84, 84, 85, 85, 85, 85, 86, 86,
    88, 88, 90, 90,
  ],
  ...[
    90, 90, 89, 89, 89, 89, 89, 89, 90, 90, 92, 92, 93, 93, 93, 93, 93, 93, 93, 93, 94, 94, 94, 94, 94, 94,
    94, 94, 92, 92,
  ],
  ...[
    92, 92, 91, 91, 91, 91, 91, 91, 92, 92, 93, 93, 94, 94, 94, 94, 94, 95, 95, 96, 96, 96, 96, 96, 96, 96,
    96, 96, 96, 96,
  ],
];

describe('the slots', () => {
  it('stay at the ceiling on a calm machine', () => {
    expect(new Set(limits(repeat(120, {})))).toEqual(new Set([16]));
  });

  it('fall to the floor under lasting pressure, and not below', () => {
    const series = limits(repeat(180, { cpuPressure: 1 }));
    expect(series.at(-1)).toBe(RULES.floor);
    expect(Math.min(...series)).toBe(RULES.floor);
  });

  it('fall when the event loop is late, whatever the processor says', () => {
    expect(limits(repeat(60, { lagMs: 400, cpuPressure: 0.1 })).at(-1)).toBeLessThan(8);
  });

  it('come back to the ceiling after the pressure, one at a time, and only where they are used', () => {
    const used = limits([...repeat(60, { cpuPressure: 1 }), ...repeat(400, {})]);
    expect(used.at(-1)).toBe(16);
    for (const [index, limit] of used.slice(61).entries())
      expect(limit - (used[60 + index] ?? limit)).toBeLessThanOrEqual(1);
    const unused = limits([...repeat(60, { cpuPressure: 1 }), ...repeat(400, { busy: 0 })]);
    expect(unused.at(-1)).toBe(unused[60]);
  });

  it('do not swing with a load that swings around the thresholds', () => {
    const swinging = Array.from({ length: 600 }, (_unused, second) => ({
      cpuPressure: 0.87 + 0.12 * Math.sin(second / 4),
    }));
    // Ten minutes: at most one change in 20 s, where following the load would make 95.
    expect(changes(limits(swinging))).toBeLessThanOrEqual(30);
  });

  it('change at most a few times over a recorded burst of captures, and end where they began', () => {
    const series = limits([
      ...RECORDED_CPU.map((percent) => ({ cpuPressure: percent / 100 })),
      ...repeat(240, { cpuPressure: 0.3 }),
    ]);
    expect(changes(series.slice(0, RECORDED_CPU.length))).toBeLessThanOrEqual(3);
    expect(Math.min(...series)).toBeGreaterThanOrEqual(6);
    expect(series.at(-1)).toBe(16);
  });

  it('follow the free memory at once, and leave a tenth of it for the rest', () => {
    const tight = sample(1_000, { busy: 4, freeBytes: 3 * GB, bytesPerCapture: 200_000_000 });
    expect(slotsByMemory(tight)).toBe(4 + 3);
    expect(nextSlots(startSlots(RULES, 0), tight, RULES).limit).toBe(7);
  });

  it('use the measured memory per capture once there is one', () => {
    const unmeasured = slotsByMemory(sample(0, { busy: 0, freeBytes: 5.4 * GB, bytesPerCapture: null }));
    const measured = slotsByMemory(sample(0, { busy: 0, freeBytes: 5.4 * GB, bytesPerCapture: 60_000_000 }));
    expect(unmeasured).toBe(10);
    expect(measured).toBe(50);
  });

  it('are never fewer than one and never more than the ceiling, whatever is measured', () => {
    const anySample = fc.record({
      cpuPressure: fc.double({ min: 0, max: 1, noNaN: true }),
      lagMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
      freeBytes: fc.integer({ min: 0, max: 64 * GB }),
      totalBytes: fc.integer({ min: 1, max: 64 * GB }),
      busy: fc.integer({ min: 0, max: 64 }),
      bytesPerCapture: fc.option(fc.integer({ min: 1, max: 4 * GB })),
    });
    fc.assert(
      fc.property(
        fc.array(anySample, { maxLength: 80 }),
        fc.integer({ min: 1, max: 64 }),
        (series, ceiling) => {
          for (const limit of limits(series, { floor: 2, ceiling })) {
            expect(limit).toBeGreaterThanOrEqual(1);
            expect(limit).toBeLessThanOrEqual(ceiling);
          }
        },
      ),
    );
  });
});
