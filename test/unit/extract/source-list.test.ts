import { describe, expect, it } from 'vitest';
import type { DraftSource, Reading } from '../../../src/contract/extraction.ts';
import { compose } from '../../../src/extract/compose.ts';
import { markText } from '../../../src/extract/marks.ts';
import { numberSources } from '../../../src/extract/source-list.ts';

function source(key: string): DraftSource {
  return {
    key,
    url: key,
    title: null,
    publisher: null,
    snippet: null,
    publishedAt: null,
    position: null,
    providerRef: null,
  };
}

function reading(markdown: string, keys: readonly string[], sources: readonly string[]): Reading {
  return {
    complete: true,
    markdown,
    citations: keys.map((key) => ({ sourceKeys: [key], basis: 'sentence' as const })),
    sources: sources.map(source),
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: null,
    model: null,
    webSearch: null,
    cards: [],
  };
}

const A = 'https://a.example/';
const B = 'https://b.example/';
const C = 'https://c.example/';

describe('the list of sources', () => {
  it('numbers cited sources by their marks, then the others in the surface’s own order', () => {
    const markdown = `One.${markText(0)} Two.${markText(1)}`;
    const { sources } = numberSources(compose(markdown), reading(markdown, [B, A], [C, A, B]), []);
    expect(sources.map(({ url, cited }) => [url, cited])).toEqual([
      [B, true],
      [A, true],
      [C, false],
    ]);
  });

  it('takes a citation without a mark for one whose place is not known: cited, after the others, without a range', () => {
    const markdown = `One.${markText(0)}`;
    const composed = compose(markdown);
    const { sources } = numberSources(composed, reading(markdown, [C, A], [A, B, C]), []);
    expect(sources.map(({ url, cited, charRanges }) => [url, cited, charRanges])).toEqual([
      [C, true, [[0, 4]]],
      [A, true, []],
      [B, false, []],
    ]);
    expect(
      composed.blocks(numberSources(composed, reading(markdown, [C, A], [A]), []).idsOfMark),
    ).toHaveLength(1);
  });

  it('leaves a citation out that names no known source', () => {
    const { sources } = numberSources(compose('One.'), reading('One.', [B], [A]), []);
    expect(sources.map(({ url, cited }) => [url, cited])).toEqual([[A, false]]);
  });
});
