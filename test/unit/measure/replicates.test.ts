import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { jaccardDistance } from '../../../src/measure/jaccard.ts';
import type { ObservedOutcome } from '../../../src/measure/observation.ts';
import { jackknifeInterval, meanDistance } from '../../../src/measure/replicate-distance.ts';
import { summariseReplicates } from '../../../src/measure/replicates.ts';
import { wilsonInterval } from '../../../src/measure/wilson.ts';
import { observed } from './observed.ts';

const Z = 1.959963984540054;
const trialsAndHits = fc
  .integer({ min: 1, max: 10_000 })
  .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })));

describe("Wilson's interval", () => {
  it('has the ends that solve |share − p| = z·√(p(1−p)/n), which is what defines it', () => {
    fc.assert(
      fc.property(trialsAndHits, ([n, hits]) => {
        const { low, high } = wilsonInterval(hits, n);
        for (const p of [low, high]) {
          expect((hits / n - p) ** 2).toBeCloseTo((Z * Z * p * (1 - p)) / n, 9);
        }
      }),
    );
  });

  it('lies inside 0 to 1, holds the share, mirrors for the misses, and narrows with more trials', () => {
    fc.assert(
      fc.property(trialsAndHits, ([n, hits]) => {
        const { low, high } = wilsonInterval(hits, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(hits / n);
        expect(high).toBeGreaterThanOrEqual(hits / n);
        const mirrored = wilsonInterval(n - hits, n);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
        const more = wilsonInterval(hits * 4, n * 4);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  it('gives the textbook figures', () => {
    // Closed forms at the ends: 0 of n is [0, z²/(n+z²)].
    expect(wilsonInterval(0, 10)).toEqual({ low: 0, high: (Z * Z) / (10 + Z * Z) });
    expect(wilsonInterval(10, 10).high).toBe(1);
    expect(wilsonInterval(10, 10).low).toBeCloseTo(10 / (10 + Z * Z), 12);
    // Newcombe 1998 (Statistics in Medicine 17, table I, method 3): 81 of 263.
    expect(wilsonInterval(81, 263).low).toBeCloseTo(0.2553, 4);
    expect(wilsonInterval(81, 263).high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

const sets = fc.array(
  fc.array(fc.integer({ min: 0, max: 12 })).map((items) => new Set(items)),
  { maxLength: 7 },
);

describe('the Jaccard distance', () => {
  it('is a metric: 0 for equal sets, symmetric, never more than 1, and detours are no shorter', () => {
    const one = fc.array(fc.integer({ min: 0, max: 9 })).map((items) => new Set(items));
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        expect(jaccardDistance(a, a)).toBe(0);
        expect(jaccardDistance(a, b)).toBe(jaccardDistance(b, a));
        expect(jaccardDistance(a, b)).toBeLessThanOrEqual(1);
        expect(jaccardDistance(a, c)).toBeLessThanOrEqual(
          jaccardDistance(a, b) + jaccardDistance(b, c) + 1e-12,
        );
      }),
    );
  });

  it('between {0…k} and {0…n} is the closed form 1 − k/n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), (n, k) => {
        const upTo = (count: number): Set<number> =>
          new Set(Array.from({ length: count }, (_, index) => index));
        const small = Math.min(n, k);
        expect(jaccardDistance(upTo(small), upTo(n))).toBeCloseTo(1 - small / n, 12);
      }),
    );
  });

  it('averages over all pairs that have anything, whatever their order', () => {
    fc.assert(
      fc.property(sets, (given) => {
        const mean = meanDistance(given);
        const pairs = given.flatMap((a, index) =>
          given.slice(index + 1).flatMap((b) => (a.size + b.size === 0 ? [] : [jaccardDistance(a, b)])),
        );
        if (pairs.length === 0) {
          expect(mean).toBeNull();
          return;
        }
        expect(mean).toBeCloseTo(pairs.reduce((sum, own) => sum + own, 0) / pairs.length, 12);
        expect(meanDistance(given.toReversed())).toBeCloseTo(mean ?? 0, 12);
      }),
    );
  });

  it('has an interval from three captures on, which is a point when all are alike', () => {
    const alike = [new Set(['a', 'b']), new Set(['a', 'b']), new Set(['a', 'b'])];
    expect(jackknifeInterval(alike.slice(1))).toBeNull();
    expect(jackknifeInterval(alike)).toEqual({ low: 0, high: 0 });
    // Leaving one of {a}, {a}, {b} out leaves distances 1, 1 and 0: mean 2/3, variance 2/3 · (2/3) = 4/9, t₂ = 4.3.
    const odd = jackknifeInterval([new Set(['a']), new Set(['a']), new Set(['b'])]);
    expect(odd).toEqual({ low: 0, high: 1 });
  });
});

/** A capture, as far as a summary reads it. */
function capture(domains: readonly string[], text: string, outcome: ObservedOutcome = 'answered') {
  const envelope = { answer: { text } } as unknown as Envelope;
  const seen = observed({ prompt: 1, outcome });
  const sources = domains.map((domain, index) => ({
    ...{ sourceId: index + 1, url: null, domain, cited: true, position: null, brandId: null },
  }));
  return { envelope, observation: { ...seen, sources } };
}

describe('replicates of one question', () => {
  it('tell for each domain and each answer in how many of n it appears', () => {
    const summary = summariseReplicates([
      capture(['a.example', 'b.example', 'a.example'], 'Use  Hubfield.'),
      capture(['a.example'], 'Use Hubfield.'),
      capture(['c.example'], 'Use Pipewise.'),
      capture(['c.example'], 'Use Pi', 'answered_partially'),
      capture([], '', 'absent'),
      capture(['z.example'], 'never seen', 'challenge'),
    ]);
    expect(summary).toMatchObject({ asked: 6, answered: 4, excluded: { absent: 1, challenge: 1 } });
    // A truncated answer may cite what was cut off.
    expect(summary.domains.map(({ domain, k, n }) => [domain, k, n])).toEqual([
      ['a.example', 2, 3],
      ['b.example', 1, 3],
      ['c.example', 1, 3],
    ]);
    expect(summary.domains[0]).toMatchObject({ rate: 2 / 3, ci95: wilsonInterval(2, 3) });
    expect(summary.answers.map(({ text, k, n }) => [text, k, n])).toEqual([
      ['Use  Hubfield.', 2, 4],
      ['Use Pi', 1, 4],
      ['Use Pipewise.', 1, 4],
    ]);
    // {a,b} {a} {c}: ½, 1, 1.
    expect(summary.distance.domains).toBeCloseTo(2.5 / 3, 12);
  });

  it('whose captures all failed know nothing, and say so', () => {
    expect(summariseReplicates([capture([], '', 'timeout')])).toEqual({
      ...{ asked: 1, answered: 0, excluded: { timeout: 1 }, domains: [], answers: [] },
      distance: { domains: null, domainsCi95: null, words: null },
    });
  });
});
