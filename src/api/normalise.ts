import { ApiError } from '../contract/errors.ts';
import { isCountryCode, isLanguageTag, type Region, regionKey } from '../contract/region.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import { isSurfaceName, SURFACE_NAMES, type SurfaceName } from '../contract/surface-name.ts';
import { type RequestIssue, requestError } from './request-issues.ts';
import { availableSurfaces, type SurfaceCatalog } from './surface-catalog.ts';
import type { AliasBody, SearchBody } from './wire.ts';

/** Regions of one request, and captures that its surfaces, regions and replicates may make. */
export const MAX_REGIONS = 10;
export const MAX_CHILDREN = 90;
const DEFAULT_PRIORITY = 5;

/** Where a body came in. */
export interface Arrival {
  /** The alias route's path parameter; null on `POST /v1/search`. */
  aliasSurface: string | null;
  /** The `Idempotency-Key` header, raw. */
  idempotencyHeader: string | undefined;
  catalog: SurfaceCatalog;
  /** Regions of a body that names none. */
  defaultRegions: readonly (Region | null)[];
}

/**
 * A valid body as the one thing submit knows: aliases and sugar resolved, defaults filled in. Pure. Throws ApiError:
 * all field errors at once, then what the request as a whole cannot have (limits, methods, surfaces, regions).
 */
export function normalise(body: SearchBody | AliasBody, arrival: Arrival): SearchRequest {
  const issues: RequestIssue[] = [];
  const request: SearchRequest = {
    query: queryOf(body, issues),
    surfaces: surfacesOf(body, arrival.aliasSurface, issues),
    regions: regionsOf(body, arrival.defaultRegions, issues),
    method: body.method === 'own-fleet' ? 'own-fleet' : 'auto',
    replicates: body.replicates ?? 1,
    priority: body.priority ?? DEFAULT_PRIORITY,
    idempotencyKey: keyOf(body.idempotencyKey, arrival.idempotencyHeader, issues),
  };
  if (issues.length > 0) throw requestError(issues);
  checkLimits(request);
  checkMethod(body.method, request.surfaces);
  checkAvailable(request, arrival.catalog);
  return request;
}

function issue(path: string, message: string): RequestIssue {
  return { code: 'VALIDATION_FAILED', path, message };
}

function queryOf(body: SearchBody | AliasBody, issues: RequestIssue[]): string {
  const { query, prompt } = body;
  if (query === undefined && prompt === undefined)
    issues.push(issue('query', 'query must be 1-10000 characters.'));
  if (query !== undefined && prompt !== undefined && query !== prompt) {
    issues.push(issue('prompt', 'send query or its alias prompt, not both'));
  }
  return query ?? prompt ?? '';
}

function surfacesOf(
  body: SearchBody | AliasBody,
  alias: string | null,
  issues: RequestIssue[],
): SurfaceName[] {
  const given = body.surfaces ?? [];
  if (alias === null) return known(given, (index) => `surfaces[${index}]`, issues);
  if (given.length > 0 && (given.length > 1 || given[0] !== alias)) {
    issues.push(
      issue(
        'surfaces',
        `surfaces must be omitted on /v1/search/${isSurfaceName(alias) ? alias : '{surface}'}`,
      ),
    );
  }
  return known([alias], () => 'surface', issues);
}

function known(
  names: readonly string[],
  pathOf: (index: number) => string,
  issues: RequestIssue[],
): SurfaceName[] {
  const seen = new Map<SurfaceName, number>();
  for (const [index, name] of names.entries()) {
    if (!isSurfaceName(name)) {
      const message = `surface '${name.slice(0, 100)}' is not supported; valid surfaces: ${SURFACE_NAMES.join(', ')}`;
      issues.push({ code: 'UNSUPPORTED_SURFACE', path: pathOf(index), message });
      continue;
    }
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else issues.push(issue(pathOf(index), `${pathOf(index)} repeats ${pathOf(first)}`));
  }
  return [...seen.keys()];
}

