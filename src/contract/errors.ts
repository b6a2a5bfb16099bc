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
  /** When it occurs; the docs page is made of these. */
  when: string;
}

/** Every error the API answers with (reference/search-api.md; specs/edge.md 12). */
export const API_ERRORS = {
  BAD_REQUEST: { status: 400, retryable: false, when: 'The bytes received are not an HTTP request.' },
  BAD_URL: { status: 400, retryable: false, when: 'The path is not valid percent-encoded UTF-8.' },
  INVALID_JSON: { status: 400, retryable: false, when: 'The request body is not valid JSON.' },
  VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    when: 'A field failed validation; the message names it and what is allowed.',
  },
  UNSUPPORTED_SURFACE: {
    status: 400,
    retryable: false,
    when: 'A value in surfaces (or the alias path) is not a surface.',
  },
  UNSUPPORTED_REGION: { status: 400, retryable: false, when: 'The surface cannot be run in that region.' },
  UNSUPPORTED_VERSION: {
    status: 400,
    retryable: false,
    when: 'X-AISearch-Version names a version this server does not speak.',
  },
  INSUFFICIENT_CREDITS: {
    status: 402,
    retryable: false,
    when: 'Not enough credits; nothing is spawned. details has what is required and available.',
  },
  CREDITS_EXCEEDED: {
    status: 403,
    retryable: false,
    when: 'Not enough credits for an async analysis; nothing is started. details as INSUFFICIENT_CREDITS.',
  },
  FORBIDDEN: {
    status: 403,
    retryable: false,
    when: 'The feature that the message names is not enabled for this account.',
  },
  INSUFFICIENT_SCOPE: {
    status: 403,
    retryable: false,
    when: 'The API key lacks the scope that the message names.',
  },
  KEY_NOT_FOUND: { status: 404, retryable: false, when: 'The API key does not exist or is not yours.' },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    retryable: true,
    when: 'Too many requests with this key; wait as Retry-After says.',
  },
  CONCURRENCY_LIMIT_EXCEEDED: {
    status: 429,
    retryable: true,
    when: 'Too many in-flight sync requests; retry, or use mode=async.',
  },
  QUEUE_CAPACITY_EXCEEDED: {
    status: 429,
    retryable: true,
    when: 'The queue holds as many captures as it may; wait as Retry-After says.',
  },
  WEBHOOK_URL_FORBIDDEN: {
    status: 400,
    retryable: false,
    when: 'A webhook URL points to an address or a port that webhooks must not reach.',
  },
  AUTH_MISSING: {
    status: 401,
    retryable: false,
    when: 'No Authorization header (version 2026-06-01; AUTH_INVALID in later ones).',
  },
  AUTH_INVALID: { status: 401, retryable: false, when: 'Missing, bad, or revoked API key.' },
  NOT_FOUND: { status: 404, retryable: false, when: 'No such route.' },
  JOB_NOT_FOUND: { status: 404, retryable: false, when: 'The job does not exist or is not yours.' },
  ARTIFACT_NOT_FOUND: {
    status: 404,
    retryable: false,
    when: 'The capture left no artifact of that kind.',
  },
  WEBHOOK_NOT_FOUND: {
    status: 404,
    retryable: false,
    when: 'The webhook secret, endpoint or delivery does not exist or is not yours.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    when: 'The path exists, the method does not; see Allow.',
  },
  REQUEST_TIMEOUT: { status: 408, retryable: true, when: 'The request was not received in time.' },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    retryable: false,
    when: 'Same idempotencyKey reused with a different body.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    retryable: true,
    when: 'The first request with this idempotencyKey is still being processed.',
  },
  DELIVERY_IN_PROGRESS: {
    status: 409,
    retryable: true,
    when: 'An attempt at this webhook delivery is under way.',
  },
  JOB_NOT_CANCELABLE: { status: 409, retryable: false, when: 'The job has ended; the message says how.' },
  JOB_EXPIRED: { status: 410, retryable: false, when: 'The job passed its retention and was deleted.' },
  ARTIFACT_EXPIRED: {
    status: 410,
    retryable: false,
    when: 'The artifact passed its retention and was deleted; details keep its hash.',
  },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, when: 'The request body exceeds 262144 bytes.' },
  URI_TOO_LONG: { status: 414, retryable: false, when: 'A path segment exceeds 512 characters.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, when: 'The body is not UTF-8 JSON.' },
  UNSUPPORTED_METHOD_FOR_SURFACE: {
    status: 422,
    retryable: false,
    when: 'The pinned method has no path on that surface; the message names what is supported.',
  },
  TOO_MANY_REGIONS: { status: 422, retryable: false, when: 'More than 10 regions in one request.' },
  TOO_MANY_CHILDREN: {
    status: 422,
    retryable: false,
    when: 'More than 90 captures in one search, or 500 in one async analysis.',
  },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, when: 'The request headers exceed 16 kB.' },
  INTERNAL_ERROR: { status: 500, retryable: true, when: 'Unexpected; quote the request_id.' },
  ARTIFACT_CORRUPT: {
    status: 502,
    retryable: false,
    when: 'The stored artifact does not match its hash and was withheld.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    when: 'The server is draining or its database is away.',
  },
  SURFACE_TIMEOUT: {
    status: 504,
    retryable: true,
    when: 'A sync capture did not finish in time; the job goes on, see Location.',
  },
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
