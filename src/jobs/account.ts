/** The first account of an installation: FLEET_API_KEY and keys made without naming an account belong to it. */
export const DEFAULT_ACCOUNT = 'acct_default';

/** What a key may be allowed to do (specs/edge.md 5). */
export const SCOPES = [
  'search:create',
  'jobs:read',
  'jobs:cancel',
  'artifacts:read',
  'usage:read',
  'webhooks:manage',
  'keys:manage',
] as const;

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
