import type { ApiErrorCode, ErrorDetail } from '../contract/errors.ts';

/** What a refusal carried. */
export interface RefusalFacts {
  status: number;
  message: string;
  requestId: string | undefined;
  docsUrl: string | undefined;
  details: ErrorDetail[] | Record<string, unknown> | undefined;
  /** Whether the server says that the same request may succeed later. */
  retryable: boolean;
  headers: Headers;
}

/**
 * An answer of the API that is an error. Branch on `code`, never on the message: `if (error.is('INSUFFICIENT_CREDITS'))`.
 * `UNKNOWN` is an answer that did not come from the API itself (a proxy's error page).
 */
export class ApiRefusal<Code extends ApiErrorCode | 'UNKNOWN' = ApiErrorCode | 'UNKNOWN'> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly docsUrl: string | undefined;
  readonly details: ErrorDetail[] | Record<string, unknown> | undefined;
  readonly retryable: boolean;
  readonly headers: Headers;

  constructor(code: Code, facts: RefusalFacts) {
    super(facts.message);
    this.name = 'ApiRefusal';
    this.code = code;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.docsUrl = facts.docsUrl;
    this.details = facts.details;
    this.retryable = facts.retryable;
    this.headers = facts.headers;
  }

  is<Wanted extends ApiErrorCode>(...codes: Wanted[]): this is ApiRefusal<Wanted> {
    return (codes as string[]).includes(this.code);
  }
}

/** No answer came: refused, reset, timed out. What was sent may or may not have been processed. */
export class ConnectionFailed extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ConnectionFailed';
  }
}

/** Reads an error's body, whichever dialect it is in. */
export function refusalOf(status: number, headers: Headers, body: unknown): ApiRefusal {
  const outer = isRecord(body) ? body : {};
  const said = isRecord(outer.error) ? outer.error : outer;
  const message = isRecord(outer.error) ? outer.error.message : outer.error;
  const code = typeof said.code === 'string' ? (said.code as ApiErrorCode) : 'UNKNOWN';
  return new ApiRefusal(code, {
    status,
    message: typeof message === 'string' ? message : `the server answered ${status}`,
    requestId: text(outer.request_id) ?? headers.get('x-request-id') ?? undefined,
    docsUrl: text(outer.docs_url),
    details: detailsOf(said.details),
    retryable: headers.get('x-should-retry') === 'true',
    headers,
  });
}

function detailsOf(details: unknown): RefusalFacts['details'] {
  if (Array.isArray(details)) return details as ErrorDetail[];
  return isRecord(details) ? details : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
