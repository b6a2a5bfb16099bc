import languages from 'iso-639-1';
import { z } from 'zod';
import { countryCodes } from './countries.ts';

/** Where a capture is asked to run. `null` in its place means untargeted (GLOBAL). */
export const regionSchema = z.strictObject({
  country: z.string().describe('ISO 3166-1 alpha-2, upper case'),
  city: z.string().optional(),
  language: z.string().optional().describe('BCP 47 language tag'),
});

export type Region = z.infer<typeof regionSchema>;

/** The region key of an untargeted child. */
export const GLOBAL_REGION_KEY = 'GLOBAL';

function slug(part: string): string {
  return part
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

/**
 * The key of a region inside a child id: lower-cased `country[:city][:language]`, each part a slug, or
 * `GLOBAL`. A language without a city keeps the empty place (`de::en`), so the key reads back unambiguously.
 */
export function regionKey(region: Region | null): string {
  if (region === null) return GLOBAL_REGION_KEY;
  const parts = [slug(region.country)];
  if (region.city !== undefined || region.language !== undefined) parts.push(slug(region.city ?? ''));
  if (region.language !== undefined) parts.push(slug(region.language));
  return parts.join(':');
}

/** True for what may be the name of a city: 1 to 60 UTF-16 units with a letter or digit in them. */
export function isPlaceName(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text) && text.length <= 60;
}

const COUNTRY_CODES = new Set(countryCodes());

/** True for an ISO 3166-1 alpha-2 country code in upper case (list of i18n-iso-countries). */
export function isCountryCode(code: string): boolean {
  return COUNTRY_CODES.has(code);
}

/** True for a BCP 47 tag whose language is in ISO 639-1 (list of iso-639-1), such as `de`, `pt-BR`, `zh-Hant-TW`. */
export function isLanguageTag(tag: string): boolean {
  const match = /^([a-z]{2})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?$/i.exec(tag);
  return match?.[1] !== undefined && languages.validate(match[1].toLowerCase());
}

/** Countries whose visitors mostly use the web in English although CLDR names another language first. */
const ENGLISH_WEB = new Set(['IN', 'PH', 'NG', 'KE', 'GH', 'PK', 'ZA', 'MT', 'SG']);

/** The language of a region: the one asked for, else the one most used there (CLDR likely subtags). */
export function languageOf(region: Region): string {
  if (region.language !== undefined) return region.language;
  if (ENGLISH_WEB.has(region.country)) return 'en';
  return new Intl.Locale(`und-${region.country}`).maximize().language;
}
