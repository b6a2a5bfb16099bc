/** The first account of an installation: FLEET_API_KEY and keys made without naming an account belong to it. */
export const DEFAULT_ACCOUNT = 'acct_default';

/** What a key may be allowed to do in our own API (specs/edge.md 5). */
export const OWN_SCOPES = [
  'search:create',
  'jobs:read',
  'jobs:cancel',
  'artifacts:read',
  'usage:read',
  'webhooks:manage',
  'keys:manage',
] as const;

/** Scopes of the content-intelligence front, in the words of its reference. */
export const CONTENT_SCOPES = [
  'runs:read',
  'content_intelligence:runs:create',
  'content_intelligence:content:score',
  'pages:content:serialize',
] as const;

/** Scopes of the report-runs front, in the words of its reference. */
export const REPORT_SCOPES = [
  'read:meta',
  'read:brands',
  'write:brands',
  'read:reports',
  'write:reports',
  'write:prompts',
  'read:jobs',
  'write:jobs',
  'read:citations',
] as const;

/** All that a key may be allowed to do, on every front. */
export const SCOPES = [...OWN_SCOPES, ...CONTENT_SCOPES, ...REPORT_SCOPES] as const;

export type Scope = (typeof SCOPES)[number];

/** `test` keys capture from the stage and cost nothing. */
export const KEY_MODES = ['live', 'test'] as const;

export type KeyMode = (typeof KEY_MODES)[number];

/** Who asks: taken from the API key, never from the request. */
export interface Caller {
  accountId: string;
  /** Null for work that no key asked for (the fleet's own commands, tests). */
  keyId: string | null;
  scopes: readonly Scope[];
  mode: KeyMode;
  /** Dialect this key speaks when a request names none; null: the server's default. */
  versionPin: string | null;
  /** Its account may do nothing at all: the feature `api` was taken from it. */
  suspended: boolean;
}

/** Somebody of an account who may do everything, without a key. */
export function ownerOf(accountId: string): Caller {
  return { accountId, keyId: null, scopes: SCOPES, mode: 'live', versionPin: null, suspended: false };
}
