import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/measure/measure.ts';
import { wilsonInterval } from '../../../src/measure/wilson.ts';
import { BOOK, observed, prompts } from './observed.ts';

const G = 'google_ai_overview';

/** The report of the method page: 3 prompts × 2 surfaces × 2 replicates. */
const TWELVE = [
  observed({ prompt: 1, replicate: 1, names: ['a', 'b', 'a'], cites: ['a', 'x'] }),
  observed({ prompt: 1, replicate: 2, names: ['a'] }),
  observed({ prompt: 2, replicate: 1, names: ['b'], cites: ['a'] }),
  observed({ prompt: 2, replicate: 2, names: ['b'] }),
  observed({ prompt: 3, replicate: 1, outcome: 'challenge' }),
  observed({ prompt: 3, replicate: 2, names: ['a'] }),
  observed({ prompt: 1, replicate: 1, surface: G, names: ['a'], ranks: [2], cites: ['x', 'y', 'z'] }),
  observed({ prompt: 1, replicate: 2, surface: G }),
  observed({ prompt: 2, replicate: 1, surface: G, outcome: 'absent' }),
  observed({ prompt: 2, replicate: 2, surface: G }),
  observed({ prompt: 3, replicate: 1, surface: G }),
  observed({ prompt: 3, replicate: 2, surface: G, outcome: 'answered_partially' }),
];

describe('given a report of 3 prompts, 2 surfaces and 2 replicates, reckoned by hand', () => {
  const report = measure({ prompts: prompts(3), observations: TWELVE, book: BOOK, seed: 'by hand' });
  const [aurora, borealis] = report.brands;
  const slice = (name: string) => aurora?.bySurface.find((own) => own.slice === name);

  it('then presence on ChatGPT is the mean of 2/2, 0/2 and 1/1, the challenge left out', () => {
    expect(slice('chatgpt')?.presence).toEqual({
      k: 3,
      n: 5,
      value: (1 + 0 + 1) / 3,
      // Two of three prompts never differ between runs: ρ shrunk to 2/3, deff 13/9, n_eff 45/13, t₂ = 4.3027.
      ciCategory: {
        low: expect.closeTo(0.07135658571332881, 8),
        high: expect.closeTo(0.9811521657463441, 8),
      },
      ciThese: { low: expect.closeTo(0.3028530698851702, 12), high: expect.closeTo(0.9020349764320015, 12) },
      excluded: { challenge: 1 },
      method: 'presence/1',
      reason: null,
    });
  });

  it('then in AI Overviews it is the mean of 1/2, 0/1 and 0/1: no overview and a truncated miss are left out', () => {
    const these = wilsonInterval((1 / 6) * 3.6, 3.6);
    expect(slice(G)?.presence).toMatchObject({
      k: 1,
      n: 4,
      value: 1 / 6,
      ciCategory: {
        low: expect.closeTo(0.0048718170448198705, 8),
        high: expect.closeTo(0.8909545602484941, 8),
      },
      // r = 9 / (1/2 + 1 + 1) = 3.6; v = (.25/2 + .1875 + .1875) / 9; p̂(1 − p̂) / v = 2.5, so n₂ = 3.6.
      ciThese: {
        low: expect.closeTo(these.low, 12),
        high: expect.closeTo(these.high, 12),
      },
    });
    expect(slice(G)?.presencePerQuery).toMatchObject({ k: 1, n: 5, value: (1 / 2 + 0 / 2 + 0) / 3 });
  });

  it('then over all it is the mean of the two surfaces, not the pool of nine', () => {
    expect(aurora?.presence).toMatchObject({
      k: 4,
      n: 9,
      value: expect.closeTo((2 / 3 + 1 / 6) / 2, 12),
      // Distances to the surfaces' own ends, added up as errors: apart for these prompts, with r = .6630 for others like
      // them (owed to prompts: .7692 and .5714; all three in common).
      ciCategory: { low: expect.closeTo(0.06019498845, 8), high: expect.closeTo(0.89768766973, 8) },
      ciThese: {
        low: expect.closeTo(0.22061898752796547, 12),
        high: expect.closeTo(0.6886289998673294, 12),
      },
    });
  });

  it('then 4 of 7 presences and 5 of 8 mentions are Aurora’s, without an interval from three prompts', () => {
    expect(aurora?.sovPresence).toMatchObject({ k: 4, n: 7, value: 4 / 7, ciCategory: null });
    expect(aurora?.sovMentions).toMatchObject({ k: 5, n: 8, value: 5 / 8, reason: 'too_few_prompts' });
    expect(borealis?.sovPresence).toMatchObject({ k: 3, n: 7 });
  });

  it('then of nine whole answers one mentions and cites, three mention, one only cites, four do neither', () => {
    expect(aurora?.outcomes).toEqual({
      mentionedAndCited: 1,
      mentionedOnly: 3,
      citedOnly: 1,
      neither: 4,
      n: 9,
    });
    expect(aurora?.citationPresence).toMatchObject({
      k: 2,
      n: 9,
      value: expect.closeTo((1 / 3 + 0) / 2, 12),
    });
  });

  it('then a.com has half of the weight of three citing answers and a third of six cited sources', () => {
    const own = report.domains.find(({ key }) => key === 'a.com');
    expect(own?.weighted).toMatchObject({ k: 1.5, n: 3, value: 0.5 });
    expect(own?.occurrences).toMatchObject({ k: 2, n: 6, value: 1 / 3 });
    expect(report.domains.map(({ key }) => key)).toEqual(['a.com', 'x.com', 'y.com', 'z.com']);
    expect(report.domains[1]?.weighted.value).toBeCloseTo((1 / 2 + 0 + 1 / 3) / 3, 12);
  });

  it('then the first mention is first three times and second in a list once', () => {
    expect(aurora?.positions).toMatchObject({ n: 4, median: 1, later: 0, fromLists: 1 });
    expect(aurora?.positions.distribution.slice(0, 3)).toEqual([3, 1, 0]);
  });

  it('then three pairs of replicates cite, each wholly different', () => {
    expect(report.stability).toMatchObject({ pairs: 3, undefinedPairs: 0 });
    expect(report.stability.withinDistance).toMatchObject({ value: 1, reason: 'too_few_pairs' });
  });

  it('then eleven of twelve captures tell, so bounds stand beside the figure', () => {
    expect(report).toMatchObject({ asked: 12, eligible: 10, completeness: 11 / 12, quality: 'bounded' });
    expect(slice('chatgpt')?.bounds).toEqual({ worst: 3 / 6, best: 4 / 6 });
    expect(report.methodology.tier.tier).toBe('exploratory');
    expect(report.methodology.exclusions).toEqual({ absent: 1, answered_partially: 1, challenge: 1 });
  });
});
