import { z } from 'zod';
import type { ApiErrorCode, ErrorDetail } from '../../contract/errors.ts';
import { ApiError } from '../../contract/errors.ts';
import type { RequestId } from '../../contract/ids.ts';
import { sha256Hex } from '../../platform/identifiers.ts';
import type { ErrorAnswer } from '../error-answer.ts';

export const reportErrorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
    request_id: z.uuid().describe('The same as the X-Correlation-ID header.'),
  })
  .meta({ id: 'ReportError' });

/** One thing wrong in a request, in the reference's words: where, what, and which kind. */
export interface Fault {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** 400 with every fault; the reference's `validation_error`. */
export function validationError(errors: readonly Fault[]): ApiError {
  return new ApiError('VALIDATION_FAILED', errors[0]?.msg ?? 'Request validation failed', {
    details: { errors: [...errors] },
  });
}

/** A body whose shape is wrong has our validator's list of details; a value that is wrong has `details.errors`. */
const isShapeFault = ({ details }: ApiError): boolean => details === undefined || Array.isArray(details);

/** Codes and sentences as the reference prints them (reference/report-runs-api.md; specs/analysis.md A.3). */
const PRINTED: Readonly<Partial<Record<ApiErrorCode, readonly [code: string, message: string]>>> = {
  AUTH_MISSING: ['unauthorized', 'Missing or invalid credentials'],
  AUTH_INVALID: ['unauthorized', 'Missing or invalid credentials'],
  FORBIDDEN: ['forbidden', 'You do not have permission to access this resource'],
  NOT_FOUND: ['not_found', 'Resource not found'],
  JOB_NOT_FOUND: ['not_found', 'Resource not found'],
  CONFLICT: ['conflict', 'Resource conflict'],
  IDEMPOTENCY_CONFLICT: ['conflict', 'Resource conflict'],
  RATE_LIMIT_EXCEEDED: ['rate_limit_exceeded', 'Per-minute rate limit exceeded'],
  INTERNAL_ERROR: ['internal_error', 'An unexpected error occurred'],
  SERVICE_UNAVAILABLE: ['service_unavailable', 'Service temporarily unavailable, please retry'],
};

const BODY_SHAPE = ['body_validation_error', 'Request body did not match the expected schema'] as const;

/** Our request id as the uuid this front promises; the same for the same request. */
export function correlationId(requestId: RequestId): string {
  const hex = /^req_([0-9a-f]{32})$/.exec(requestId)?.[1] ?? sha256Hex(requestId).slice(0, 32);
  // Version 8, variant 1 (RFC 9562): a uuid of our own making.
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return [...groups, hex.slice(20)].join('-');
}

/** An error as the reference's clients read it. */
export function reportErrorAnswer(
  error: ApiError,
  requestId: RequestId,
): Pick<ErrorAnswer, 'status' | 'body'> {
  const { status, code, message } = writtenAs(error);
  const details = detailsOf(error);
  return {
    status,
    body: {
      error: { code, message, ...(details === undefined ? {} : { details }) },
      request_id: correlationId(requestId),
    },
  };
}

function writtenAs(error: ApiError): { status: number; code: string; message: string } {
  if (error.code === 'INVALID_JSON' || (error.code === 'VALIDATION_FAILED' && isShapeFault(error))) {
    return { status: 422, code: BODY_SHAPE[0], message: BODY_SHAPE[1] };
  }
  if (error.code === 'VALIDATION_FAILED') {
    return { status: 400, code: 'validation_error', message: 'Request validation failed' };
  }
  if (error.code === 'INSUFFICIENT_SCOPE') {
    const needed = z.object({ required_scope: z.string() }).safeParse(error.details);
    const scope = needed.success ? needed.data.required_scope : 'unknown';
    return {
      status: 403,
      code: 'insufficient_scope',
      message: `This endpoint requires the '${scope}' scope`,
    };
  }
  const printed = PRINTED[error.code];
  if (printed !== undefined) return { status: error.status, code: printed[0], message: printed[1] };
  return { status: error.status, code: error.code.toLowerCase(), message: error.message };
}

function detailsOf(error: ApiError): Record<string, unknown> | undefined {
  if (Array.isArray(error.details)) {
    return {
      errors: error.details.map(({ path, message }: ErrorDetail) => ({
        loc: ['body', path],
        msg: message,
        type: 'schema',
      })),
    };
  }
  if (error.code === 'SERVICE_UNAVAILABLE') {
    return { retry_after: Number(error.headers['retry-after'] ?? 1) };
  }
  if (error.code === 'CONFLICT') return { ...error.details, message: error.message };
  return error.details;
}
