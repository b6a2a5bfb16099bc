import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../../src/contract/outcome.ts';
import type { Figure } from '../../../src/measure/figure.ts';
import { measure } from '../../../src/measure/measure.ts';
import type { Observation } from '../../../src/measure/observation.ts';
import { BOOK, observed, prompts, type Seen } from './observed.ts';

const SURFACES = ['chatgpt', 'perplexity', 'google_ai_overview'] as const;

const seen = (prompt: number, surface: (typeof SURFACES)[number], replicate: number) =>
  fc
    .record({
      outcome: fc.constantFrom(...OUTCOMES, 'answered' as const, 'answered' as const, 'expired' as const),
      names: fc.subarray(['a', 'b'] as const),
      cites: fc.subarray(['a', 'b', 'x', 'y'] as const),
      regionHonoured: fc.boolean(),
    })
    .map((own): Observation => {
      const given: Seen = { ...own, prompt, surface, replicate };
      // Only an answer names or cites anything.
      return observed(/^answered/.test(own.outcome) ? given : { ...given, names: [], cites: [] });
    });

const reports = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([asked, surfaces, replicates]) => {
    const cells = [];
    for (let prompt = 1; prompt <= asked; prompt++)
      for (const surface of SURFACES.slice(0, surfaces))
        for (let replicate = 1; replicate <= replicates; replicate++)
          cells.push(seen(prompt, surface, replicate));
    return fc.record({ asked: fc.constant(asked), observations: fc.tuple(...cells) });
  });

/** Every figure of a report, wherever it stands. */
function figuresOf(value: unknown): Figure[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('ciCategory' in value && 'method' in value) return [value as Figure];
  return Object.values(value).flatMap(figuresOf);
}

