import { ApiError } from '../contract/errors.ts';
import { isCountryCode } from '../contract/region.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import { isSurfaceName, SURFACE_NAMES, type SurfaceName } from '../contract/surface-name.ts';
import { type AnalysisBody, PROVIDER_ALIASES } from './analysis-wire.ts';
import { keyOf } from './normalise.ts';
import { type RequestIssue, requestError } from './request-issues.ts';
import { availableSurfaces, type SurfaceCatalog } from './surface-catalog.ts';

const MAX_LOCATIONS = 10;
/** Captures of one analysis. */
export const MAX_CAPTURES = 500;
const PRIORITY = 5;

/**
 * An analysis as the search it stands for. Pure. Throws ApiError: VALIDATION_FAILED and UNSUPPORTED_SURFACE with all
 * details, TOO_MANY_REGIONS, TOO_MANY_CHILDREN, and UNSUPPORTED_REGION that details every impossible pair.
 */
export function analysisRequest(
  body: AnalysisBody,
  idempotencyHeader: string | undefined,
  catalog: SurfaceCatalog,
): SearchRequest {
  const issues: RequestIssue[] = [];
  const providers = body.providers.map((name) => PROVIDER_ALIASES[name] ?? name);
  const surfaces = providers.filter(isSurfaceName);
  checkProviders(providers, issues);
  const countries = body.locations.map((location) => location.toUpperCase());
  checkLocations(countries, issues);
  const idempotencyKey = keyOf(undefined, idempotencyHeader, issues);
  if (issues.length > 0) throw requestError(issues);
  checkSize(body);
  checkPairs(surfaces, countries, catalog);
  return {
    query: body.prompt,
    surfaces,
    regions: countries.map((country) => ({ country })),
    method: 'auto',
    replicates: body.replicates,
    priority: PRIORITY,
    idempotencyKey,
  };
}

function checkProviders(providers: readonly string[], issues: RequestIssue[]): void {
  for (const [index, name] of providers.entries()) {
    const path = `providers[${index}]`;
    if (!isSurfaceName(name)) {
      const message = `provider '${name.slice(0, 100)}' is not supported; valid providers: ${SURFACE_NAMES.join(', ')}`;
      issues.push({ code: 'UNSUPPORTED_SURFACE', path, message });
    } else checkRepeated('providers', providers, index, issues);
  }
}

function checkLocations(countries: readonly string[], issues: RequestIssue[]): void {
  for (const [index, country] of countries.entries()) {
    const path = `locations[${index}]`;
    if (!isCountryCode(country)) {
      const message = `${path} must be an ISO 3166-1 alpha-2 code`;
      issues.push({ code: 'VALIDATION_FAILED', path, message });
    } else checkRepeated('locations', countries, index, issues);
  }
}

function checkRepeated(
  field: string,
  values: readonly string[],
  index: number,
  issues: RequestIssue[],
): void {
  const first = values.indexOf(values[index] ?? '');
  if (first === index) return;
  const path = `${field}[${index}]`;
  issues.push({ code: 'VALIDATION_FAILED', path, message: `${path} repeats ${field}[${first}]` });
}

function checkSize({ replicates, providers, locations }: AnalysisBody): void {
  if (locations.length > MAX_LOCATIONS) {
    const message = `${locations.length} locations requested; at most ${MAX_LOCATIONS} per request`;
    throw new ApiError('TOO_MANY_REGIONS', message);
  }
  const captures = replicates * providers.length * locations.length;
  if (captures > MAX_CAPTURES) {
    throw new ApiError(
      'TOO_MANY_CHILDREN',
      `${captures} captures requested; at most ${MAX_CAPTURES} per analysis`,
    );
  }
}

function checkPairs(
  surfaces: readonly SurfaceName[],
  countries: readonly string[],
  catalog: SurfaceCatalog,
): void {
  const served = availableSurfaces(catalog);
  const missing = surfaces.find((surface) => !served.includes(surface));
  if (missing !== undefined) {
    throw new ApiError(
      'UNSUPPORTED_SURFACE',
      `provider '${missing}' is not available on this server yet; available: ${served.join(', ')}`,
    );
  }
  const refused = surfaces.flatMap((surface) => {
    const regions = catalog.find((entry) => entry.name === surface)?.regions ?? 'any';
    if (regions === 'any') return [];
    const impossible = countries.flatMap((country, index) =>
      regions.includes(country) ? [] : [{ country, index }],
    );
    return impossible.map(({ country, index }) => ({
      path: `locations[${index}]`,
      message: `provider '${surface}' is not available in '${country}'; available: ${regions.join(', ')}`,
    }));
  });
  const [first] = refused;
  if (first !== undefined)
    throw new ApiError('UNSUPPORTED_REGION', first.message, { details: refused.slice(0, 20) });
}
