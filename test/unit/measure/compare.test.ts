import fc from 'fast-check';
import { permutationTest } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { compareShares, falseDiscovery } from '../../../src/measure/compare.ts';
import { driftOf } from '../../../src/measure/drift.ts';
import { observed } from './observed.ts';

const pairs = (differences: readonly number[]) => differences.map((own) => ({ before: 0, after: own }));

describe('two periods of the same prompts', () => {
  it('has Student’s interval over the differences from ten prompts on', () => {
    // By hand: variance .081/9, standard error .03, t₉ = 2.262157, so .13 ± .0678647.
    const { value, interval, method } = compareShares(
      pairs([0.1, 0.2, 0, 0.3, 0.1, 0.2, 0.1, 0, 0.2, 0.1]),
      's',
    );
    expect(method).toBe('paired_t/1');
    expect(value).toBeCloseTo(0.13, 12);
    expect(interval?.low).toBeCloseTo(0.062_135_3, 6);
    expect(interval?.high).toBeCloseTo(0.197_864_7, 6);
  });

  it('tries all sign patterns for few prompts: three rises of three are as likely by chance as 2 of 8', () => {
    expect(compareShares(pairs([0.2, 0.4, 0.1]), 's')).toMatchObject({ pValue: 2 / 8, interval: null });
    expect(compareShares(pairs([0, 0, 0]), 's').pValue).toBe(1);
    expect(compareShares([], 's')).toMatchObject({ value: null, pValue: null });
  });

  it('finds no change where there is none, 95 times in 100', () => {
    const draws = fc.sample(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
      {
        numRuns: 400,
        seed: 7,
      },
    );
    const found = draws.filter((differences) => {
      const centred = differences.map((own, index) => (index % 2 === 0 ? own : -own));
      return (compareShares(pairs(centred.slice(0, 12)), 's').pValue ?? 1) < 0.05;
    });
    expect(found.length / draws.length).toBeLessThan(0.08);
  });

  it('agrees with a two-sample test that a large shift is no chance', () => {
    const differences = Array.from({ length: 30 }, (_, index) => 0.3 + (index % 5) / 50);
    expect(compareShares(pairs(differences), 's').pValue).toBeLessThan(0.001);
    expect(permutationTest(differences, Array(30).fill(0), 'two_side', 1_000)).toBeLessThan(0.01);
  });
});

describe('many tests at once', () => {
  it('keeps what Benjamini and Hochberg keep', () => {
    // Their paper's example (1995, section 3.2) at q = .05: the four smallest of fifteen stand.
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    expect(falseDiscovery(p, 0.05).filter(Boolean)).toHaveLength(4);
    expect(falseDiscovery([...p].reverse(), 0.05).slice(-4)).toEqual([true, true, true, true]);
    expect(falseDiscovery([])).toEqual([]);
  });
});

describe('sources between two periods', () => {
  const day = (hosts: readonly string[], replicate: number) =>
    observed({ prompt: 1, replicate, cites: hosts });

  it('is no drift when the periods differ as much as their own replicates do', () => {
    const before = [day(['x', 'y'], 1), day(['y', 'z'], 2)];
    const after = [day(['x', 'y'], 1), day(['y', 'z'], 2)];
    expect(driftOf(before, after).value).toBeLessThanOrEqual(0);
  });

  it('is drift when they cite other sources altogether', () => {
    const before = [day(['x', 'y'], 1), day(['x', 'y'], 2)];
    const after = [day(['u', 'v'], 1), day(['u', 'v'], 2)];
    expect(driftOf(before, after)).toMatchObject({ value: 1, between: { value: 1 }, within: { value: 0 } });
  });

  it('takes the noise off cell by cell: a surface without replicates is not judged by the noise of another', () => {
    const steady = (replicate: number) => day(['x'], replicate);
    const fickle = (host: string) => observed({ prompt: 1, surface: 'perplexity', cites: [host] });
    const before = [steady(1), steady(2), fickle('u')];
    const after = [steady(1), steady(2), fickle('v')];
    expect(driftOf(before, after)).toMatchObject({ value: 0, prompts: 1, between: { n: 5 } });
  });

  it('is not measured without replicates', () => {
    expect(driftOf([day(['x'], 1)], [day(['y'], 1)]).value).toBeNull();
  });
});
