import type { Region } from '../contract/region.ts';

/** How a browser context presents itself for a region. */
export interface Visitor {
  /** BCP 47, e.g. `de-DE`. */
  locale: string;
  timezoneId: string;
}

/** The zone most people live in, for countries with several (IANA tz database 2026a). */
const MAIN_ZONE: Readonly<Record<string, string>> = {
  AR: 'America/Argentina/Buenos_Aires',
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CD: 'Africa/Kinshasa',
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  CY: 'Asia/Nicosia',
  DE: 'Europe/Berlin',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  FR: 'Europe/Paris',
  GB: 'Europe/London',
  ID: 'Asia/Jakarta',
  KZ: 'Asia/Almaty',
  MN: 'Asia/Ulaanbaatar',
  MX: 'America/Mexico_City',
  MY: 'Asia/Kuala_Lumpur',
  NZ: 'Pacific/Auckland',
  PT: 'Europe/Lisbon',
  RU: 'Europe/Moscow',
  UA: 'Europe/Kyiv',
  US: 'America/New_York',
  UZ: 'Asia/Tashkent',
};

/** The visitor an untargeted capture shows. */
export const UNTARGETED: Visitor = { locale: 'en-US', timezoneId: 'America/New_York' };

/**
 * Locale and time zone of a region: its language when given, else the language most used in the country (CLDR likely
 * subtags); its main time zone. Pure.
 */
export function visitorOf(region: Region | null): Visitor {
  if (region === null) return UNTARGETED;
  const country = region.country.toUpperCase();
  const likely = new Intl.Locale(`und-${country}`).maximize().language;
  const language = region.language ?? likely;
  const locale = language.includes('-') ? language : `${language}-${country}`;
  return { locale, timezoneId: MAIN_ZONE[country] ?? firstZone(country) ?? 'UTC' };
}

function firstZone(country: string): string | undefined {
  const locale: Intl.Locale & { getTimeZones?: () => string[] | undefined } = new Intl.Locale(
    `und-${country}`,
  );
  return locale.getTimeZones?.()?.[0];
}
