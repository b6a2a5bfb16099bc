import { describe, expect, it } from 'vitest';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { readAppLink } from '../../../surfaces/google_news/app-links.ts';
import { newsUrl } from '../../../surfaces/google_news/drive.ts';
import { googleNews } from '../../../surfaces/google_news/surface.ts';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64').replace(/=+$/, '');

function bodyOf(html: string, url = 'https://www.google.com/search?q=x&tbm=nws'): EnvelopeBody {
  const record = recordFromFile({ surface: 'google_news', adapterVersion: 'test', html, url });
  return assemble(record, googleNews.extract(record));
}

const card = (title: string, extra = ''): string =>
  `<div data-news-cluster-id="0"><a href="https://paper.example/${title}"><div><img alt=""><span>Paper</span></div><div role="heading">${title}</div>${extra}</a></div>`;
const tab = (inner: string): string =>
  `<html><body><div id="search"><div id="rso">${inner}</div></div></body></html>`;

describe('the address of the News tab', () => {
  it('carries the query, the vertical, and the region’s language and country', () => {
    const url = new URL(newsUrl({ query: 'wärme & wende', region: { country: 'DE' } }));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ q: 'wärme & wende', tbm: 'nws', hl: 'de', gl: 'de', pws: '0' },
    });
  });
});

describe('a story of the News tab', () => {
  it('has its time in UTC when the card carries seconds, else the words shown', () => {
    const body = bodyOf(
      tab(
        card('a', '<div>Words of the story.</div><span data-ts="1781768160">1 day ago</span>') +
          card('b', '<div>Words of the story.</div><div><span>vor 2 Stunden</span></div>'),
      ),
    );
    expect(body.evidence.results?.map(({ publishedAt }) => publishedAt)).toEqual([
      '2026-06-18T07:36:00.000Z',
      'vor 2 Stunden',
    ]);
    expect(body.evidence.results?.map(({ snippet }) => snippet)).toEqual([
      'Words of the story.',
      'Words of the story.',
    ]);
  });

  it('belongs to a cluster only when the page numbers one', () => {
    const grouped = card('a').replace('cluster-id="0"', 'cluster-id="77"');
    const body = bodyOf(tab(grouped + card('b')));
    expect(body.evidence.results?.map(({ attributes }) => attributes?.cluster)).toEqual(['77', undefined]);
  });

  it('is read by its link where cards are not marked', () => {
    const body = bodyOf(tab(card('a').replace(' data-news-cluster-id="0"', '')));
    expect(body.evidence.results).toMatchObject([
      { title: 'a', publisher: 'Paper', url: 'https://paper.example/a' },
    ]);
  });

  it('may say what a wall says', () => {
    const html = tab(
      card('unusual-traffic', '<div>detected unusual traffic from your computer network</div>'),
    );
    expect(bodyOf(html).outcome).toBe('answered');
  });
});

describe('a link of news.google.com', () => {
  const logged = `95014; 5:${base64('[null,["en"],"https://news.google.com/read/x","https://paper.example/a?b=1"]')}; track:click`;

  it('names the publisher in its log attribute', () => {
    expect(readAppLink('./read/CBMiAU_yqOpaque?hl=en', logged)).toEqual({
      token: 'CBMiAU_yqOpaque',
      wrappedUrl: 'https://news.google.com/read/CBMiAU_yqOpaque?hl=en',
      url: 'https://paper.example/a?b=1',
      resolution: 'jslog',
    });
  });

  it('names the publisher in its token until mid-2024', () => {
    const token = base64('\x08\x13\x22\x18https://paper.example/old\xd2\x01\x00');
    expect(readAppLink(`./articles/${token}`, undefined)).toMatchObject({
      ...{ url: 'https://paper.example/old', resolution: 'token' },
    });
  });

  it('stays a redirect when neither tells', () => {
    expect(readAppLink('./read/CBMiAU_yqOpaque', 'no payload')).toMatchObject({
      url: null,
      resolution: 'none',
    });
    expect(readAppLink('./read/CBMiAU_yqOpaque', '1; 5:%%%%; x')).toMatchObject({ url: null });
    expect(readAppLink('./topics/CAAqJggK', undefined)).toBeUndefined();
  });
});

describe('a page of news.google.com', () => {
  const url = 'https://news.google.com/search?q=x&ceid=US:en';

  it('is one story per token, its overlay link and its title link together', () => {
    const html =
      '<html><body><main><article><a href="./read/CBMiToken01" aria-label="Title - Paper - Yesterday"></a><div data-n-tid="9">Paper</div><h4><a href="./read/CBMiToken01">Title</a></h4><time datetime="2026-06-18T07:36:00Z">Yesterday</time></article></main></body></html>';
    const body = bodyOf(html, url);
    expect(body.evidence.results).toMatchObject([
      { title: 'Title', publisher: 'Paper', publishedAt: '2026-06-18T07:36:00.000Z', type: 'news' },
    ]);
    expect(body.provenance.region).toMatchObject({ effective: 'us', basis: 'locale' });
    expect(body.evidence.sources[0]?.wrappedUrl).toBe('https://news.google.com/read/CBMiToken01');
  });

  it('is extraction_empty when it holds words and no story', () => {
    const html = `<html><body><main>${'<p>A story in unknown markup, told at length.</p>'.repeat(8)}</main></body></html>`;
    expect(bodyOf(html, url).outcome).toBe('extraction_empty');
  });
});
