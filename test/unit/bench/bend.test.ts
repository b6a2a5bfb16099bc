import { describe, expect, it } from 'vitest';
import { bendOf, capturesCarried, idealPerS } from '../../bench/bend.ts';

describe('where a database bends', () => {
  it('given steps of which one falls behind, when asked, then it is the first of those', () => {
    const steps = [
      { captures: 50, settledPerS: 25 },
      { captures: 100, settledPerS: 43 },
      { captures: 200, settledPerS: 60 },
      { captures: 400, settledPerS: 61 },
    ];
    expect(bendOf(steps, 2)).toEqual({ captures: 200, settledPerS: 60 });
  });

  it('given a database that keeps up in every step, when asked, then there is none', () => {
    expect(bendOf([{ captures: 10, settledPerS: 4.9 }], 2)).toBeUndefined();
  });

  it('given a rate and a duration, when multiplied, then so many captures are under way', () => {
    expect(capturesCarried(100, 20)).toBe(2_000);
    expect(idealPerS(2_000, 20)).toBe(100);
  });
});
