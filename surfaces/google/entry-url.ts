import { canonicalPlaceName, placeOf } from '../../src/contract/place.ts';
import { languageOf, type Region } from '../../src/contract/region.ts';
import type { SurfaceRequest } from '../../src/contract/surface.ts';
import { uule } from './uule.ts';

/** Every host of the four surfaces; country domains act as www.google.com with `gl` (google_search.md 1, 2026-11). */
export const GOOGLE_HOSTS = [
  'www.google.com',
  'google.com',
  'consent.google.com',
  'news.google.com',
] as const;

/** Languages whose Google UI name carries a country. */
const REGIONAL_UI: Readonly<Record<string, string>> = {
  'pt-BR': 'pt-BR',
  'pt-PT': 'pt-PT',
  'zh-CN': 'zh-CN',
  'zh-SG': 'zh-CN',
  'zh-TW': 'zh-TW',
  'zh-HK': 'zh-HK',
};

/**
 * The UI language (`hl`) for a region: the one asked for, else the country's most likely language (CLDR likely
 * subtags), else English.
 */
export function uiLanguage(region: Region | null): string {
  if (region === null) return 'en';
  const language = languageOf(region);
  return REGIONAL_UI[`${language}-${region.country}`] ?? language;
}

/**
 * The address of a results page (google_search.md 1): `q`, `hl`, `gl`, no personalisation, and `uule` when a city is
 * asked. `extra` adds a vertical (`udm`, `tbm`). `num` is dead since 2025-09 and never sent.
 */
export function searchUrl(request: SurfaceRequest, extra: Readonly<Record<string, string>> = {}): string {
  const { query, region } = request;
  const url = new URL('https://www.google.com/search');
  url.searchParams.set('q', query);
  url.searchParams.set('hl', uiLanguage(region));
  if (region !== null) url.searchParams.set('gl', region.country.toLowerCase());
  url.searchParams.set('pws', '0');
  for (const [name, value] of Object.entries(extra)) url.searchParams.set(name, value);
  if (region?.city !== undefined) url.searchParams.set('uule', uule(canonicalPlace(region, region.city)));
  return url.href;
}

/** The place by Google's canonical name; a city that the list does not know gets its country, the most there is. */
function canonicalPlace(region: Region, city: string): string {
  if (city.includes(',')) return city.replace(/\s*,\s*/g, ',');
  const place = placeOf(region);
  if (place !== undefined) return canonicalPlaceName(place);
  const country = new Intl.DisplayNames(['en'], { type: 'region' }).of(region.country) ?? region.country;
  return `${city},${country}`;
}
