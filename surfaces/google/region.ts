import type { Extraction } from '../../src/contract/extraction.ts';
import { isCountryCode } from '../../src/contract/region.ts';
import { type CheerioAPI, commentsOf, foldSpace, visibleText } from '../../src/extract/dom.ts';

type RegionReadBack = NonNullable<Extraction['region']>;

/** UI languages of Google that carry a country of their own: `html[lang]` then says nothing about the visitor. */
const UI_WITH_COUNTRY = new Set([
  'en-GB',
  'pt-BR',
  'pt-PT',
  'zh-CN',
  'zh-HK',
  'zh-TW',
  'fr-CA',
  'es-MX',
  'sr-ME',
]);

const ABOUT_LINK = /about-this-result\?[^"'<>\s]{0,900}?(?:&|&amp;|\\u0026)gl(?:=|\\u003d)([A-Z]{2})/;

/**
 * The region the page was really made for, lower-case country code (google_search.md 5): `html[lang]` such as `en-ES`
 * (UI language and detected country), the country named in the footer, or the `gl` of an about-this-result link.
 * `locale` where only a UI language with a country of its own is known.
 */
export function readRegion($: CheerioAPI): RegionReadBack {
  const lang = $('html').attr('lang') ?? '';
  const country = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})$/.exec(lang)?.[1];
  if (country !== undefined && !UI_WITH_COUNTRY.has(lang)) return observed(country);
  const shown = footerCountry($, lang) ?? aboutLinkCountry($) ?? unnamedCountry($);
  if (shown !== undefined) return observed(shown);
  return country === undefined
    ? { effective: null, basis: 'none' }
    : { effective: country.toLowerCase(), basis: 'locale' };
}

function observed(country: string): RegionReadBack {
  return { effective: country.toLowerCase(), basis: 'observed' };
}

/** The country's name opens the footer line when it is not the United States ("Spain Madrid - Based on …"). */
function footerCountry($: CheerioAPI, lang: string): string | undefined {
  const footer = $('#fbar').get(0) ?? $('#sfooter').get(0);
  if (footer === undefined) return undefined;
  const text = foldSpace(visibleText(footer, (element) => element.name === 'g-dialog'));
  const head = text.slice(0, 120);
  for (const [name, code] of countryNames(lang)) if (head.startsWith(name)) return code;
  return undefined;
}

/** The footer's place line names every country but the United States (2023 → 2026-02). */
function unnamedCountry($: CheerioAPI): string | undefined {
  return $('#fbar update-location, #sfooter update-location').length > 0 ? 'US' : undefined;
}

const namesByLanguage = new Map<string, [string, string][]>();

function countryNames(lang: string): [string, string][] {
  const language = /^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/.test(lang) ? lang : 'en';
  const known = namesByLanguage.get(language);
  if (known !== undefined) return known;
  const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
  const names: [string, string][] = [];
  for (let first = 65; first <= 90; first++) {
    for (let second = 65; second <= 90; second++) {
      const code = String.fromCharCode(first, second);
      const name = display.of(code);
      if (name !== undefined && isCountryCode(code)) names.push([name, code]);
    }
  }
  names.sort(([left], [right]) => right.length - left.length);
  namesByLanguage.set(language, names);
  return names;
}

function aboutLinkCountry($: CheerioAPI): string | undefined {
  for (const text of aboutLinkPlaces($)) {
    const country = ABOUT_LINK.exec(text)?.[1];
    if (country !== undefined) return country;
  }
  return undefined;
}

/** The link stands in comment payloads (2025-11 →) and in script data (before). */
function* aboutLinkPlaces($: CheerioAPI): Generator<string> {
  for (const root of $('#rcnt, #eKIzJc').toArray()) yield* commentsOf(root);
  for (const script of $('script').toArray()) yield $(script).text();
}