function regionsOf(
  body: SearchBody | AliasBody,
  byDefault: readonly (Region | null)[],
  issues: RequestIssue[],
): (Region | null)[] {
  if ('country' in body && body.country !== undefined) {
    if (body.regions !== undefined) issues.push(issue('country', 'send country or regions, not both'));
    return [regionOf({ country: body.country }, 'country', issues)];
  }
  if (body.regions === undefined) return [...byDefault];
  const given = body.regions;
  const seen = new Map<string, number>();
  return given.map((entry, index) => {
    const path = `regions[${index}]`;
    const region = regionOf(
      typeof entry === 'string' ? { country: entry } : entry,
      `${path}.country`,
      issues,
    );
    const first = seen.get(regionKey(region));
    if (first === undefined) seen.set(regionKey(region), index);
    else issues.push(issue(path, `${path} repeats regions[${first}]`));
    return region;
  });
}

function regionOf(
  given: { country: string; city?: string | undefined; language?: string | undefined },
  countryPath: string,
  issues: RequestIssue[],
): Region {
  const country = given.country.toUpperCase();
  if (!isCountryCode(country))
    issues.push(issue(countryPath, `${countryPath} must be an ISO 3166-1 alpha-2 code`));
  if (given.language !== undefined && !isLanguageTag(given.language)) {
    const path = countryPath.replace(/country$/, 'language');
    issues.push(issue(path, `${path} must be a BCP 47 tag with an ISO 639-1 language, such as de or pt-BR`));
  }
  return {
    country,
    ...(given.city === undefined ? {} : { city: given.city }),
    ...(given.language === undefined || !isLanguageTag(given.language)
      ? {}
      : { language: new Intl.Locale(given.language).toString() }),
  };
}

/** The body's key, or the header's: a plain text, or a structured-field string in quotes. */
export function keyOf(
  body: string | undefined,
  header: string | undefined,
  issues: RequestIssue[],
): string | null {
  if (header === undefined) return body ?? null;
  const key = /^"(.*)"$/s.exec(header)?.[1] ?? header;
  if (!/^[\x20-\x7E]{1,255}$/.test(key)) {
    issues.push(issue('Idempotency-Key', 'idempotencyKey must be 1-255 printable ASCII characters'));
  } else if (body !== undefined && body !== key) {
    issues.push(issue('idempotencyKey', 'Idempotency-Key header and idempotencyKey differ'));
  }
  return key;
}

/** How many children a request makes. */
export function captureCount(request: SearchRequest): number {
  return request.surfaces.length * request.regions.length * request.replicates;
}

function checkLimits(request: SearchRequest): void {
  const regions = request.regions.length;
  const children = captureCount(request);
  if (regions > MAX_REGIONS) {
    throw new ApiError(
      'TOO_MANY_REGIONS',
      `${regions} regions requested; at most ${MAX_REGIONS} per request`,
    );
  }
  if (children > MAX_CHILDREN) {
    throw new ApiError(
      'TOO_MANY_CHILDREN',
      `${children} captures requested; at most ${MAX_CHILDREN} per request`,
    );
  }
}

function checkMethod(method: SearchBody['method'], surfaces: readonly SurfaceName[]): void {
  if (method === undefined || method === 'auto' || method === 'own-fleet') return;
  throw new ApiError(
    'UNSUPPORTED_METHOD_FOR_SURFACE',
    `method '${method}' is not supported on ${surfaces.join(', ')}; supported: own-fleet`,
  );
}

function checkAvailable(request: SearchRequest, catalog: SurfaceCatalog): void {
  for (const surface of request.surfaces) {
    const entry = catalog.find((candidate) => candidate.name === surface);
    if (entry === undefined || !entry.available) {
      throw new ApiError(
        'UNSUPPORTED_SURFACE',
        `surface '${surface}' is not available on this server yet; available: ${availableSurfaces(catalog).join(', ')}`,
      );
    }
    const { regions } = entry;
    if (regions === 'any') continue;
    const missing = request.regions.find((region) => region !== null && !regions.includes(region.country));
    if (missing) {
      throw new ApiError(
        'UNSUPPORTED_REGION',
        `surface '${surface}' is not available in '${missing.country}'; available: ${regions.join(', ')}`,
      );
    }
  }
}
