import type { FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import type { Caller, Scope } from '../jobs/account.ts';
import type { KeyRing } from '../jobs/api-key-check.ts';
import type { AuthFailures } from './auth-failures.ts';

export interface Authentication {
  keys: Pick<KeyRing, 'check' | 'isFamiliar'>;
  failures: AuthFailures;
}

/**
 * Finds the caller of a request by its bearer key; throws AUTH_MISSING, AUTH_INVALID, FORBIDDEN for a suspended account,
 * and RATE_LIMIT_EXCEEDED for an address that presented too many bad keys: then nothing is looked up any more, except
 * for keys that were good here a moment ago. Reads headers only, never the body.
 */
export async function authenticate(
  { raw, ip }: Pick<FastifyRequest, 'raw' | 'ip'>,
  { keys, failures }: Authentication,
): Promise<Caller> {
  // Node keeps only the first of two Authorization headers; the raw list shows both.
  const given = raw.rawHeaders.filter((name, index) => index % 2 === 0 && /^authorization$/i.test(name));
  if (given.length === 0) {
    throw new ApiError(
      'AUTH_MISSING',
      "missing Authorization header; send 'Authorization: Bearer <API_KEY>'",
    );
  }
  const bearer = /^bearer +(\S+)$/i.exec(raw.headers.authorization?.trim() ?? '')?.[1];
  const key = given.length === 1 ? bearer : undefined;
  const waitMs = failures.waitMs(ip);
  if (waitMs > 0 && (key === undefined || !keys.isFamiliar(key)))
    throw tooManyFailures(failures.quota, waitMs);
  const caller = key === undefined ? undefined : await keys.check(key);
  if (caller === undefined) {
    failures.note(ip);
    throw new ApiError('AUTH_INVALID', 'API key is malformed, unknown or revoked');
  }
  if (caller.suspended) throw new ApiError('FORBIDDEN', 'API access is not enabled for this account');
  return caller;
}

function tooManyFailures(quota: number, waitMs: number): ApiError {
  const seconds = Math.ceil(waitMs / 1000);
  return new ApiError(
    'RATE_LIMIT_EXCEEDED',
    `more than ${quota} refused API keys per 60 s from this address; retry in ${seconds} s`,
    { headers: { 'retry-after': String(seconds) } },
  );
}

/** Throws INSUFFICIENT_SCOPE when a key may not do what a route needs. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope)) return;
  throw new ApiError('INSUFFICIENT_SCOPE', `API key is missing scope '${scope}'`);
}
