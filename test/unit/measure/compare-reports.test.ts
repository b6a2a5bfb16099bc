import { describe, expect, it } from 'vitest';
import { compareReports, type Period } from '../../../src/measure/compare-reports.ts';
import { BOOK, observed, prompts, type Seen } from './observed.ts';

/** A report whose prompts have ids of their own, as every report's do. */
function period(tag: string, texts: readonly string[], seen: readonly Seen[]): Period {
  return {
    prompts: prompts(texts.length).map((prompt, index) => ({
      ...prompt,
      ...{ id: `${tag}${index + 1}`, text: texts[index] ?? '' },
    })),
    observations: seen.map((own) => ({ ...observed(own), promptId: `${tag}${own.prompt}` })),
  };
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `ask ${index}\nmore`);
const compare = (before: Period, after: Period) => compareReports(before, after, BOOK.brands, 'seed');
const named = (prompt: number, replicate: number, hit: boolean, rest: Partial<Seen> = {}): Seen => ({
  ...{ prompt, replicate, names: hit ? ['a'] : ['b'], cites: hit ? ['a'] : ['z'] },
  ...rest,
});
/** Twelve prompts, three replicates each, of which `hits` name a. */
const twelve = (hits: (prompt: number) => number): Seen[] =>
  Array.from({ length: 36 }, (_, index) => {
    const prompt = (index % 12) + 1;
    const replicate = Math.floor(index / 12) + 1;
    return named(prompt, replicate, replicate <= hits(prompt));
  });

describe('two reports that asked the same', () => {
  it('pairs prompts by what they ask, not by id or order', () => {
    const before = period('x', ['one', 'two'], [named(1, 1, true), named(2, 1, false)]);
    const after = period('y', ['two', 'one'], [named(1, 1, true), named(2, 1, true)]);
    const { figures, prompts: asked } = compare(before, after);
    expect(asked).toEqual({ common: 2, onlyBefore: 0, onlyAfter: 0 });
    expect(figures[0]).toMatchObject({
      ...{ brandId: 'a', metric: 'presence', surface: null },
      before: { k: 1, n: 2, value: 0.5 },
      after: { k: 2, n: 2, value: 1 },
      difference: { value: 0.5, prompts: 2 },
    });
  });

  it('leaves out what was asked, or counts, in one of them only: it cannot pose as a change', () => {
    const before = period(
      'x',
      ['one', 'old'],
      [
        named(1, 1, true),
        named(2, 1, false),
        named(1, 1, false, { surface: 'claude' }),
        named(1, 1, false, { surface: 'gemini' }),
      ],
    );
    const after = period(
      'y',
      ['one', 'new'],
      [named(1, 1, true), named(2, 1, true), { prompt: 1, surface: 'claude', outcome: 'challenge' }],
    );
    const comparison = compare(before, after);
    expect(comparison.prompts).toEqual({ common: 1, onlyBefore: 1, onlyAfter: 1 });
    expect(comparison.surfaces).toEqual({
      common: ['chatgpt', 'claude'],
      onlyBefore: ['gemini'],
      onlyAfter: [],
    });
    const own = comparison.figures.filter(({ brandId, metric }) => brandId === 'a' && metric === 'presence');
    expect(own.map(({ surface, difference, verdict }) => [surface, difference.value, verdict])).toEqual([
      [null, 0, 'not_shown'],
      ['chatgpt', 0, 'not_shown'],
      ['claude', null, 'not_measured'],
    ]);
  });

  it('says "changed" of a change that stands among all tests, with an interval that leaves out 0', () => {
    const before = period(
      'x',
      texts(12),
      twelve((prompt) => prompt % 2),
    );
    const after = period(
      'y',
      texts(12),
      twelve((prompt) => 2 + (prompt % 2)),
    );
    const { figures, tests } = compare(before, after);
    const [presence] = figures;
    expect(presence).toMatchObject({ verdict: 'changed', difference: { method: 'paired_t/1', prompts: 12 } });
    expect(presence?.difference.value).toBeCloseTo(2 / 3, 12);
    expect(presence?.difference.interval?.low).toBeGreaterThan(0);
    expect(presence?.noiseFloor).not.toBeNull();
    expect(tests).toBe(4);
  });

  it('says "within noise" of a difference no larger than halves of the same captures have', () => {
    const before = period(
      'x',
      texts(12),
      twelve((prompt) => prompt % 3),
    );
    const after = period(
      'y',
      texts(12),
      twelve((prompt) => (prompt === 1 ? 2 : prompt % 3)),
    );
    const [presence] = compare(before, after).figures;
    expect(presence?.difference.value).toBeCloseTo(1 / 36, 12);
    expect(presence?.verdict).toBe('within_noise');
  });

  it('does not call a report changed against itself, nor its sources', () => {
    const seen = twelve((prompt) => prompt % 4);
    const comparison = compare(period('x', texts(12), seen), period('y', texts(12), seen));
    expect(comparison.figures.filter(({ verdict }) => verdict === 'changed')).toEqual([]);
    expect(comparison.drift.prompts).toBe(12);
    expect(comparison.drift.changed).toBe(false);
  });

  it('finds sources that all changed, beyond the interval', () => {
    const cite = (host: string) => twelve(() => 0).map((own) => ({ ...own, cites: [host] }));
    const { drift } = compare(period('x', texts(12), cite('old')), period('y', texts(12), cite('new')));
    expect(drift).toMatchObject({ value: 1, interval: { low: 1, high: 1 }, changed: true, prompts: 12 });
  });

  it('finds an order that changed although the domains did not', () => {
    const cite = (hosts: string[]) => twelve(() => 0).map((own) => ({ ...own, cites: hosts }));
    const reports = [
      period('x', texts(12), cite(['a', 'z'])),
      period('y', texts(12), cite(['z', 'a'])),
    ] as const;
    const { drift, orderDrift } = compare(...reports);
    expect(drift).toMatchObject({ value: 0, changed: false });
    expect(orderDrift.value).toBeCloseTo(0.1, 12);
    expect(orderDrift).toMatchObject({ changed: true, between: { method: 'order_volatility_between/1' } });
  });

  it('has no interval of a drift of few prompts, and the same bytes for the same input', () => {
    const before = period('x', texts(2), [named(1, 1, true), named(1, 2, false), named(2, 1, true)]);
    const after = period('y', texts(2), [named(1, 1, true), named(2, 1, false)]);
    const one = compare(before, after);
    expect(one.drift).toMatchObject({ interval: null, changed: null });
    expect(JSON.stringify(compare(before, after))).toBe(JSON.stringify(one));
  });
});
