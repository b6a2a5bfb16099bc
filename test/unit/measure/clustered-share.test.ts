import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredShare } from '../../../src/measure/clustered-share.ts';
import { plannedWidths } from '../../../src/measure/plan.ts';
import { tQuantile975 } from '../../../src/measure/student-t.ts';
import { type Interval, wilsonInterval } from '../../../src/measure/wilson.ts';
import { coverageOf, coverageOfMean } from '../../bench/coverage.ts';

describe("Student's t", () => {
  it.each([
    // Any printed table of t, two-sided 95 %.
    [1, 12.7062],
    [2, 4.30265],
    [4, 2.77645],
    [9, 2.26216],
    [19, 2.09302],
    [49, 2.00958],
    [99, 1.98422],
    [1_000_000, 1.95997],
  ])('with %d degrees of freedom has its 97.5 %% quantile at %d', (df, expected) => {
    expect(tQuantile975(df)).toBeCloseTo(expected, 4);
  });

  it('knows no zero degrees of freedom', () => expect(() => tQuantile975(0)).toThrow(RangeError));
});

function expectClose(seen: Interval | null, expected: Interval): void {
  expect(seen?.low).toBeCloseTo(expected.low, 12);
  expect(seen?.high).toBeCloseTo(expected.high, 12);
}

const prompts = fc.array(
  fc
    .integer({ min: 1, max: 20 })
    .chain((runs) => fc.integer({ min: 0, max: runs }).map((hits) => ({ hits, runs }))),
  { minLength: 1, maxLength: 60 },
);

describe('a share over prompts that were asked several times', () => {
  it('of three prompts, by hand: 2 of 2, 1 of 2, 0 of 2', () => {
    // p = .5; MSB = 2·(.25 + 0 + .25)/2 = .5; MSW = 2·.25/(3·1) = 1/6; ρ̂ = (1/3)/(2/3) = .5;
    // informative = min(2, 2) = 2, w = 2/7; ρ = 2/7·.5 + 5/7·.6 = 4/7; deff = 11/7; n_eff = 42/11.
    const share = clusteredShare([
      { hits: 2, runs: 2 },
      { hits: 1, runs: 2 },
      { hits: 0, runs: 2 },
    ]);
    expect(share).toMatchObject({ hits: 3, runs: 6, prompts: 3, value: 0.5 });
    expect(share.correlation).toBeCloseTo(4 / 7, 12);
    expect(share.designEffect).toBeCloseTo(11 / 7, 12);
    expectClose(share.ciCategory, wilsonInterval(21 / 11, 42 / 11, tQuantile975(2)));
    // v = (5/6·1/6 + 1/2·1/2 + 1/6·5/6)/2/9 = .0293…; n₂ = min(max(6, .25/v), 6/(3/7)) = 8.526…
    const v = ((5 / 36) * 2 + 1 / 4) / 2 / 9;
    expectClose(share.ciThese, wilsonInterval(0.125 / v, 0.25 / v));
  });

  it('of nothing is no share', () => {
    expect(clusteredShare([{ hits: 0, runs: 0 }])).toMatchObject({ prompts: 0, value: null, ciThese: null });
  });

  it('of one prompt says nothing about questions like it', () => {
    expect(clusteredShare([{ hits: 1, runs: 3 }])).toMatchObject({ value: 1 / 3, ciCategory: null });
  });

  it('lies inside its intervals, which lie inside 0 to 1; the order of the prompts is nothing', () => {
    fc.assert(
      fc.property(prompts, (observed) => {
        const { value, ciThese, ciCategory } = clusteredShare(observed);
        for (const interval of [ciThese, ciCategory]) {
          if (interval === null || value === null) continue;
          expect(interval.low).toBeGreaterThanOrEqual(0);
          expect(interval.high).toBeLessThanOrEqual(1);
          expect(interval.low).toBeLessThanOrEqual(value + 1e-9);
          expect(interval.high).toBeGreaterThanOrEqual(value - 1e-9);
        }
        const turned = clusteredShare(observed.toReversed());
        expect(turned.value).toBeCloseTo(value ?? Number.NaN, 12);
        expect(turned.correlation).toBeCloseTo(clusteredShare(observed).correlation ?? Number.NaN, 9);
      }),
    );
  });

  it('covers what it claims where captures are missing, so that some prompts have one run and others nine', () => {
    let state = 11;
    const draw = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const { category, these } = coverageOf({ prompts: 20, replicates: [1, 9], p: 0.3, rho: 0.3 }, 600, draw);
    expect(these).toBeGreaterThanOrEqual(93);
    expect(category).toBeGreaterThanOrEqual(93);
  });

  it.each([
    ['answers each prompt once', { every: 1, fewer: 1 }],
    ['answers one prompt in ten', { every: 10, fewer: 3 }],
    ['answers as often', { every: 1, fewer: 5 }],
  ])('covers what it claims of the mean of two surfaces, the second of which %s', (_how, second) => {
    let state = 13;
    const draw = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const cell = { prompts: 50, replicates: 5, p: 0.3, rho: 0.3, ...second };
    const { category, these } = coverageOfMean(cell, 600, draw);
    expect(these).toBeGreaterThanOrEqual(92);
    expect(category).toBeGreaterThanOrEqual(93);
  });

  it('covers what it claims where plain Wilson does not (npm run bench -- coverage has all cells)', () => {
    let state = 7;
    const draw = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const { category, these, naive } = coverageOf(
      { prompts: 20, replicates: 5, p: 0.3, rho: 0.7 },
      600,
      draw,
    );
    expect(category).toBeGreaterThanOrEqual(93);
    expect(these).toBeGreaterThanOrEqual(93);
    expect(naive).toBeLessThan(80);
  });
});

describe('a plan', () => {
  it('tells the half-widths to expect', () => {
    const { captures, category, these } = plannedWidths({ prompts: 50, replicates: 3, share: 0.2 });
    expect(captures).toBe(150);
    expect(category).toBeCloseTo(2.00958 * Math.sqrt((0.16 * (0.6 + 0.4 / 3)) / 50), 5);
    expect(these).toBeCloseTo(1.95996 * Math.sqrt((0.16 * 0.4) / 3 / 50), 5);
  });

  it('for a fixed number of captures is best for the category with one each, and says so', () => {
    const once = plannedWidths({ prompts: 60, replicates: 1, share: 0.2 });
    const thrice = plannedWidths({ prompts: 20, replicates: 3, share: 0.2 });
    expect(once.category).toBeLessThan(thrice.category);
  });

  it.each([
    [{ prompts: 1, replicates: 3, share: 0.2 }, 'prompts must be a whole number from 2 on, not 1'],
    [{ prompts: 5, replicates: 2.5, share: 0.2 }, 'replicates must be a whole number from 1 on, not 2.5'],
    [{ prompts: 5, replicates: 3, share: 1.2 }, 'share must be from 0 to 1, not 1.2'],
    [{ prompts: 5, replicates: 3, share: 0.2, correlation: -1 }, 'correlation must be from 0 to 1, not -1'],
  ])('refuses what cannot be: %j', (plan, message) => {
    expect(() => plannedWidths(plan)).toThrow(message);
  });
});
