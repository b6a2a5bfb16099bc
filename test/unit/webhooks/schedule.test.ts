import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowance,
  HORIZON_MS,
  nextTry,
  PAUSES_MS,
  pauseUntil,
  retryAfterMs,
} from '../../../src/webhooks/schedule.ts';

const HOUR = 3_600_000;
const base = { scheduledFrom: 0, failedAt: 0, retryAfterMs: undefined, random: 0 };

/** Start times of all attempts of a delivery that always fails, each after `latency`. */
function starts(random: () => number, latency: number): number[] {
  const times = [0];
  for (;;) {
    const at = times.at(-1) ?? 0;
    const next = nextTry({ ...base, tries: times.length, failedAt: at + latency, random: random() });
    if (next === undefined) return times;
    times.push(next);
  }
}

describe('the schedule of a delivery that keeps failing', () => {
  it('is 0, 5 s, 5 min, 30 min, 2 h, 5 h, 8 h, 8 h: eight attempts, the last after 23 h 35 min 5 s', () => {
    const times = starts(() => 0, 0);
    expect(times.map((at, index) => at - (times[index - 1] ?? 0))).toEqual([...PAUSES_MS]);
    expect(times.at(-1)).toBe(23 * HOUR + 35 * 60_000 + 5_000);
  });

  it('outlasts an outage of 23 hours whatever the jitter and the latency', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.integer({ min: 0, max: 15_000 }),
        (randoms, latency) => {
          const times = starts(() => randoms.next().value ?? 0, latency);
          expect(times).toHaveLength(8);
          expect(times.at(-1)).toBeGreaterThan(23 * HOUR);
          expect(times.at(-1)).toBeLessThan(HORIZON_MS);
        },
      ),
    );
  });

  it('never has an attempt beyond 24 h, whenever attempts happen and whatever Retry-After says', () => {
    const failed = fc.record({
      tries: fc.integer({ min: 1, max: 12 }),
      failedAt: fc.integer({ min: 0, max: 2 * HORIZON_MS }),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: undefined }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(failed, (given) => {
        const next = nextTry({ ...base, ...given });
        if (next === undefined) return;
        expect(next).toBeGreaterThanOrEqual(given.failedAt);
        expect(next).toBeLessThan(HORIZON_MS);
      }),
    );
  });

  it('Retry-After stretches a step, and never shortens one', () => {
    expect(nextTry({ ...base, tries: 1, retryAfterMs: 60_000 })).toBe(60_000);
    expect(nextTry({ ...base, tries: 2, failedAt: 5_000, retryAfterMs: 1_000 })).toBe(305_000);
    expect(nextTry({ ...base, tries: 1, retryAfterMs: 99_999_999_000 })).toBe(HORIZON_MS - 60_000);
  });
});

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['120', 120_000],
    ['99999999', 99_999_999_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 1969 23:00:00 GMT', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['1e9', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (header, ms) => expect(retryAfterMs(header, 0)).toBe(ms));
});

describe('a target', () => {
  const sound = { failures: 0, openUntil: undefined, inFlight: 0, now: 1_000 };
  it('gets five deliveries at a time', () => {
    expect(allowance(sound)).toBe(5);
    expect(allowance({ ...sound, inFlight: 4 })).toBe(1);
    expect(allowance({ ...sound, inFlight: 9 })).toBe(0);
  });

  it('that failed twenty times in a row gets one per five minutes', () => {
    expect(allowance({ ...sound, failures: 19 })).toBe(5);
    expect(pauseUntil({ failures: 19, retryAfterMs: undefined, now: 1_000 })).toBeUndefined();
    expect(pauseUntil({ failures: 20, retryAfterMs: undefined, now: 1_000 })).toBe(301_000);
    expect(allowance({ ...sound, failures: 20, openUntil: 301_000 })).toBe(0);
    expect(allowance({ ...sound, failures: 20, openUntil: 301_000, now: 301_000 })).toBe(1);
    expect(allowance({ ...sound, failures: 20, inFlight: 1 })).toBe(0);
  });

  it('that asks for patience gets it, five minutes at most, and then its five again', () => {
    expect(pauseUntil({ failures: 1, retryAfterMs: 60_000, now: 0 })).toBe(60_000);
    expect(pauseUntil({ failures: 1, retryAfterMs: 1e12, now: 0 })).toBe(300_000);
    expect(allowance({ ...sound, failures: 1, openUntil: 2_000 })).toBe(0);
    expect(allowance({ ...sound, failures: 1, openUntil: 1_000 })).toBe(5);
  });
});
