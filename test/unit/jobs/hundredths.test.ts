import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hundredthsOf, sumOfCredits } from '../../../src/jobs/hundredths.ts';

describe('hundredths of a credit', () => {
  it('any number with two decimals at most has as many as its digits say', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000_000, max: 100_000_000_000 }), (hundredths) => {
        const digits = String(Math.abs(hundredths)).padStart(3, '0');
        const written = `${hundredths < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(hundredthsOf(Number(written))).toBe(hundredths);
      }),
    );
  });

  it.each([0.001, 4.999, 1e-9, Number.NaN, Number.POSITIVE_INFINITY])('%s has no whole number', (credits) => {
    expect(hundredthsOf(credits)).toBeUndefined();
  });

  it('sums are exact', () => {
    expect(1000.29 - 1000).not.toBe(0.29);
    expect(sumOfCredits(1000.29, -1000)).toBe(0.29);
    expect(sumOfCredits(0.1, 0.2)).toBe(0.3);
    expect(sumOfCredits()).toBe(0);
  });
});
