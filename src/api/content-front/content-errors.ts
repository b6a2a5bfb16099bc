import { z } from 'zod';
import { ApiError, type ApiErrorCode } from '../../contract/errors.ts';
import type { RequestId } from '../../contract/ids.ts';
import { money } from './present-run.ts';

/** Values of `reason` that the reference names, and ours for what it leaves open (specs/analysis.md A.2). */
const REASONS: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  AUTH_MISSING: 'invalid_api_key',
  AUTH_INVALID: 'invalid_api_key',
  INSUFFICIENT_SCOPE: 'missing_scope',
  FORBIDDEN: 'user_suspended',
  INSUFFICIENT_CREDITS: 'insufficient_credits',
  NOT_FOUND: 'not_found',
  METHOD_NOT_ALLOWED: 'method_not_allowed',
  IDEMPOTENCY_CONFLICT: 'idempotency_conflict',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
  RATE_LIMIT_EXCEEDED: 'rate_limited',
  SERVICE_UNAVAILABLE: 'unavailable',
  INTERNAL_ERROR: 'internal_error',
};

export const contentErrorSchema = z
  .looseObject({
    detail: z.looseObject({
      reason: z.string(),
      error: z.string().describe('The same as reason.'),
      message: z.string(),
      request_id: z.string(),
      errors: z.array(z.strictObject({ path: z.string(), message: z.string() })),
    }),
  })
  .meta({ id: 'ContentError' });

/** Details of an error that stand in `detail` as they are: `required_scope`, `estimated_credits`, … */
function factsOf({ details }: ApiError): Record<string, unknown> {
  return details === undefined || Array.isArray(details) ? {} : details;
}

/** `{ detail: { reason, error, message, … } }`: clients read `detail`, or `detail.error` when it is an object. */
export function contentErrorBody(error: ApiError, requestId: RequestId): z.infer<typeof contentErrorSchema> {
  const { reason = REASONS[error.code] ?? 'invalid_request', key_scopes: _held, ...facts } = factsOf(error);
  const named = String(reason);
  return {
    detail: {
      ...{ reason: named, error: named, message: error.message, request_id: requestId },
      errors: Array.isArray(error.details) ? error.details : [],
      ...facts,
    },
  };
}

/** A lack of credits in the words of this API: what was estimated and what is there, as decimal texts. */
export function withEstimate(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.code !== 'INSUFFICIENT_CREDITS') return error;
  const { required, available } = factsOf(error);
  return new ApiError('INSUFFICIENT_CREDITS', error.message, {
    details: {
      estimated_credits: money(Number(required)),
      available_credits: money(Number(available)),
    },
    cause: error,
  });
}
