import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankDistance } from '../../../src/measure/rank-overlap.ts';

describe('the distance of two orders', () => {
  it('is 0 for the same order, 1 for nothing in common, and more the higher the difference stands', () => {
    expect(rankDistance(['a', 'b', 'c'], ['a', 'b', 'c'])).toBeCloseTo(0, 12);
    expect(rankDistance(['a', 'b'], ['c', 'd'])).toBeCloseTo(1, 12);
    expect(rankDistance(['a'], [])).toBe(1);
    const late = rankDistance(['a', 'b', 'c'], ['a', 'c', 'b']);
    const early = rankDistance(['a', 'b', 'c'], ['b', 'a', 'c']);
    expect(late).toBeGreaterThan(0);
    expect(early).toBeGreaterThan(late);
  });

  it('is what the formula gives by hand', () => {
    // {a, b} against {b, a}: X = 0, 2. (.1/.9)(0/1 × .9 + 2/2 × .81) + (0/2 + 2/2) × .81 = .9.
    expect(rankDistance(['a', 'b'], ['b', 'a'])).toBeCloseTo(0.1, 12);
    // {a} against {a, b}: X = 1, 1. (.1/.9)(.9 + .5 × .81 + (1 × 1)/(1 × 2) × .81) + (0/2 + 1/1) × .81 = 1.
    expect(rankDistance(['a'], ['a', 'b'])).toBeCloseTo(0, 12);
  });

  it('lies between 0 and 1, and does not care which comes first', () => {
    const list = fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(list, list, (one, other) => {
        const distance = rankDistance(one, other);
        expect(distance).toBeGreaterThanOrEqual(-1e-9);
        expect(distance).toBeLessThanOrEqual(1 + 1e-9);
        expect(rankDistance(other, one)).toBeCloseTo(distance, 12);
      }),
    );
  });
});
