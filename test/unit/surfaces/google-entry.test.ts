import { describe, expect, it } from 'vitest';
import { Scrubber } from '../../../src/capture/scrubber.ts';
import { parseHtml } from '../../../src/extract/dom.ts';
import { findWall } from '../../../src/extract/walls.ts';
import { searchUrl, uiLanguage } from '../../../surfaces/google/entry-url.ts';
import { isJavaScriptShell } from '../../../surfaces/google/page-kind.ts';
import { GOOGLE_REDACTIONS } from '../../../surfaces/google/redaction.ts';
import { readRegion } from '../../../surfaces/google/region.ts';
import { resolveLink } from '../../../surfaces/google/source-links.ts';
import { uule } from '../../../surfaces/google/uule.ts';
import { GOOGLE_WALLS } from '../../../surfaces/google/walls.ts';

describe('the address of a results page', () => {
  it('carries query, language, country and no personalisation', () => {
    const url = new URL(searchUrl({ query: 'a&b "c" ü', region: { country: 'DE' } }));
    expect(Object.fromEntries(url.searchParams)).toEqual({ q: 'a&b "c" ü', hl: 'de', gl: 'de', pws: '0' });
  });

  it('names no country when none is asked', () => {
    const url = new URL(searchUrl({ query: 'x', region: null }));
    expect(url.searchParams.get('gl')).toBeNull();
    expect(url.searchParams.get('hl')).toBe('en');
  });

  it.each([
    [{ country: 'BR' }, 'pt-BR'],
    [{ country: 'TW' }, 'zh-TW'],
    [{ country: 'IN' }, 'en'],
    [{ country: 'JP' }, 'ja'],
    [{ country: 'CH', language: 'fr' }, 'fr'],
  ])('speaks the language of %j: %s', (region, language) => expect(uiLanguage(region)).toBe(language));

  it('encodes a place as Google does, with a length of its own', () => {
    expect(uule('Boston,Massachusetts,United States')).toBe(
      'w+CAIQICIiQm9zdG9uLE1hc3NhY2h1c2V0dHMsVW5pdGVkIFN0YXRlcw==',
    );
    const long = uule(`${'a'.repeat(200)},Germany`);
    const bytes = Uint8Array.from(atob(long.slice(2)), (char) => char.charCodeAt(0));
    expect([...bytes.slice(0, 7)]).toEqual([8, 2, 16, 32, 34, 0xd0, 0x01]);
    const url = searchUrl({ query: 'x', region: { country: 'DE', city: 'Köln' } });
    expect(url).toContain('uule=w%2B');
  });
});

function wallOf(html: string, url: string | null = null, status: number | null = null): string | undefined {
  return findWall(GOOGLE_WALLS, { url, status, headers: {}, $: parseHtml(html) })?.name;
}

describe('a human check', () => {
  const form = '<form id="captcha-form"><div class="g-recaptcha" data-sitekey="k"></div></form>';

  it('is known by its address, its form, its words or its status', () => {
    expect(wallOf('<p>x', 'https://www.google.com/sorry/index?continue=y')).toBe('sorry_url');
    expect(wallOf(form)).toBe('captcha_form');
    expect(wallOf('<p>Our systems have detected unusual traffic from your computer network.')).toBe(
      'unusual_traffic',
    );
    expect(wallOf('<p>x', null, 429)).toBe('http_429');
  });

  it('is never seen where results are, whatever their scripts say', () => {
    const page = `<div id="search">results</div><script>var a="/sorry/index";var b="recaptcha"</script>${form}`;
    expect(wallOf(page, 'https://www.google.com/search?q=sorry', 429)).toBeUndefined();
  });

  it('is not a page about one', () => {
    expect(wallOf('<p>x', 'https://www.example.com/sorry/index')).toBeUndefined();
  });
});

describe('the JavaScript shell', () => {
  it('is known by what it hides, and never where results are', () => {
    const shell = '<noscript><a href="/httpservice/retry/enablejs?sei=1">here</a></noscript>';
    expect(isJavaScriptShell(parseHtml(shell))).toBe(true);
    expect(isJavaScriptShell(parseHtml(`<div id="rso"></div>${shell}`))).toBe(false);
  });
});