describe('a report, whatever its captures said', () => {
  it('gives the same bytes for the same observations in any order', () => {
    fc.assert(
      fc.property(reports, fc.integer(), ({ asked, observations }, salt) => {
        const shuffled = [...observations].sort((a, b) => hash(a.id, salt) - hash(b.id, salt));
        const one = measure({ prompts: prompts(asked), observations, book: BOOK, seed: 's' });
        const other = measure({
          ...{ prompts: prompts(asked).reverse(), observations: shuffled },
          ...{ book: BOOK, seed: 's' },
        });
        expect(JSON.stringify(other)).toBe(JSON.stringify(one));
      }),
      { numRuns: 60 },
    );
  });

  it('has no number for what was not measured, and none outside its interval or beyond 0 to 1', () => {
    fc.assert(
      fc.property(reports, ({ asked, observations }) => {
        const report = measure({ prompts: prompts(asked), observations, book: BOOK, seed: 's' });
        for (const { value, n, ciThese, ciCategory, reason } of figuresOf(report)) {
          if (n === 0) expect([value, reason]).toEqual([null, 'nothing_eligible']);
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-9);
          for (const interval of [ciThese, ciCategory]) {
            if (interval === null) continue;
            expect(interval.low).toBeLessThanOrEqual(value + 1e-9);
            expect(interval.high).toBeGreaterThanOrEqual(value - 1e-9);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('accounts for every capture: counted or left out with a reason, and the four outcomes sum up', () => {
    fc.assert(
      fc.property(reports, ({ asked, observations }) => {
        const report = measure({ prompts: prompts(asked), observations, book: BOOK, seed: 's' });
        for (const brand of report.brands) {
          for (const figure of [brand.presence, brand.presencePerQuery, brand.citationPresence]) {
            const left = Object.values(figure.excluded).reduce((total, own) => total + own, 0);
            expect(figure.n + left).toBe(observations.length);
          }
          const { n, ...four } = brand.outcomes;
          expect(Object.values(four).reduce((total, own) => total + own, 0)).toBe(n);
        }
        const shares = report.brands.map(({ sovPresence }) => sovPresence.value);
        if (shares.every((share) => share !== null)) {
          expect(shares.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 100 },
    );
  });
});

function hash(text: string, salt: number): number {
  let state = salt | 0;
  for (const letter of text) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0;
  return state;
}

describe('a report that went wrong', () => {
  it('fails with the most frequent end when no capture saw anything', () => {
    const observations = [
      observed({ prompt: 1, replicate: 1, outcome: 'challenge' }),
      observed({ prompt: 1, replicate: 2, outcome: 'challenge' }),
      observed({ prompt: 1, replicate: 3, outcome: 'timeout' }),
    ];
    const report = measure({ prompts: prompts(1), observations, book: BOOK, seed: 's' });
    expect(report.failureReason).toBe(
      'no capture ended with what its surface shows; most frequent: challenge (2 of 3)',
    );
    expect(report.brands[0]?.presence).toMatchObject({ value: null, excluded: { challenge: 2, timeout: 1 } });
  });

  it('says when too few came back to claim anything', () => {
    const observations = Array.from({ length: 10 }, (_, index) =>
      observed({ prompt: 1, replicate: index + 1, outcome: index < 7 ? 'answered' : 'timeout' }),
    );
    const report = measure({ prompts: prompts(1), observations, book: BOOK, seed: 's' });
    expect(report.quality).toBe('insufficient');
    expect(report.warnings.join()).toContain('fewer than 80 %');
  });

  it('bounds a presence by the same mean over prompts, so that it lies between them', () => {
    const observations = [
      observed({ prompt: 1, replicate: 1, names: ['a'] }),
      ...[1, 2, 3, 4].map((replicate) =>
        observed({ prompt: 2, replicate: 10 + replicate, outcome: 'timeout' }),
      ),
      ...[1, 2, 3, 4, 5].map((replicate) => observed({ prompt: 2, replicate })),
    ];
    const [aurora] = measure({ prompts: prompts(2), observations, book: BOOK, seed: 's' }).brands;
    expect(aurora?.bySurface[0]).toMatchObject({
      presence: { k: 1, n: 6, value: 1 / 2 },
      bounds: { worst: (1 + 0) / 2, best: (1 + 4 / 9) / 2 },
    });
  });

  it('gives a domain to a brand only when every cited page of it is the brand’s', () => {
    const channel = (prompt: number, path: string, brandId: string | null) => {
      const seen = observed({ prompt, cites: ['youtube'] });
      const sources = seen.sources.map((own) => ({ ...own, url: `https://youtube.com/${path}`, brandId }));
      return { ...seen, sources };
    };
    const domains = (observations: Observation[]) =>
      measure({ prompts: prompts(2), observations, book: BOOK, seed: 's' }).domains;
    const own = channel(1, '@aurora', 'a');
    expect(domains([own])).toMatchObject([{ key: 'youtube.com', brandId: 'a' }]);
    expect(domains([own, channel(2, 'watch', null)])).toMatchObject([{ key: 'youtube.com', brandId: null }]);
    expect(domains([own, channel(2, '@borealis', 'b')])).toMatchObject([{ brandId: null }]);
  });

  it('says which surface shows no sources, so that its zero is not read as a finding', () => {
    const observations = [
      observed({ prompt: 1 }),
      observed({ prompt: 1, surface: 'claude', cites: ['x'] }),
      observed({ prompt: 1, surface: 'claude', replicate: 2 }),
      observed({ prompt: 1, surface: 'gemini', outcome: 'challenge' }),
    ];
    const { warnings, brands } = measure({ prompts: prompts(1), observations, book: BOOK, seed: 's' });
    expect(brands[0]?.bySurface[0]?.citationPresence).toMatchObject({ value: 0, n: 1 });
    expect(warnings.filter((text) => /source/.test(text))).toEqual([
      'no answer of chatgpt shows a source: they count as citing nobody',
    ]);
  });

  it('says which kinds of questions were not asked, and how many declared facts were checked', () => {
    const asked = prompts(2).map((own, index) => ({
      ...own,
      intent: index === 0 ? ('buying' as const) : null,
    }));
    const { methodology } = measure({ prompts: asked, observations: [], book: BOOK, seed: 's' });
    expect(methodology).toMatchObject({
      promptTypeCoverage: {
        covered: ['buying'],
        missing: ['category', 'comparison', 'branded', 'informational'],
        notStated: 1,
      },
      accuracyDetection: { declaredFacts: 0, agrees: 0, contradicts: 0 },
    });
  });

  it('refuses observations of a question nobody asked, and one observation twice', () => {
    const [one, two] = [observed({ prompt: 2 }), observed({ prompt: 1 })];
    const input = { prompts: prompts(1), book: BOOK, seed: 's' };
    expect(() => measure({ ...input, observations: [one] })).toThrow(/unknown prompt p0002/);
    expect(() => measure({ ...input, observations: [two, two] })).toThrow(/is there twice/);
  });
});

describe('bounds of what is missing', () => {
  it('hold the figure, whatever came back', () => {
    fc.assert(
      fc.property(reports, ({ asked, observations }) => {
        const { brands } = measure({ prompts: prompts(asked), observations, book: BOOK, seed: 's' });
        for (const { presence, bounds } of brands.flatMap(({ bySurface }) => bySurface)) {
          if (bounds === null || presence.value === null) continue;
          expect(bounds.worst).toBeLessThanOrEqual(presence.value + 1e-9);
          expect(bounds.best).toBeGreaterThanOrEqual(presence.value - 1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('figures that only a real difference may move', () => {
  it('leaves a capture of another region out of the region’s slice, and keeps it over all', () => {
    const observations = [
      observed({ prompt: 1, replicate: 1, names: ['a'] }),
      observed({ prompt: 1, replicate: 2, names: ['a'], regionHonoured: false }),
    ];
    const [aurora] = measure({ prompts: prompts(1), observations, book: BOOK, seed: 's' }).brands;
    expect(aurora?.byRegion[0]?.presence).toMatchObject({ n: 1, excluded: { region_not_honoured: 1 } });
    expect(aurora?.presence.n).toBe(2);
  });

  it('shows what a homograph would change, without counting it', () => {
    const observations = [
      observed({ prompt: 1, replicate: 1, names: ['a'], kind: 'ambiguous' }),
      observed({ prompt: 1, replicate: 2, names: [] }),
    ];
    const [aurora] = measure({ prompts: prompts(1), observations, book: BOOK, seed: 's' }).brands;
    expect(aurora?.presence.value).toBe(0);
    expect(aurora?.ambiguous).toEqual({ observations: 1, presenceIfCounted: 0.5 });
  });

  it('has an interval for ratios from twenty prompts on, the same for the same seed only', () => {
    const observations = prompts(30).map((_, index) =>
      observed({ prompt: index + 1, names: [...Array<string>((index * 7) % 11).fill('a'), 'b'] }),
    );
    const of = (seed: string) =>
      measure({ prompts: prompts(30), observations, book: BOOK, seed }).brands[0]?.sovMentions;
    expect(of('one')).toMatchObject({ reason: null, ciCategory: { low: expect.any(Number) } });
    expect(of('one')).toEqual(of('one'));
    expect(of('one')).not.toEqual(of('two'));
  });
});
