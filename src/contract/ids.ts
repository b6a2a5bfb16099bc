import { GLOBAL_REGION_KEY } from './region.ts';
import { type FleetSurface, isSurfaceName, type SurfaceName } from './surface-name.ts';

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** A parent job: `job_` + 26 lower-case base32 characters, no dots. */
export type JobId = Brand<string, 'JobId'>;
/** A child job: `<jobId>.<surface>.<method>.<regionKey>[.r<n>]`. */
export type ChildId = Brand<string, 'ChildId'>;
/** One HTTP request: `req_` + 32 hex digits, or the client's own `X-Request-Id`. */
export type RequestId = Brand<string, 'RequestId'>;

export type Method = 'own-fleet';

/** What a child id says. */
export interface ChildIdParts {
  jobId: JobId;
  surface: SurfaceName;
  method: Method;
  regionKey: string;
  /** 1 for the only or first replicate. */
  replicate: number;
}

const JOB_ID = /^job_[a-z0-9]{4,40}$/;
const REGION_KEY = /^(?:GLOBAL|[\p{L}\p{N}-]*(?::[\p{L}\p{N}-]*){0,2})$/u;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Narrows a string that has the grammar of a parent job id. */
export function isJobId(value: string): value is JobId {
  return JOB_ID.test(value);
}

/** Narrows a string that may be echoed as a request id (edge.md 1.4: never reflect a raw header). */
export function isRequestId(value: string): value is RequestId {
  return REQUEST_ID.test(value);
}

/** The child's id. Replicate 1 has no fifth segment (edge.md 15.4). */
export function formatChildId(parts: Omit<ChildIdParts, 'surface'> & { surface: FleetSurface }): ChildId {
  const base = `${parts.jobId}.${parts.surface}.${parts.method}.${parts.regionKey}`;
  return (parts.replicate > 1 ? `${base}.r${parts.replicate}` : base) as ChildId;
}

/**
 * Reads a child id in its four-segment form, or the three-segment form of the older dialect
 * (`job.surface.region`); the region is matched without case. Returns undefined when the text is no child id.
 */
export function parseChildId(text: string): ChildIdParts | undefined {
  const [jobId, surface, ...rest] = text.split('.');
  if (jobId === undefined || surface === undefined || !isJobId(jobId) || !isSurfaceName(surface))
    return undefined;
  if (rest[0] === 'own-fleet') rest.shift();
  const [region, replicateText, ...extra] = rest;
  if (region === undefined || extra.length > 0 || !REGION_KEY.test(region)) return undefined;
  const replicate =
    replicateText === undefined ? 1 : Number(/^r([1-9]\d?)$/.exec(replicateText)?.[1] ?? Number.NaN);
  if (Number.isNaN(replicate)) return undefined;
  const key = region.toUpperCase() === GLOBAL_REGION_KEY ? GLOBAL_REGION_KEY : region.toLowerCase();
  return { jobId, surface, method: 'own-fleet', regionKey: key, replicate };
}