describe('what must not be stored', () => {
  it.each([
    ['IP address: 192.0.2.44<br>Time: 2026', '192.0.2.44'],
    ['IP-Adresse: 2001:db8::8a2e:370:7334<br>', '2001:db8::8a2e:370:7334'],
    ['Endereço IP: <b>192.0.2.44</b>', '192.0.2.44'],
    [
      'https://www.google.com/search?q=x&google_abuse=GOOGLE_ABUSE_EXEMPTION%3DID%3D12:TM=1:IP=192.0.2.44-:S=a',
      '192.0.2.44',
    ],
    ['https://www.google.com/sorry/index?continue=y&q=EgTAAAICGFixtureToken', 'EgTAAAICGFixtureToken'],
    ['<input type="hidden" name="q" value="EgTAAAICGFixtureToken">', 'EgTAAAICGFixtureToken'],
  ])('goes from %s', (text, secret) => {
    const clean = new Scrubber(GOOGLE_REDACTIONS, [], []).clean(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain('[redacted]');
  });

  it('leaves ordinary pages as they are', () => {
    const page =
      '<p>The IP range 10.0.0.0 is private.</p><input name="q" value="Egypt weather"><a href="/search?q=version+1.2.3.4">';
    expect(new Scrubber(GOOGLE_REDACTIONS, [], []).clean(page)).toBe(page);
  });
});

describe('the region a page was made for', () => {
  const region = (html: string) => readRegion(parseHtml(html));
  const footer = (text: string): string =>
    `<div id="fbar">${text} <update-location>Update location</update-location></div>`;

  it('is read from the detected country of the page language', () => {
    expect(region('<html lang="en-ES">')).toEqual({ effective: 'es', basis: 'observed' });
  });

  it('is read from the country the footer names, in the language of the page', () => {
    expect(region(`<html lang="de">${footer('Deutschland Köln - Von deiner IP-Adresse -')}`)).toEqual({
      effective: 'de',
      basis: 'observed',
    });
    expect(region(`<html lang="pt-BR">${footer('Portugal Lisboa - Do seu endereço IP -')}`)).toEqual({
      effective: 'pt',
      basis: 'observed',
    });
  });

  it('is the United States where the footer has a place and names no country', () => {
    expect(region(`<html lang="en">${footer('Palo Alto, CA - From your IP address -')}`)).toEqual({
      effective: 'us',
      basis: 'observed',
    });
  });

  it('is only a guess from a UI language that carries a country', () => {
    expect(region('<html lang="pt-BR">')).toEqual({ effective: 'br', basis: 'locale' });
  });

  it('is unknown where nothing says it', () => {
    expect(region('<html lang="en"><p>x')).toEqual({ effective: null, basis: 'none' });
  });
});

describe('a source link', () => {
  it('that leads through Google is unwrapped where its target stands in it', () => {
    expect(resolveLink(['/url?q=https://a.example/x&sa=U'], {})).toEqual({ url: 'https://a.example/x' });
    expect(resolveLink(['https://translate.google.com/translate?u=https://a.example/x'], {})).toEqual({
      url: 'https://a.example/x',
    });
  });

  it('that is opaque gives way to a real address told elsewhere', () => {
    expect(resolveLink(['/goto?url=CAESx', 'https://a.example/x'], {})).toEqual({
      url: 'https://a.example/x',
    });
  });

  it.each([
    [{ origin: 'https://www.a.example' }, 'a.example'],
    [{ favicon: 'https://t.gstatic.com/faviconV2?url=https://b.example&size=16' }, 'b.example'],
    [{ publisher: 'c.example' }, 'c.example'],
    [{ publisher: 'The Daily C.' }, null],
  ])('that stays opaque has no address but the domain of %j', (evidence, domain) => {
    expect(resolveLink(['/goto?url=CAESx'], evidence)).toEqual({
      url: null,
      wrappedUrl: 'https://www.google.com/goto?url=CAESx',
      domain,
    });
  });
});
