import type { Envelope } from './envelope.ts';
import { type ChildId, type ChildIdParts, formatChildId, parseChildId } from './ids.ts';
import { GLOBAL_REGION_KEY, type Region } from './region.ts';

/** Dates of the dialects this server speaks, the default first (specs/edge.md 1.3, 15.1). */
export const API_VERSIONS = ['2026-06-27', '2026-06-01'] as const;

export type ApiVersion = (typeof API_VERSIONS)[number];

/** What a request speaks that names no version and whose key has none pinned. */
export const DEFAULT_VERSION: ApiVersion = '2026-06-27';

/** Narrows a text to a dialect we speak. */
export function isApiVersion(text: string): text is ApiVersion {
  return (API_VERSIONS as readonly string[]).includes(text);
}

/** Where the dialects differ in what a request means; how answers look is in `api/presenters`. */
export interface DialectRules {
  /** How one capture without webhook is answered on `POST /v1/search` when the request does not say. */
  oneCapture: 'sync' | 'async';
  /** Whether a request may wait for several captures. */
  syncTakesSeveral: boolean;
  /** Status of an async replay. */
  replayStatus: 200 | 202;
  /** Regions of a request that names none; `null` is one untargeted child. */
  defaultRegions: readonly (Region | null)[];
  /** Whether child ids carry the method. */
  methodInChildId: boolean;
  /** Case of the country in region keys. */
  country: 'lower' | 'upper';
}

export const DIALECT_RULES: Readonly<Record<ApiVersion, DialectRules>> = {
  '2026-06-27': {
    oneCapture: 'sync',
    syncTakesSeveral: true,
    replayStatus: 202,
    defaultRegions: [null],
    methodInChildId: true,
    country: 'lower',
  },
  '2026-06-01': {
    oneCapture: 'async',
    syncTakesSeveral: false,
    replayStatus: 200,
    defaultRegions: [{ country: 'US' }],
    methodInChildId: false,
    country: 'upper',
  },
};

/** A child id as a dialect writes it; both forms are accepted everywhere. */
export function dialectChildId(version: ApiVersion, id: string): string {
  if (DIALECT_RULES[version].methodInChildId) return id;
  const parts = parseChildId(id);
  return parts === undefined ? id : withoutMethod(parts);
}

function withoutMethod(parts: ChildIdParts): string {
  const full: ChildId = formatChildId(parts);
  return full.replace(`.${parts.method}.`, '.');
}

/** A region key as a dialect writes it: `us:new-york` or `US:new-york`; GLOBAL in both. */
export function dialectRegion(version: ApiVersion, key: string): string {
  if (DIALECT_RULES[version].country === 'lower' || key === GLOBAL_REGION_KEY) return key;
  const [country = '', ...rest] = key.split(':');
  return [country.toUpperCase(), ...rest].join(':');
}

/** An Envelope as a dialect writes it, for answers and webhooks alike. Pure; the default dialect's is the stored one. */
export function dialectEnvelope(version: ApiVersion, envelope: Envelope): Envelope {
  if (version === DEFAULT_VERSION) return envelope;
  const { job, provenance } = envelope;
  const region = (key: string | null): string | null => (key === null ? null : dialectRegion(version, key));
  return {
    ...envelope,
    job: { ...job, id: dialectChildId(version, job.id), region: dialectRegion(version, job.region) },
    provenance: {
      ...provenance,
      region: {
        ...provenance.region,
        requested: region(provenance.region.requested),
        effective: region(provenance.region.effective),
      },
    },
  };
}
