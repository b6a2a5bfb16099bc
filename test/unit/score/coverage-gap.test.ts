import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import type { PageRecord } from '../../../src/contract/page-record.ts';
import { coverageGapSchema } from '../../../src/contract/page-score.ts';
import { coverageGap } from '../../../src/score/coverage-gap.ts';
import { scorePage } from '../../../src/score/score-page.ts';
import { captured, NOW, PAGE_URL, pageFile } from './page-file.ts';

const QUERY = 'best standing desk for a small room';

interface Cites {
  url: string;
  cited?: boolean;
  said?: string;
}

/** The part of an Envelope that coverage reads. */
function answer(
  sources: readonly Cites[],
  part: { status?: string; fanOut?: string[]; warnings?: string[] } = {},
): Envelope {
  const said = sources.map((source) => source.said ?? 'A sentence of the answer.');
  const text = said.join(' ');
  let at = 0;
  const ranges = said.map((sentence) => {
    const start = at;
    at += sentence.length + 1;
    return [[start, start + sentence.length]];
  });
  return {
    job: {
      status: part.status ?? 'completed',
      surface: 'perplexity',
      query: QUERY,
      warnings: part.warnings ?? [],
    },
    provenance: { surfacePresent: true },
    answer: { text },
    evidence: {
      sources: sources.map(({ url, cited = true }, index) => ({
        ...{ url, canonicalUrl: url, cited, position: index + 1, charRanges: cited ? ranges[index] : [] },
      })),
      fanOut: { provenance: 'observed', queries: part.fanOut ?? [] },
      related: null,
    },
  } as unknown as Envelope;
}

function rival(host: string, heading: string, text: string): PageRecord {
  const url = `https://${host}/desks`;
  const filler =
    'Rooms, doors and windows were drawn on paper before any of them was moved to another wall. '.repeat(3);
  const html = `<html lang="en"><title>Desks</title><body><article><h1>Desks at ${host}</h1><p>${filler}</p><h2>${heading}</h2><p>${text}</p><h2>Other remarks</h2><p>${filler}</p></article></body></html>`;
  return captured(html, { asked_url: url, final_url: url });
}

const CABLES =
  'Cable management under a standing desk takes a tray, six clips and a sleeve; cables must be 40 cm longer than the desk rises.';
const A = rival('a.example', 'Cable management under the desk', CABLES);
const B = rival('b.example.org', 'Cable management for standing desks', CABLES.replace('six', 'eight'));
const OWN = captured(pageFile('comparison-en'));
const both = [{ url: 'https://a.example/desks' }, { url: 'https://b.example.org/desks' }];

describe('coverage gap', () => {
  it('given two cited pages of two sites that answer what the page does not, then it is a gap with quotes', () => {
    const gap = coverageGap(
      OWN,
      [answer(both), answer(both, { fanOut: ['cable management standing desk'] })],
      [A, B],
    );
    expect(coverageGapSchema.parse(gap)).toEqual(gap);
    expect(gap).toMatchObject({ pages: 2, captures: 2 });
    const cables = gap?.subtopics.find(({ subtopic }) => /cable/i.test(subtopic));
    expect(cables).toMatchObject({ covered: false, gap: true, domains: 2, weight: 4 });
    expect(cables?.covered_by[0]?.quote).toContain('Cable management under a standing desk');
    expect(gap?.missing_terms.map(({ term }) => term)).toContain('cable');
    expect(gap?.value).toBeLessThan(1);
  });

  it('given one cited page only, then nothing is a gap and F3 stays unmeasured', () => {
    const gap = coverageGap(OWN, [answer(both)], [A]);
    expect(gap).toMatchObject({ value: null, subtopics: [] });
    const score = scorePage(OWN, { now: NOW, depth: 'full', captures: gap ?? undefined });
    expect(score.factors.find(({ id }) => id === 'F3')).toMatchObject({ value: null, weight: 0 });
  });

  it('given the gap, then F3 is measured, trends come from the captures, and the advice names the subtopic', () => {
    const gap = coverageGap(OWN, [answer(both)], [A, B]) ?? undefined;
    const score = scorePage(OWN, { now: NOW, depth: 'full', captures: gap, queries: [QUERY] });
    expect(score.factors.find(({ id }) => id === 'F3')).toMatchObject({ value: gap?.value, weight: 18 });
    expect(score.factors.find(({ id }) => id === 'F1')?.weight).toBe(22);
    expect(score.trend_source).toBe('captures');
    expect(score.recommendations.find(({ factor }) => factor === 'F3')?.recommendation).toMatch(
      /2 cited pages of 2 sites.*Cable/,
    );
    expect(score.sufficiency?.score).toBe(Math.round(100 * (gap?.value ?? 0)));
  });

  it('given captures that cite the page, then k of n, places, and whether its words were taken up', () => {
    const own = { url: PAGE_URL, said: 'Motors with a belt were 6 dB louder than those with a spindle.' };
    const gap = coverageGap(
      OWN,
      [
        answer([...both, own]),
        answer([{ url: PAGE_URL, said: 'Desks exist.' }]),
        answer([{ url: PAGE_URL, cited: false }, ...both]),
        answer(both),
        answer([own], { status: 'failed' }),
        answer([own], { warnings: ['answer_truncated'] }),
      ],
      [A, B],
    );
    expect(gap?.citations).toEqual([
      { surface: 'perplexity', query: QUERY, k: 2, n: 4, positions: [3, 1], absorbed: 1, retrieved_only: 1 },
    ]);
  });

  it('given pages cited for a query, then a term they all hold weighs less in its fit than one that few hold', () => {
    const bare = captured('<title>Desks</title><h1>Desks</h1><p>We sell a desk to whoever wants one.</p>');
    const gap = coverageGap(bare, [answer(both)], [A, B]) ?? undefined;
    const weightOf = (text: string) => gap?.query_terms?.find(({ term }) => term.startsWith(text))?.weight;
    expect(weightOf('desk')).toBeCloseTo(Math.log(1 + 0.5 / 3.5), 4);
    expect(weightOf('stand')).toBeCloseTo(Math.log(1 + 1.5 / 2.5), 4);
    const options = { now: NOW, depth: 'full', queries: [QUERY] } as const;
    const [plain] = scorePage(bare, options).queries;
    const [weighed] = scorePage(bare, { ...options, captures: gap }).queries;
    expect(weighed?.in_title).toBeLessThan(plain?.in_title ?? 0);
    expect(weighed?.in_title).toBeGreaterThan(0);
  });

  it('given cited pages that share no subtopic, then depth is held against their usual length', () => {
    const gap = coverageGap(OWN, [answer(both)], [A]);
    expect(gap).toMatchObject({ value: null, pages: 1 });
    const longer = { ...gap, median_words: 2 * scorePage(OWN, { now: NOW, depth: 'full' }).page.words };
    const alone = scorePage(OWN, { now: NOW, depth: 'full' }).sufficiency;
    const beside = scorePage(OWN, {
      ...{ now: NOW, depth: 'full' },
      captures: coverageGapSchema.parse(longer),
    }).sufficiency;
    expect(beside?.score).toBe(Math.round((alone?.score ?? 0) / 2));
    expect(beside?.notes.join(' ')).toContain('(median)');
  });

  it('given the same captures, then the same bytes', () => {
    const once = (): string => JSON.stringify(coverageGap(OWN, [answer(both)], [A, B]));
    expect(once()).toBe(once());
  });
});
