import type { FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import type { Caller } from '../jobs/account.ts';

/** Who asks, on a route behind authentication. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new ApiError('AUTH_INVALID', 'API key is malformed, unknown or revoked');
  return request.caller;
}
