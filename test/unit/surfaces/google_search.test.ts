import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaptureRecord, neutralSignals, type Signals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody, Result } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { isoOfSeconds, ranked } from '../../../surfaces/google/listing.ts';
import { adAddress } from '../../../surfaces/google_search/ads.ts';
import { typeOfSection } from '../../../surfaces/google_search/sections.ts';
import { googleSearch } from '../../../surfaces/google_search/surface.ts';

const result = (title: string, href: string, cite: string, snippet = 'Words about it.'): string =>
  `<div class="MjjYud"><div data-snc="x"><div data-snhf="0"><a href="${href}"><h3>${title}</h3><span>Site</span><cite>${cite}</cite></a></div><div data-sncf="1">${snippet}</div></div></div>`;
const page = (rso: string, rest = ''): string =>
  `<html lang="en"><body><div id="cnt"><div id="rcnt"><div id="center_col"><div id="search"><div id="rso">${rso}</div></div>${rest}</div></div></div></body></html>`;

function bodyOf(html: string, signals: Partial<Signals> = {}): EnvelopeBody {
  const record: CaptureRecord = {
    ...recordFromFile({ surface: 'google_search', adapterVersion: 'test', html, query: 'kettle' }),
    signals: { ...neutralSignals(), ...signals },
  };
  return assemble(record, googleSearch.extract(record));
}
const results = (html: string): Result[] => bodyOf(html).evidence.results ?? [];

describe('a web result', () => {
  it('is a link that holds a heading; title, link, site and snippet come from its own box', () => {
    const [first, second] = results(
      page(
        result('One', 'https://one.example/a', 'https://one.example › a', 'First words.') +
          result('Two', 'https://two.example/b', 'https://two.example › b', 'Second words.'),
      ),
    );
    expect(first).toMatchObject({
      type: 'organic',
      rank: 1,
      title: 'One',
      url: 'https://one.example/a',
      displayedLink: 'https://one.example › a',
      snippet: 'First words.',
      publisher: 'Site',
      domain: 'one.example',
    });
    expect(second).toMatchObject({ rank: 2, rankInType: 2, snippet: 'Second words.' });
  });

  it('stays when the drive ran out of time beside it; a page without results is a timeout', () => {
    const failure = { outcome: 'timeout' as const, message: 'answer did not end within 5000 ms' };
    const html = page(result('One', 'https://one.example/a', 'https://one.example › a'));
    const body = bodyOf(html, { failure, ending: 'deadline' });
    expect(body.outcome).toBe('answered_partially');
    expect(body.evidence.results).toHaveLength(1);
    expect(bodyOf(page(''), { failure, ending: 'deadline' }).outcome).toBe('timeout');
  });

  it('keeps an opaque link as wrapped and takes the site from what is displayed', () => {
    const [only] = results(page(result('One', '/goto?url=CAESabc', 'shop.example.com › sale')));
    expect(only).toMatchObject({
      url: null,
      wrappedUrl: 'https://www.google.com/goto?url=CAESabc',
      domain: 'shop.example.com',
    });
  });

  it('has no site when the display holds other words instead of an address', () => {
    const [only] = results(page(result('One', '/goto?url=CAESabc', '570+ comments · 5 years ago')));
    expect(only).toMatchObject({ url: null, domain: null, displayedLink: '570+ comments · 5 years ago' });
  });

  it('is told from a question’s answer beside it', () => {
    const question = `<div data-initq="q"><div class="related-question-pair" data-q="Why?"><div data-attrid="wa:/description">Because.</div>${result('Inside', 'https://inside.example/', 'https://inside.example')}</div></div>`;
    const html = page(
      `<div class="MjjYud">${result('Outside', 'https://outside.example/', 'https://outside.example')}${question}</div>`,
    );
    expect(results(html).map(({ title, type }) => [title, type])).toEqual([['Outside', 'organic']]);
    expect(bodyOf(html).evidence.related).toEqual([{ type: 'question', text: 'Why?' }]);
  });

  it('keeps a date in front of the snippet, in any language, and only when it stands by itself', () => {
    const dated = (date: string): string => `<span><span>${date}</span> — </span><span>Words.</span>`;
    for (const date of ['5 days ago', 'vor 3 Tagen', '3 日前', 'قبل ٣ أيام'])
      expect(
        results(page(result('One', 'https://one.example/', 'one.example', dated(date))))[0],
      ).toMatchObject({
        publishedAt: date,
      });
    const [only] = results(
      page(result('One', 'https://one.example/', 'one.example', 'Top 10 tips — all free.')),
    );
    expect(only?.publishedAt).toBeNull();
  });
});

