import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { jaccardDistance, meanJaccardDistance } from '../../../src/measure/jaccard.ts';
import { summariseReplicates } from '../../../src/measure/replicates.ts';
import { wilsonInterval } from '../../../src/measure/wilson.ts';

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

  it('averages over all n(n−1)/2 pairs, whatever their order', () => {
    fc.assert(
      fc.property(sets, (given) => {
        const mean = meanJaccardDistance(given);
        if (given.length < 2) {
          expect(mean).toBeNull();
          return;
        }
        let sum = 0;
        for (const a of given) for (const b of given) sum += jaccardDistance(a, b);
        expect(mean).toBeCloseTo(sum / (given.length * (given.length - 1)), 12);
        expect(meanJaccardDistance(given.toReversed())).toBeCloseTo(mean ?? 0, 12);
      }),
    );
  });
});

/** The part of an Envelope that the summary reads. */
function capture(domains: readonly string[], text: string, status = 'completed'): Envelope {
  const sources = domains.map((domain) => ({ domain, cited: true }));
  return { job: { status }, answer: { text }, evidence: { sources } } as unknown as Envelope;
}

describe('replicates of one question', () => {
  it('tell for each domain and each answer in how many of n it appears', () => {
    const summary = summariseReplicates([
      capture(['a.example', 'b.example', 'a.example'], 'Use  Hubfield.'),
      capture(['A.example'], 'Use Hubfield.'),
      capture(['c.example'], 'Use Pipewise.'),
      capture([], ''),
      capture(['z.example'], 'never seen', 'failed'),
    ]);
    expect(summary.n).toBe(4);
    expect(summary.answered).toMatchObject({ count: 3, n: 4, share: 0.75 });
    expect(summary.domains.map(({ domain, count }) => [domain, count])).toEqual([
      ['a.example', 2],
      ['b.example', 1],
      ['c.example', 1],
    ]);
    expect(summary.domains[0]).toMatchObject({ n: 4, share: 0.5, interval: wilsonInterval(2, 4) });
    expect(summary.answers.map(({ text, count }) => [text, count])).toEqual([
      ['Use  Hubfield.', 2],
      ['Use Pipewise.', 1],
    ]);
    // {a,b} {a} {c} {}: ½, 1, 1, 1, 1, 1 over six pairs.
    expect(summary.meanJaccardDistance.domains).toBeCloseTo(5.5 / 6, 12);
  });

  it('whose captures all failed know nothing, and say so', () => {
    const summary = summariseReplicates([capture(['a.example'], 'x', 'failed')]);
    expect(summary).toEqual({
      n: 0,
      answered: { count: 0, n: 0, share: 0, interval: { low: 0, high: 1 } },
      domains: [],
      answers: [],
      meanJaccardDistance: { domains: null, words: null },
    });
  });

  it('never count more than n, and equal captures have no distance', () => {
    const any = fc.record({ domains: fc.array(fc.domain(), { maxLength: 4 }), text: fc.string() });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (given) => {
        const summary = summariseReplicates(given.map(({ domains, text }) => capture(domains, text)));
        expect(summary.n).toBe(given.length);
        for (const { count } of [...summary.domains, ...summary.answers])
          expect(count).toBeLessThanOrEqual(summary.n);
        const sum = summary.answers.reduce((total, { count }) => total + count, 0);
        expect(sum).toBe(summary.answered.count);
        const [first] = given;
        if (first === undefined) return;
        const same = summariseReplicates(
          [first, first, first].map(({ domains, text }) => capture(domains, text)),
        );
        expect(same.meanJaccardDistance).toEqual({ domains: 0, words: 0 });
      }),
    );
  });
});
