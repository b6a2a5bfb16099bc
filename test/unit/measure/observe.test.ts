import { describe, expect, it } from 'vitest';
import type { Brand } from '../../../src/contract/brand-book.ts';
import { type Envelope, NO_ARTIFACTS, type Source } from '../../../src/contract/envelope.ts';
import { compose } from '../../../src/extract/compose.ts';
import { compileObserver } from '../../../src/measure/observe.ts';

function named(id: string, name: string, own = false, domains = [`${id}.com`]): Brand {
  const term = { id: `${id}.1`, text: name, kind: 'name' as const, language: null };
  return {
    ...{ id, name, own, domains, deny: [], facts: null },
    terms: [{ ...term, caseSensitive: false, minContext: [] }],
  };
}
const BOOK = { brands: [named('hubfield', 'Hubfield', true), named('pipewise', 'Pipewise')] };

function source(id: number, url: string, ranges: [number, number][] = []): Source {
  return {
    ...{
      id,
      url,
      canonicalUrl: url,
      title: null,
      domain: new URL(url).hostname,
      publisher: null,
      snippet: null,
    },
    ...{ publishedAt: null, position: id, role: 'cited', cited: true, charRanges: ranges },
    ...{ charRangesBasis: null, providerRef: null },
  };
}

/** An Envelope as far as an observation reads it. */
function answered(
  markdown: string,
  given: { sources?: Source[]; query?: string; warnings?: string[] } = {},
): Envelope {
  const { text, blocks } = compose(markdown);
  return {
    job: {
      ...{
        id: 'job_1.chatgpt.own-fleet.us',
        query: given.query ?? 'best crm?',
        surface: 'chatgpt',
        region: 'us',
      },
      ...{ replicate: 1, status: 'completed', outcome: 'answered', warnings: given.warnings ?? [] },
      artifacts: { ...NO_ARTIFACTS, rawKey: 'raw/1', rawSha256: 'ab', screenshotKey: 'shot/1' },
    },
    provenance: {
      ...{ capturedAt: '2026-11-27T10:00:00.000Z', loginState: 'anonymous' },
      ...{ adapter: { name: 'chatgpt', version: '4' }, model: { observedLabel: 'GPT-5' } },
    },
    answer: { text, markdown, blocks: blocks(() => []) },
    evidence: { sources: given.sources ?? [], shopping: null },
  } as unknown as Envelope;
}

const observe = (envelope: Envelope) => compileObserver(BOOK).observe(envelope, 'p1');

describe('given an answer that ranks brands in a list', () => {
  const seen = observe(
    answered(
      [
        'Most teams like **Hubfield** for its price.',
        '## Pipewise and others',
        '1. Pipewise: quick\n2. Hubfield: cheap\n   - Hubfield Pro\n3. Something else',
        '| Tool | Price |\n|---|---|\n| Hubfield | 9 |',
      ].join('\n\n'),
    ),
  );

  it('then each mention says where it stands, and its place in the list', () => {
    const found = seen.mentions.map(({ brandId, where, listRank }) => [brandId, where, listRank]);
    expect(found).toEqual([
      ['hubfield', 'paragraph', null],
      ['pipewise', 'heading', null],
      ['pipewise', 'list', 1],
      ['hubfield', 'list', 2],
      ['hubfield', 'list', 2],
      ['hubfield', 'table', null],
    ]);
  });

  it('then the sentences that name a brand are quoted once each', () => {
    expect(seen.sentences.filter(({ brandId }) => brandId === 'hubfield').map(({ text }) => text)[0]).toBe(
      'Most teams like Hubfield for its price.',
    );
  });

  it('then it says where its proof lies and how it was captured', () => {
    expect(seen).toMatchObject({
      ...{ id: 'job_1.chatgpt.own-fleet.us', promptId: 'p1', outcome: 'answered', regionHonoured: true },
      ...{ adapter: 'chatgpt@4', modelLabel: 'GPT-5', loginState: 'anonymous' },
      proof: { rawKey: 'raw/1', rawSha256: 'ab', screenshotKey: 'shot/1', screenshotSha256: null },
    });
  });
});

describe('given an answer with sources', () => {
  it('then one URL counts once, cited if any of its entries is, and belongs to the brand of its domain', () => {
    const twice = { ...source(3, 'https://www.hubfield.com/a'), cited: false };
    const seen = observe(
      answered('x', {
        sources: [twice, source(4, 'https://www.hubfield.com/a'), source(5, 'https://x.org/')],
      }),
    );
    expect(seen.sources).toEqual([
      expect.objectContaining({ domain: 'hubfield.com', cited: true, brandId: 'hubfield' }),
      expect.objectContaining({ domain: 'x.org', brandId: null }),
    ]);
  });

  it('then a brand has the words of the sentences that carry its citations, early ones weighing more', () => {
    const text = 'One two three. Four five six seven.';
    const early = observe(answered(text, { sources: [source(1, 'https://hubfield.com/', [[4, 7]])] })).words;
    expect(early.total).toBeCloseTo(3 + 4 * Math.exp(-1 / 2), 12);
    expect(early.byBrand).toEqual({ hubfield: 3 });
    const late = observe(answered(text, { sources: [source(1, 'https://hubfield.com/', [[20, 24]])] })).words;
    expect(late.byBrand.hubfield).toBeCloseTo(4 * Math.exp(-1 / 2), 12);
  });
});

describe('given a homograph and a source of its brand’s own', () => {
  it('then the source supports it wherever the brand’s place is: a subdomain, or a path on another’s site', () => {
    const kindWith = (place: string, url: string) =>
      compileObserver({ brands: [named('delta', 'Delta', true, [place])] })
        .observe(answered('Delta is often late.', { sources: [source(1, url)] }), 'p1')
        .mentions.map(({ kind }) => kind);
    expect(kindWith('shop.delta.com', 'https://shop.delta.com/a')).toEqual(['mention']);
    expect(kindWith('youtube.com/@delta', 'https://www.youtube.com/@delta/videos')).toEqual(['mention']);
    expect(kindWith('youtube.com/@delta', 'https://www.youtube.com/watch')).toEqual(['ambiguous']);
  });
});

describe('given what is no mention', () => {
  it('then code, addresses and the question repeated are told apart from it', () => {
    const seen = observe(
      answered('is hubfield good?\n\nSee hubfield.com/x or `pip`.\n\n```\nimport hubfield\n```', {
        query: 'Is Hubfield good?',
      }),
    );
    expect(seen.mentions.map(({ kind }) => kind)).toEqual(['echo', 'url_only', 'url_only']);
  });

  it('then a capture of another region says so', () => {
    expect(observe(answered('x', { warnings: ['region_not_honoured'] })).regionHonoured).toBe(false);
  });
});
