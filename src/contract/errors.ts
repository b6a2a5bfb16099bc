import { OUTCOME_RULES, type Outcome } from './outcome.ts';

/** What a caller may do about an error. */
export type RetryVerdict = 'now' | 'later' | 'never';

/** Codes of errors inside the fleet that are neither a capture's outcome nor an API answer. */
export const FLEET_ERRORS = {
  CONFIG_INVALID: { retry: 'never' },
  DATABASE_UNAVAILABLE: { retry: 'later' },
  DATABASE_OWNED: { retry: 'never' },
  BROWSER_MISSING: { retry: 'never' },
  BROWSER_LAUNCH_FAILED: { retry: 'later' },
  CONTEXT_REFUSED: { retry: 'never' },
  ARTIFACT_WRITE_FAILED: { retry: 'later' },
  ARTIFACT_CORRUPT: { retry: 'never' },
  ARTIFACT_NOT_FOUND: { retry: 'never' },
  ARTIFACT_UNAVAILABLE: { retry: 'later' },
  DEADLINE_EXCEEDED: { retry: 'later' },
  LEASE_LOST: { retry: 'never' },
  DRAINING: { retry: 'now' },
  INPUT_UNREADABLE: { retry: 'never' },
  PORT_IN_USE: { retry: 'never' },
  STAGE_SCENE_UNKNOWN: { retry: 'never' },
} as const satisfies Record<string, { retry: RetryVerdict }>;

export type FleetErrorCode = keyof typeof FLEET_ERRORS;

/** An error of the fleet itself: a code from the catalogue, one sentence, and what to do about it. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;
  readonly retry: RetryVerdict;
  /** What a person can do; printed after the message. */
  readonly fix: string | undefined;

  constructor(code: FleetErrorCode, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'FleetError';
    this.code = code;
    this.retry = FLEET_ERRORS[code].retry;
    this.fix = options.fix;
  }
}

/** Ends a drive with an outcome of the taxonomy. */
export class CaptureError extends Error {
  readonly outcome: Outcome;
  /** Name of the mark that proved it, where one did. */
  readonly mark: string | undefined;

  constructor(outcome: Outcome, message?: string, options: { mark?: string; cause?: unknown } = {}) {
    super(message ?? OUTCOME_RULES[outcome].message, { cause: options.cause });
    this.name = 'CaptureError';
    this.outcome = outcome;
    this.mark = options.mark;
  }
}

interface ApiErrorRule {
  status: number;
  /** What the caller may do: the `X-Should-Retry` header. */
  retryable: boolean;
}

/** Every error the API answers with (reference/search-api.md; specs/edge.md 12); error-guide.ts has cause and fix of each. */
export const API_ERRORS = {
  BAD_REQUEST: { status: 400, retryable: false },
  BAD_URL: { status: 400, retryable: false },
  INVALID_JSON: { status: 400, retryable: false },
  VALIDATION_FAILED: { status: 400, retryable: false },
  UNSUPPORTED_SURFACE: { status: 400, retryable: false },
  UNSUPPORTED_REGION: { status: 400, retryable: false },
  UNSUPPORTED_VERSION: { status: 400, retryable: false },
  INSUFFICIENT_CREDITS: { status: 402, retryable: false },
  CREDITS_EXCEEDED: { status: 403, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  INSUFFICIENT_SCOPE: { status: 403, retryable: false },
  KEY_NOT_FOUND: { status: 404, retryable: false },
  RATE_LIMIT_EXCEEDED: { status: 429, retryable: true },
  CONCURRENCY_LIMIT_EXCEEDED: { status: 429, retryable: true },
  QUEUE_CAPACITY_EXCEEDED: { status: 429, retryable: true },
  WEBHOOK_URL_FORBIDDEN: { status: 400, retryable: false },
  AUTH_MISSING: { status: 401, retryable: false },
  AUTH_INVALID: { status: 401, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  JOB_NOT_FOUND: { status: 404, retryable: false },
  ARTIFACT_NOT_FOUND: { status: 404, retryable: false },
  WEBHOOK_NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  REQUEST_TIMEOUT: { status: 408, retryable: true },
  CONFLICT: { status: 409, retryable: false },
  REPORT_NOT_MODIFIABLE: { status: 409, retryable: false },
  IDEMPOTENCY_CONFLICT: { status: 409, retryable: false },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, retryable: true },
  DELIVERY_IN_PROGRESS: { status: 409, retryable: true },
  JOB_NOT_CANCELABLE: { status: 409, retryable: false },
  JOB_EXPIRED: { status: 410, retryable: false },
  ARTIFACT_EXPIRED: { status: 410, retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false },
  URI_TOO_LONG: { status: 414, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  UNSUPPORTED_METHOD_FOR_SURFACE: { status: 422, retryable: false },
  TOO_MANY_REGIONS: { status: 422, retryable: false },
  TOO_MANY_CHILDREN: { status: 422, retryable: false },
  HEADERS_TOO_LARGE: { status: 431, retryable: false },
  INTERNAL_ERROR: { status: 500, retryable: true },
  ARTIFACT_CORRUPT: { status: 502, retryable: false },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true },
  SURFACE_TIMEOUT: { status: 504, retryable: true },
} as const satisfies Record<string, ApiErrorRule>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** One failed field of a request. */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** An answer of the API that is an error. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly details: ErrorDetail[] | Record<string, unknown> | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: {
      details?: ErrorDetail[] | Record<string, unknown>;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = API_ERRORS[code].status;
    this.details = options.details;
    this.headers = options.headers ?? {};
  }
}
