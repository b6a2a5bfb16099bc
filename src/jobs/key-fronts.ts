import { CONTENT_SCOPES, REPORT_SCOPES, type Scope } from './account.ts';

/** The APIs of others that are served here; each has clients that know only its own keys and paths. */
export const FRONT_NAMES = ['sellm', 'sleepwalker', 'rankprompt'] as const;

export type FrontName = (typeof FRONT_NAMES)[number];

interface KeyFront {
  /** How a key for this front begins: its clients look at it (specs/analysis.md A). */
  prefix: string;
  /** What such a key may do unless told otherwise. */
  scopes: readonly Scope[];
}

/** Keys of one store, written as the clients of each front expect them. */
export const KEY_FRONTS: Readonly<Record<FrontName, KeyFront>> = {
  sellm: { prefix: 'sellm_', scopes: ['search:create', 'jobs:read'] },
  sleepwalker: { prefix: 'sw_api_live_', scopes: CONTENT_SCOPES },
  rankprompt: { prefix: 'rp_live_', scopes: REPORT_SCOPES },
};
