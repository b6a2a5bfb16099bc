import cities from 'city-timezones';
import { z } from 'zod';
import { countryName } from './countries.ts';
import type { Region } from './region.ts';

/** A place on the map, as far as a region names one. */
export interface Place {
  city: string;
  province: string | null;
  /** English name of the country, as Google's geotargets list writes it. */
  countryName: string;
  latitude: number;
  longitude: number;
  timezoneId: string;
}

const citySchema = z.object({
  city: z.string(),
  city_ascii: z.string(),
  lat: z.number(),
  lng: z.number(),
  pop: z.number().nullish(),
  iso2: z.string(),
  province: z.string().nullish(),
  timezone: z.string().nullish(),
});
type City = z.infer<typeof citySchema>;

const byCountry = new Map<string, City[]>();

/** The cities of a country, most populous first (list of city-timezones 1.3, 7 300 cities of 2019). */
function citiesOf(country: string): City[] {
  const known = byCountry.get(country);
  if (known !== undefined) return known;
  const found = cities.cityMapping
    .filter((row) => row.iso2 === country && typeof row.timezone === 'string')
    .map((row) => citySchema.parse(row))
    .sort((a, b) => (b.pop ?? 0) - (a.pop ?? 0));
  byCountry.set(country, found);
  return found;
}

const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The city a region asks for, or undefined when it asks for none or the list does not have it. */
export function placeOf(region: Region): Place | undefined {
  if (region.city === undefined) return undefined;
  const wanted = plain(region.city);
  const city = citiesOf(region.country).find(
    (row) => plain(row.city) === wanted || plain(row.city_ascii) === wanted,
  );
  return city && toPlace(city);
}

/** The most populous city of a country: where most of its people look at the clock. Undefined for uninhabited codes. */
export function mainPlaceOf(country: string): Place | undefined {
  const [city] = citiesOf(country);
  return city && toPlace(city);
}

function toPlace(city: City): Place {
  return {
    city: city.city_ascii,
    province: city.province ?? null,
    countryName: countryName(city.iso2) ?? city.iso2,
    latitude: city.lat,
    longitude: city.lng,
    timezoneId: city.timezone ?? 'UTC',
  };
}

/**
 * Google's canonical name of a place, `Boston,Massachusetts,United States` (google_search.md 5; country names as in
 * its geotargets list, 2026-11).
 */
export function canonicalPlaceName(place: Place): string {
  const country = place.countryName === 'United States of America' ? 'United States' : place.countryName;
  return [place.city, place.province, country].filter((part) => part !== null && part !== '').join(',');
}
