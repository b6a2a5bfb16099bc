import type { IncomingMessage } from 'node:http';
import { ApiError } from '../contract/errors.ts';
import type { Caller, Scope } from '../jobs/account.ts';
import type { KeyCheck } from '../jobs/api-key-check.ts';

/**
 * Finds the caller of a request by its bearer key; throws AUTH_MISSING, AUTH_INVALID, and FORBIDDEN for a suspended
 * account. Reads headers only, never the body.
 */
export async function authenticate(request: IncomingMessage, check: KeyCheck): Promise<Caller> {
  // Node keeps only the first of two Authorization headers; the raw list shows both.
  const given = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^authorization$/i.test(name));
  if (given.length === 0) {
    throw new ApiError(
      'AUTH_MISSING',
      "missing Authorization header; send 'Authorization: Bearer <API_KEY>'",
    );
  }
  const key = /^bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];
  const caller = given.length === 1 && key !== undefined ? await check(key) : undefined;
  if (caller === undefined) throw new ApiError('AUTH_INVALID', 'API key is malformed, unknown or revoked');
  if (caller.suspended) throw new ApiError('FORBIDDEN', 'API access is not enabled for this account');
  return caller;
}

/** Throws INSUFFICIENT_SCOPE when a key may not do what a route needs. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope)) return;
  throw new ApiError('INSUFFICIENT_SCOPE', `API key is missing scope '${scope}'`);
}
