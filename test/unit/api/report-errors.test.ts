import { describe, expect, it } from 'vitest';
import { reportErrorAnswer, validationError } from '../../../src/api/reports-front/report-errors.ts';
import { ApiError } from '../../../src/contract/errors.ts';
import type { RequestId } from '../../../src/contract/ids.ts';

const fault = { loc: ['body', 'prompts', 0], msg: 'empty', type: 'length' };

/** Every error body that reference/report-runs-api.md prints, with the status of specs/analysis.md A.3. */
const PRINTED: readonly [ApiError, number, string, string][] = [
  [validationError([fault]), 400, 'validation_error', 'Request validation failed'],
  [new ApiError('AUTH_MISSING', 'x'), 401, 'unauthorized', 'Missing or invalid credentials'],
  [new ApiError('AUTH_INVALID', 'x'), 401, 'unauthorized', 'Missing or invalid credentials'],
  [new ApiError('FORBIDDEN', 'x'), 403, 'forbidden', 'You do not have permission to access this resource'],
  [new ApiError('NOT_FOUND', 'x'), 404, 'not_found', 'Resource not found'],
  [
    new ApiError('CONFLICT', 'x', { details: { reason: 'no_prompts' } }),
    409,
    'conflict',
    'Resource conflict',
  ],
  [
    new ApiError('INVALID_JSON', 'x'),
    422,
    'body_validation_error',
    'Request body did not match the expected schema',
  ],
  [new ApiError('RATE_LIMIT_EXCEEDED', 'x'), 429, 'rate_limit_exceeded', 'Per-minute rate limit exceeded'],
  [new ApiError('INTERNAL_ERROR', 'x'), 500, 'internal_error', 'An unexpected error occurred'],
  [
    new ApiError('SERVICE_UNAVAILABLE', 'x'),
    503,
    'service_unavailable',
    'Service temporarily unavailable, please retry',
  ],
];

describe('errors of the reports front, as the reference prints them', () => {
  it.each(PRINTED)('%s: %i %s', (error, status, code, message) => {
    const answer = reportErrorAnswer(error, 'req_1' as RequestId);
    expect(answer.status).toBe(status);
    const { details: _details, ...printed } = (answer.body as { error: Record<string, unknown> }).error;
    expect(printed).toEqual({ code, message });
    expect(answer.body).toMatchObject({
      request_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    });
  });
});
