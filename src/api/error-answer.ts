import type { ApiVersion } from '../contract/dialect.ts';
import { API_ERRORS, ApiError, FleetError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import { errorCode } from '../platform/database-error.ts';
import { presenterOf } from './presenters/index.ts';

/** Bytes of a body at most. */
export const BODY_LIMIT = 262_144;
export const MAX_PARAM_LENGTH = 512;

/** An error as it goes out. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** Errors of Fastify 5.12 that have a code of the catalogue (read in lib/errors.js, 2026-11). */
const FROM_FASTIFY: Readonly<Record<string, () => ApiError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ApiError('PAYLOAD_TOO_LARGE', `request body exceeds ${BODY_LIMIT} bytes`, {
      headers: { connection: 'close' },
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ApiError('UNSUPPORTED_MEDIA_TYPE', 'send Content-Type: application/json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new ApiError('BAD_REQUEST', 'malformed HTTP request'),
  FST_ERR_BAD_URL: () => new ApiError('BAD_URL', 'path is not valid percent-encoded UTF-8'),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new ApiError('URI_TOO_LONG', `path segment exceeds ${MAX_PARAM_LENGTH} characters`),
};

/** The server cannot work now: it drains, or its database is away. */
export function unavailable(cause?: unknown): ApiError {
  return new ApiError('SERVICE_UNAVAILABLE', 'Service temporarily unavailable, please retry', {
    headers: { 'retry-after': '2' },
    cause,
  });
}

/** Any thrown value as an error of the catalogue. What is not known is INTERNAL_ERROR, and its message stays inside. */
export function toApiError(error: unknown, requestId: RequestId): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof FleetError && error.code === 'DATABASE_UNAVAILABLE') return unavailable(error);
  const known = FROM_FASTIFY[errorCode(error) ?? ''];
  if (known !== undefined) return known();
  return new ApiError('INTERNAL_ERROR', `an unexpected error occurred; quote request_id ${requestId}`, {
    cause: error,
  });
}

/** An error as its dialect writes it, with the headers every error carries. `origin` is where our docs are served. */
export function errorAnswer(
  error: ApiError,
  context: { requestId: RequestId; origin: string; version: ApiVersion },
): ErrorAnswer {
  const { retryable } = API_ERRORS[error.code];
  return {
    status: error.status,
    headers: {
      ...standardHeaders(context.requestId, context.version),
      'content-type': 'application/json; charset=utf-8',
      'x-should-retry': String(retryable),
      ...(error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...error.headers,
    },
    body: presenterOf(context.version).error(error, {
      requestId: context.requestId,
      docs: `${context.origin}/docs`,
    }),
  };
}

/** Headers of every response, errors or not. */
export function standardHeaders(requestId: RequestId, version: ApiVersion): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-aisearch-version': version,
    vary: 'X-AISearch-Version',
    'cache-control': 'no-store',
  };
}
