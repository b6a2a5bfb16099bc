import { describe, expect, it } from 'vitest';
import { standingsOf } from '../../../src/measure/standing.ts';
import { dailyTrend } from '../../../src/measure/trend.ts';
import { observed, prompts } from './observed.ts';

describe('where brands stand between being named and being cited', () => {
  // By hand: prompt 1 (category x) names a twice and cites a.com as 1 of 2 and 1 of 1; prompt 2 names and cites b only.
  const seen = [
    observed({ prompt: 1, replicate: 1, names: ['a'], cites: ['a', 'z'] }),
    observed({ prompt: 1, replicate: 2, names: ['a'], cites: ['a'] }),
    observed({ prompt: 2, replicate: 1, names: ['b'], cites: ['b'] }),
    observed({ prompt: 2, replicate: 2, names: [], cites: ['z'] }),
  ];
  const asked = prompts(2).map((prompt, index) => ({ ...prompt, category: index === 0 ? 'x' : null }));
  const { brands, categories } = standingsOf(seen, asked, ['a', 'b', 'c'], 'a', 'seed');

  it('has the brand’s share of what answers cite, each answer weighing the same', () => {
    expect(brands.get('a')).toMatchObject({
      presence: { value: 0.5, k: 2, n: 4 },
      citationShare: { value: (0.5 + 1) / 4, n: 4 },
      outcomes: { mentionedAndCited: 2, mentionedOnly: 0, citedOnly: 0, neither: 2, n: 4 },
      quadrant: 'named_and_cited',
    });
    expect(brands.get('b')).toMatchObject({ presence: { value: 0.25 }, citationShare: { value: 0.25 } });
  });

  it('has 0 for a brand that answers never cite, and no interval that would pretend to know', () => {
    expect(brands.get('c')).toMatchObject({
      citationShare: { value: 0, k: 0, n: 4, ciCategory: null },
      quadrant: 'neither',
    });
  });

  it('has the own brand in each category, and leaves out prompts without one', () => {
    expect(categories).toHaveLength(1);
    expect(categories[0]).toMatchObject({
      category: 'x',
      prompts: 1,
      standing: { presence: { value: 1, n: 2 }, citationShare: { value: 0.75 } },
    });
  });

  it('has the share of the least cited of sixty brands, too', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `brand${String(index).padStart(2, '0')}`);
    const many = ids.flatMap((id, index) =>
      Array.from({ length: index === 59 ? 1 : 2 }, (_, replicate) => {
        const own = observed({ prompt: 1, replicate: 2 * index + replicate + 1, cites: [id] });
        return { ...own, sources: own.sources.map((source) => ({ ...source, brandId: id })) };
      }),
    );
    const { brands: standings } = standingsOf(many, prompts(1), ids, 'brand00', 'seed');
    expect(standings.get('brand59')?.citationShare).toMatchObject({ k: 1, n: 119, value: 1 / 119 });
  });

  it('is not measured where nothing was answered', () => {
    const nothing = [observed({ prompt: 1, outcome: 'challenge' })];
    expect(standingsOf(nothing, asked, ['a'], 'a', 'seed').brands.get('a')).toMatchObject({
      citationShare: { value: null, reason: 'nothing_eligible' },
      quadrant: null,
    });
  });
});

describe('a brand day by day', () => {
  const on = (day: string, prompt: 1 | 2, names: ('a' | 'b')[], replicate = 1) => ({
    ...observed({ prompt, replicate, names }),
    capturedAt: `${day}T23:59:59.000Z`,
  });

  it('is a report per day, in order, each with the noise of its own replicates', () => {
    const trend = dailyTrend(
      [
        on('2026-11-02', 1, ['a']),
        on('2026-11-01', 1, ['a']),
        on('2026-11-01', 1, [], 2),
        on('2026-11-02', 2, []),
        { ...observed({ prompt: 1, replicate: 3, outcome: 'canceled' }), capturedAt: null },
      ],
      'a',
      'seed',
    );
    expect(trend.map(({ key, presence, noiseFloor }) => [key, presence.value, noiseFloor === null])).toEqual([
      ['2026-11-01', 0.5, false],
      ['2026-11-02', 0.5, true],
    ]);
  });

  it('is empty for one day', () => {
    expect(dailyTrend([on('2026-11-01', 1, ['a']), on('2026-11-01', 2, [])], 'a', 'seed')).toEqual([]);
  });
});