describe('sitelinks', () => {
  it('are links of the same site below the result; other sites and places in the same page are none', () => {
    const links =
      '<div data-sncf="3"><a href="https://one.example/kits">Kits</a><a href="https://other.example/x">Other</a><a href="https://one.example/a/reply">Reply</a></div>';
    const html = page(
      `<div class="MjjYud"><div data-snc="x"><div data-snhf="0"><a href="https://one.example/a"><h3>One</h3><cite>https://one.example</cite></a></div>${links}</div></div>`,
    );
    expect(results(html).map(({ type, title }) => [type, title])).toEqual([
      ['organic', 'One'],
      ['sitelink', 'Kits'],
    ]);
  });
});

describe('the outcome of a results page', () => {
  const one = result('One', 'https://one.example/', 'https://one.example');

  it('is answered with an empty answer when it lists and does not answer', () => {
    const body = bodyOf(page(one));
    expect(body.outcome).toBe('answered');
    expect(body.answer.text).toBe('');
    expect(body.provenance.surfacePresent).toBe(true);
    expect(body.extraction.health).toMatchObject({
      results: 'found',
      answer: 'not_shown',
      fanOut: 'absent_on_surface',
    });
    expect(body.evidence.sources).toMatchObject([
      { role: 'retrieved', position: 1, url: 'https://one.example/' },
    ]);
  });

  it('is absent, with an empty listing, when the page says that nothing matches', () => {
    const body = bodyOf(
      page(
        '',
        '<div id="botstuff"><p>Your search - <em>kettle</em> - did not match any documents.</p></div>',
      ),
    );
    expect(body.outcome).toBe('absent');
    expect(body.provenance.surfacePresent).toBe(false);
    expect(body.evidence.results).toEqual([]);
  });

  it('is extraction_empty when there are words and no result could be read', () => {
    expect(bodyOf(page(`<x-item>${'A result in unknown markup. '.repeat(6)}</x-item>`)).outcome).toBe(
      'extraction_empty',
    );
  });

  it('is timeout when the page ended before its results', () => {
    expect(bodyOf(page('')).outcome).toBe('timeout');
  });

  it('is not a challenge because a result or a script speaks of one', () => {
    const scary = result(
      'Our systems have detected unusual traffic from your computer network',
      'https://help.example/sorry/index',
      'https://help.example',
    );
    expect(bodyOf(page(`<script>var u='/sorry/index'</script>${scary}`)).outcome).toBe('answered');
  });

  it('is what the drive saw, when it saw a wall', () => {
    const body = bodyOf(page(one), { wall: { outcome: 'challenge', mark: 'sorry_url' } });
    expect(body.outcome).toBe('challenge');
    expect(body.evidence.results).toBeNull();
  });

  it('is partial when the page was cut at the size cap', () => {
    expect(bodyOf(page(one), { htmlClipped: true }).outcome).toBe('answered_partially');
  });
});

describe('where an ad leads', () => {
  it.each([
    ['https://shop.example/sale', { url: 'https://shop.example/sale' }],
    ['/aclk?sa=L&adurl=https://shop.example/x', { url: 'https://shop.example/x' }],
    ['/aclk?sa=L', { url: null, wrappedUrl: 'https://www.google.com/aclk?sa=L' }],
    ['/goto?url=CAES', { url: null, wrappedUrl: 'https://www.google.com/goto?url=CAES' }],
  ])('%s', (href, expected) => expect(adAddress(href)).toEqual(expected));
});

describe('what a block’s heading says', () => {
  it.each([
    ['Top stories', 'top_story'],
    ['Schlagzeilen', 'top_story'],
    ['Videos', 'video'],
    ['動画', 'video'],
    ['What people are saying', 'perspective'],
    ['Diskussionen und Foren', 'perspective'],
    ['أهم الأخبار', 'top_story'],
    ['Places', 'local'],
    ['Recipes', undefined],
  ])('%s', (heading, type) => expect(typeOfSection(heading)).toBe(type));
});

describe('ranks', () => {
  it('count every entry once, overall and among its own type', () => {
    const types = ['organic', 'ad', 'video', 'top_story'] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...types)), (list) => {
        const entries = list.map((type) => ({
          ...{ type, position: 'main' as const, title: 't', url: null, displayedLink: null, snippet: null },
          ...{ publishedAt: null, publisher: null, domain: null },
        }));
        const given = ranked(entries);
        expect(given.map(({ rank }) => rank)).toEqual(list.map((_, index) => index + 1));
        for (const type of types) {
          const own = given.filter((entry) => entry.type === type);
          expect(own.map(({ rankInType }) => rankInType)).toEqual(own.map((_, index) => index + 1));
        }
      }),
    );
  });

  it('times are ISO 8601, and nothing but seconds is a time', () => {
    expect(isoOfSeconds('1781768160')).toBe('2026-06-18T07:36:00.000Z');
    expect(isoOfSeconds('yesterday')).toBeNull();
    expect(isoOfSeconds(undefined)).toBeNull();
  });
});
