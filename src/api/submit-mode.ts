import type { DialectRules } from '../contract/dialect.ts';
import { requestError } from './request-issues.ts';

/** What a `Prefer` header asks (RFC 7240); preferences we do not know, or cannot read, are ignored as it demands. */
export interface Preference {
  /** Seconds; `default` for a bare `wait`. */
  wait: number | 'default' | undefined;
  respondAsync: boolean;
}

const MIN_WAIT_S = 1;
const MAX_WAIT_S = 120;

/** Reads `Prefer`, given as one line (several header lines joined by commas). */
export function parsePrefer(header: string | undefined): Preference {
  const preference: Preference = { wait: undefined, respondAsync: false };
  for (const part of (header ?? '').split(',')) {
    const [name, value] = (part.split(';')[0] ?? '').split('=').map((text) => text.trim().toLowerCase());
    if (name === 'respond-async') preference.respondAsync = true;
    if (name === 'wait' && preference.wait === undefined) preference.wait = waitOf(value);
  }
  return preference;
}

function waitOf(value: string | undefined): Preference['wait'] {
  if (value === undefined || value === '') return 'default';
  const seconds = /^"?(\d{1,9})"?$/.exec(value)?.[1];
  return seconds === undefined ? undefined : Math.min(MAX_WAIT_S, Math.max(MIN_WAIT_S, Number(seconds)));
}

export type SubmitMode =
  | { kind: 'async'; applied: string | undefined }
  | {
      kind: 'sync';
      waitS: number;
      /** When the wait is over: 504, or 202 as `respond-async` asks. */
      onTimeout: 'timeout' | 'accepted';
      applied: string | undefined;
    };

/** What decides how a submit is answered. */
export interface ModeAsked {
  rules: DialectRules;
  mode: 'sync' | 'async' | undefined;
  prefer: Preference;
  children: number;
  /** Whether it came in on `/v1/search/:surface`, where one capture is sync in every dialect. */
  alias: boolean;
  webhook: boolean;
  defaultWaitS: number;
}

/**
 * How a submit is answered. A webhook forces async; an explicit `mode` wins over `Prefer`; without either, several
 * captures run async, and one as its dialect has it. `applied` is the answer's `Preference-Applied`. Throws
 * VALIDATION_FAILED when a dialect whose sync answer is one Envelope is asked to wait for several.
 */
export function resolveMode(asked: ModeAsked): SubmitMode {
  const { rules, mode, prefer, children, defaultWaitS } = asked;
  if (mode === 'async' || asked.webhook) return { kind: 'async', applied: undefined };
  if (mode === 'sync' || prefer.wait !== undefined) {
    if (children > 1 && !rules.syncTakesSeveral) {
      const message = 'sync takes one surface and one region';
      throw requestError([{ code: 'VALIDATION_FAILED', path: 'mode', message }]);
    }
    const waitS = typeof prefer.wait === 'number' ? prefer.wait : defaultWaitS;
    const onTimeout = prefer.respondAsync ? 'accepted' : 'timeout';
    const applied = [
      ...(prefer.respondAsync ? ['respond-async'] : []),
      ...(prefer.wait === undefined ? [] : [`wait=${waitS}`]),
    ];
    return { kind: 'sync', waitS, onTimeout, applied: applied.length > 0 ? applied.join(', ') : undefined };
  }
  if (prefer.respondAsync) return { kind: 'async', applied: 'respond-async' };
  const byDefault = asked.alias ? 'sync' : rules.oneCapture;
  if (children > 1 || byDefault === 'async') return { kind: 'async', applied: undefined };
  return { kind: 'sync', waitS: defaultWaitS, onTimeout: 'timeout', applied: undefined };
}
