import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/extract/compose.ts';
import { rangesOfMarks } from '../../../src/extract/ranges.ts';
import { withLiteralTex } from '../../../src/extract/tex-math.ts';
import { resolveReferences } from '../../../surfaces/chatgpt/answer-references.ts';
import { messageFrom } from '../../../surfaces/chatgpt/wire.ts';

const token = (...parts: string[]): string => `\uE200${parts.join('\uE202')}\uE201`;

function resolve(raw: string, references: readonly object[], citations: readonly object[] = []) {
  const { metadata } = messageFrom({ metadata: { content_references: references, citations } });
  return resolveReferences(raw, metadata);
}

function page(raw: string, matched: string, url: string, more: object = {}): object {
  const start = [...raw.slice(0, raw.indexOf(matched))].length;
  return {
    type: 'grouped_webpages',
    matched_text: matched,
    start_idx: start,
    end_idx: start + [...matched].length,
    items: [{ title: 'T', url, supporting_websites: [] }],
    ...more,
  };
}

function citedTexts(raw: string, references: readonly object[], citations: readonly object[] = []): string[] {
  const resolved = resolve(raw, references, citations);
  const { text, marks } = compose(resolved.markdown);
  return [...rangesOfMarks(text, marks).values()].map(([start, end]) => text.slice(start, end));
}

describe('references of an answer', () => {
  it('stand where their code-point index says, whatever astral characters come before', () => {
    const emoji = fc.constantFrom('🙂', '👩‍💻', '𠮷', 'é', 'x', 'ع', ' ');
    fc.assert(
      fc.property(fc.array(emoji, { maxLength: 30 }), (characters) => {
        const cite = token('cite', 'turn0search0');
        const raw = `Start ${characters.join('')}end. ${cite}\n\nNext.`;
        const [text] = citedTexts(raw, [page(raw, cite, 'https://a.example/')]);
        expect(text).toMatch(/^Start [\s\S]*end\.$/);
      }),
    );
  });

  it('cite every item of a chip and the sites behind its "+N"', () => {
    const cite = token('cite', 'turn0search0', 'turn0search1');
    const items = [
      {
        title: 'A',
        url: 'https://a.example/?utm_source=chatgpt.com',
        supporting_websites: [{ title: 'B', url: 'https://b.example/' }],
      },
    ];
    const { citations, sources } = resolve(`Fact. ${cite}`, [page(`Fact. ${cite}`, cite, '', { items })]);
    expect(citations).toEqual([
      { sourceKeys: ['https://a.example/', 'https://b.example/'], basis: 'sentence' },
    ]);
    expect(sources[0]).toMatchObject({
      url: 'https://a.example/?utm_source=chatgpt.com',
      key: 'https://a.example/',
    });
  });

  it('of equal tokens each gets its own place', () => {
    const cite = token('cite', 'turn0search0');
    const raw = `One. ${cite} Two. ${cite}`;
    const first = page(raw, cite, 'https://a.example/');
    expect(citedTexts(raw, [first, { ...first, start_idx: 999, end_idx: 1000 }])).toEqual(['One.', 'Two.']);
  });

  it('leave nothing of the token language in the text, torn and unknown tokens included', () => {
    const raw = `A ${token('cite', 'turn0search9')} b${token('forecast', '{}')} c \uE203d\uE204 ${token('entity', '["city","Rome",""]')} ${token('url', 'the map', 'turn0search1')} e\uE200ci`;
    const { markdown, mentions, unresolved } = resolve(raw, [
      {
        type: 'hidden',
        matched_text: token('cite', 'turn0search9'),
        start_idx: 2,
        end_idx: 20,
        invalid: true,
      },
    ]);
    expect(markdown).toBe('A b c d Rome the map e');
    expect(mentions).toEqual([{ text: 'Rome', category: 'city' }]);
    expect(unresolved).toBe(1);
  });

  it('show a product by its title and keep the card of a carousel out of the text', () => {
    const product = {
      title: 'Q3',
      url: 'https://shop.example/q3',
      price: '$1',
      offers: [{ merchant_name: 'M', price: '$1' }],
    };
    const inline = token('entity', '["turn0product0","Q3",1]');
    const cards = token('products', '{"selections":[["turn0product0","Q3"]]}');
    const raw = `Look:\n\n${cards}\n\nBuy ${inline} now`;
    const answer = resolve(raw, [
      page(raw, cards, '', {
        type: 'products',
        items: [],
        products: [product],
        alt: '### [Q3](https://shop.example/q3)',
      }),
      page(raw, inline, '', {
        type: 'product_entity',
        items: [],
        product,
        alt: '[Q3](https://shop.example/q3)',
        prompt_text: '### Q3\nPrice: $1',
      }),
    ]);
    expect(compose(answer.markdown).text).toBe('Look:\n\nBuy Q3 now');
    expect(answer.cards).toEqual([{ type: 'product', text: 'Q3', url: 'https://shop.example/q3' }]);
    expect(answer.mentions).toEqual([{ text: 'Q3', category: 'product' }]);
  });

  it('give a link its exact span', () => {
    const link = token('url', 'the guide', 'turn0search0');
    const raw = `See ${link} first.`;
    const references = [
      page(raw, link, 'https://a.example/', { type: 'url', alt: '[the guide](https://a.example/)' }),
    ];
    expect(citedTexts(raw, references)).toEqual(['the guide']);
  });

  it('of the wire until 2025 are marks in lenticular brackets', () => {
    const raw = 'Facts 🙂 here【3†source】. More.';
    const start = [...'Facts 🙂 here'].length;
    const citation = {
      start_ix: start,
      end_ix: start + 10,
      metadata: { title: 'Old', url: 'https://old.example/', text: 'snippet' },
    };
    expect(resolve(raw, [], [citation]).sources).toMatchObject([{ title: 'Old', snippet: 'snippet' }]);
    expect(citedTexts(raw, [], [citation])).toEqual(['Facts 🙂 here']);
    expect(compose(resolve(raw, [], [citation]).markdown).text).toBe('Facts 🙂 here. More.');
  });
});

describe('formulas on the wire', () => {
  it('stand in the text as written, and code is left alone', () => {
    const raw =
      'Take \\(a_1 * b_2\\) and\n\n\\[\nx = \\frac{a}{b} \\\\ y_1\n\\]\n\nbut `\\(c\\)` stays *so*.';
    expect(compose(withLiteralTex(raw)).text).toBe(
      'Take \\(a_1 * b_2\\) and\n\n\\[\nx = \\frac{a}{b} \\\\ y_1\n\\]\n\nbut \\(c\\) stays so.',
    );
  });
});
