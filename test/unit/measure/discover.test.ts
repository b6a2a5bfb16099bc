import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/contract/envelope.ts';
import { asName, headOf, isCommonNoun, itemHead, siteOfLink } from '../../../src/measure/candidate-names.ts';
import { CompetitorDiscovery, type DiscoveryAnswer } from '../../../src/measure/discover.ts';
import { compileMatcher, type Matcher } from '../../../src/measure/matcher.ts';
import { bookOf } from './book-for-tests.ts';

function suggested(answers: readonly DiscoveryAnswer[], matcher: Matcher) {
  const discovery = new CompetitorDiscovery(matcher);
  for (const answer of answers) discovery.add(answer);
  return discovery.suggestions();
}

const matcher = compileMatcher(bookOf({ id: 'acme', terms: ['Acme Tools'], domains: ['acme-tools.com'] }));

function answer(
  promptId: string,
  surface: DiscoveryAnswer['surface'],
  part: Partial<DiscoveryAnswer>,
): DiscoveryAnswer {
  return { promptId, surface, markdown: '', blocks: [], sourceUrls: [], productTitles: [], ...part };
}

function list(...items: string[]): Block {
  return {
    type: 'list',
    text: items.join('\n'),
    referenceIds: [],
    items: items.map((text) => ({ text, referenceIds: [] })),
  };
}

describe('names that look like names', () => {
  it.each([
    ['1. **HubSpot** – best for teams', 'HubSpot'],
    ['Monday.com: boards', 'Monday.com'],
    ['Zoho CRM (free plan)', 'Zoho CRM'],
    ['华为：手机', '华为'],
    ['✅ Pipedrive [2]', 'Pipedrive'],
    ['Ease of Use: simple', null],
    ['Customer support: slow', null],
    ['Best overall', null],
    ['Preis: 20 €', null],
    ['优点：便宜', null],
    ['It has many things that people like', null],
    ['2024', null],
    ['what is it?', null],
  ])('%s → %s', (text, name) => {
    expect(asName(headOf(text))).toBe(name);
  });

  it('takes no phrase of a script without capitals, and no noun that the answer writes small', () => {
    expect(
      ['小米：便宜', 'ノキア', '山頂は夏でも氷点下になります', 'يحسّن الهضم', 'سامسونج: جيد'].map(itemHead),
    ).toEqual(['小米', 'ノキア', '', '', 'سامسونج']);
    expect(asName('早く着きたい場合')).toBeNull();
    expect(isCommonNoun('Hosting', '**Hosting**: the hosting is cheap')).toBe(true);
    expect(isCommonNoun('Hubfield', '[Hubfield](https://hubfield.example)')).toBe(false);
  });

  it('takes a link for a name only when it names the site it leads to', () => {
    expect(siteOfLink('Acme Tools', 'https://www.acme-tools.com/en')).toBe('acme-tools.com');
    expect(siteOfLink('Forbes', 'https://www.forbes.com/advisor/business/best-crm')).toBeNull();
    expect(siteOfLink('best drills', 'https://acme-tools.com/')).toBeNull();
  });
});

describe('competitors in answers', () => {
  const table: Block = {
    type: 'table',
    text: '',
    referenceIds: [],
    rows: [
      ['Tool', 'Price'],
      ['Zoho CRM', '$10'],
      ['Price', '$0'],
    ],
  };
  const answers = [
    answer('p1', 'chatgpt', {
      blocks: [list('HubSpot: free', 'Acme Tools: ours', 'Pricing: low')],
      markdown: '[HubSpot](https://hubspot.com/)',
    }),
    answer('p2', 'perplexity', {
      markdown: '1. **Hub Spot** is fine\n2. **Pipedrive**',
      sourceUrls: ['https://www.pipedrive.com/x'],
    }),
    answer('p2', 'perplexity', { blocks: [table, list('Pipedrive', 'Pipedrive')] }),
    answer('p2', 'perplexity', {
      blocks: [table],
      productTitles: ['Pipedrive', 'A very long title of a product in a shop'],
    }),
  ];

  it('are suggested when two prompts on two surfaces or three captures name them', () => {
    const pipedrive = {
      name: 'Pipedrive',
      domain: 'pipedrive.com',
      prompts: 1,
      surfaces: 1,
      captures: 3,
      from: ['bold', 'list', 'product'],
    };
    expect(suggested(answers.slice(1), matcher)).toEqual([pipedrive]);
    expect(suggested(answers, matcher)).toEqual([
      pipedrive,
      {
        name: 'HubSpot',
        domain: 'hubspot.com',
        prompts: 2,
        surfaces: 2,
        captures: 2,
        from: ['bold', 'link', 'list'],
      },
    ]);
  });

  it('are further names of a brand where links of that name lead to its own site', () => {
    const [home, deep] = ['https://www.acme-tools.com/', 'https://acme-tools.com/blog/2026/the-best'];
    const markdown = `[ACT Suite](${home}) [Visit website](${home}) [Deep Story](${deep}) [Acme Tools](${home})`;
    const seen = ['p1', 'p2', 'p3'].map((id) => answer(id, 'chatgpt', { markdown }));
    expect(suggested(seen, matcher)).toEqual([
      {
        ...{ name: 'ACT Suite', domain: 'acme-tools.com', aliasOf: 'acme' },
        ...{ prompts: 3, surfaces: 1, captures: 3, from: ['link'] },
      },
    ]);
  });

  it('never include a brand of the book, and nothing comes from nothing', () => {
    const own = ['p1', 'p2', 'p3'].map((id) =>
      answer(id, 'chatgpt', { blocks: [list('Acme-Tools', 'AcmeTools')] }),
    );
    expect(suggested(own, matcher)).toEqual([]);
    expect(suggested([], matcher)).toEqual([]);
  });
});
