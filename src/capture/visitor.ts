import { mainPlaceOf, placeOf } from '../contract/place.ts';
import { languageOf, type Region } from '../contract/region.ts';

/** How a browser context presents itself for a region. */
export interface Visitor {
  /** BCP 47, e.g. `de-DE`. */
  locale: string;
  timezoneId: string;
  /** Granted to the page only where a city was asked for. */
  geolocation: { latitude: number; longitude: number } | null;
}

/** The visitor an untargeted capture shows. */
export const UNTARGETED: Visitor = { locale: 'en-US', timezoneId: 'America/New_York', geolocation: null };

/**
 * Locale, time zone and geolocation of a region: its language when given, else the language most used in the country
 * (CLDR likely subtags); the zone of the city, else of the country's most populous city. Pure.
 */
export function visitorOf(region: Region | null): Visitor {
  if (region === null) return UNTARGETED;
  const country = region.country.toUpperCase();
  const language = languageOf(region);
  const locale = language.includes('-') ? language : `${language}-${country}`;
  const place = placeOf(region);
  return {
    locale,
    timezoneId: (place ?? mainPlaceOf(country))?.timezoneId ?? 'UTC',
    geolocation: place === undefined ? null : { latitude: place.latitude, longitude: place.longitude },
  };
}

/** True when two captures may use one freshly opened context. */
export function sameVisitor(a: Visitor, b: Visitor): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
