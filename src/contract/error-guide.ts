import type { ApiErrorCode } from './errors.ts';

/** What a person who met an error wants to know. */
export interface ErrorGuide {
  /** When it occurs. */
  cause: string;
  /** What they can do about it. */
  fix: string;
}

/** Cause and fix of every error the API answers with; the docs page is made of these. */
export const ERROR_GUIDE: Readonly<Record<ApiErrorCode, ErrorGuide>> = {
  BAD_REQUEST: {
    cause: 'The bytes received are not an HTTP request.',
    fix: 'Send HTTP/1.1 with one Host header and either Content-Length or Transfer-Encoding; look at the proxy in between.',
  },
  BAD_URL: {
    cause: 'The path is not valid percent-encoded UTF-8.',
    fix: 'Percent-encode the path as UTF-8 (encodeURIComponent for every id).',
  },
  INVALID_JSON: {
    cause: 'The request body is not valid JSON.',
    fix: 'Send one JSON object as UTF-8 without a byte order mark, each key once.',
  },
  VALIDATION_FAILED: {
    cause: 'A field failed validation; the message names it and what is allowed.',
    fix: 'Correct every field that details names; /openapi.json has the shape.',
  },
  UNSUPPORTED_SURFACE: {
    cause: 'A value in surfaces (or the alias path) is not a surface.',
    fix: 'Use one of the surfaces that the message names; GET /v1/surfaces lists them.',
  },
  UNSUPPORTED_REGION: {
    cause: 'The surface cannot be run in that region.',
    fix: 'Use one of the countries that the message names, or leave regions out.',
  },
  UNSUPPORTED_VERSION: {
    cause: 'X-AISearch-Version names a version this server does not speak.',
    fix: 'Send one of the versions that the message names, or no X-AISearch-Version at all.',
  },
  INSUFFICIENT_CREDITS: {
    cause: 'Not enough credits; nothing is spawned. details has what is required and available.',
    fix: 'Ask for fewer captures, or have credits granted; details.required is what this search needs.',
  },
  CREDITS_EXCEEDED: {
    cause: 'Not enough credits for an async analysis; nothing is started. details as INSUFFICIENT_CREDITS.',
    fix: 'Ask for fewer replicates, providers or locations, or have credits granted.',
  },
  FORBIDDEN: {
    cause: 'What the message names is not enabled for this account, or the account is suspended.',
    fix: 'Ask the operator to enable it (fleet accounts feature ACCOUNT FEATURE on).',
  },
  INSUFFICIENT_SCOPE: {
    cause: 'The API key lacks the scope that the message names.',
    fix: 'Use a key that has the scope, or make one with POST /v1/keys.',
  },
  KEY_NOT_FOUND: {
    cause: 'The API key does not exist or is not yours.',
    fix: 'Take the id from GET /v1/keys; it is not the key itself.',
  },
  RATE_LIMIT_EXCEEDED: {
    cause: 'Too many requests with this key, or too many refused keys from this address.',
    fix: 'Wait for Retry-After seconds; space requests by the RateLimit headers, and correct the key when it was refused.',
  },
  CONCURRENCY_LIMIT_EXCEEDED: {
    cause: 'Too many in-flight sync requests; retry, or use mode=async.',
    fix: 'Retry after Retry-After seconds, or send mode=async and read the job.',
  },
  QUEUE_CAPACITY_EXCEEDED: {
    cause: 'The queue holds as many captures as it may; wait as Retry-After says.',
    fix: 'Retry after Retry-After seconds; cancel what is not needed any more.',
  },
  WEBHOOK_URL_FORBIDDEN: {
    cause: 'A webhook URL points to an address or a port that webhooks must not reach.',
    fix: 'Use a public https address on port 80, 443 or 8443; for development see FLEET_WEBHOOK_ALLOW.',
  },
  AUTH_MISSING: {
    cause: 'No Authorization header (version 2026-06-01; AUTH_INVALID in later ones).',
    fix: 'Send Authorization: Bearer <API_KEY>.',
  },
  AUTH_INVALID: {
    cause:
      'The Authorization header is missing, malformed or sent twice, or its key is unknown, revoked or expired.',
    fix: 'Send Authorization: Bearer <API_KEY>, once, with a whole key that is neither revoked nor expired.',
  },
  NOT_FOUND: {
    cause: 'No such route.',
    fix: 'Compare the path with the routes on this page.',
  },
  JOB_NOT_FOUND: {
    cause: 'The job does not exist or is not yours.',
    fix: "Use the id from the submit's answer, with a key of the same account.",
  },
  ARTIFACT_NOT_FOUND: {
    cause: 'The capture left no artifact of that kind.',
    fix: 'Ask for the id of a child; GET /v1/jobs/:id/proof lists what it has.',
  },
  WEBHOOK_NOT_FOUND: {
    cause: 'The webhook secret, endpoint or delivery does not exist or is not yours.',
    fix: 'Take the id from the list of secrets, endpoints or deliveries.',
  },
  METHOD_NOT_ALLOWED: {
    cause: 'The path exists, the method does not; see Allow.',
    fix: 'Use one of the methods in the Allow header.',
  },
  REQUEST_TIMEOUT: {
    cause: 'The request was not received in time.',
    fix: 'Send headers within 10 s and the whole request within 30 s; retry on a better connection.',
  },
  CONFLICT: {
    cause: 'What the request needs is not there yet, or is taken; details.reason names it.',
    fix: "Do what the message names first (add prompts, set the brand's facts.description, use another alias), then ask again.",
  },
  REPORT_NOT_MODIFIABLE: {
    cause: 'The report is processing or completed; only a draft or a failed one can be changed or run.',
    fix: 'Wait for its end, or create another report for the brand.',
  },
  IDEMPOTENCY_CONFLICT: {
    cause: 'Same idempotencyKey reused with a different body.',
    fix: 'Use a new key for a new request; send the same body to repeat the old one.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    cause: 'The first request with this idempotencyKey is still being processed.',
    fix: "Repeat the same request after a second: it will get the first one's answer.",
  },
  DELIVERY_IN_PROGRESS: {
    cause: 'An attempt at this webhook delivery is under way.',
    fix: 'Retry after Retry-After seconds, or read the delivery: it may have succeeded.',
  },
  JOB_NOT_CANCELABLE: {
    cause: 'The job has ended; the message says how.',
    fix: 'Nothing to do: read the job for how it ended.',
  },
  JOB_EXPIRED: {
    cause: 'The job passed its retention and was deleted.',
    fix: 'Search again; keep what you need before the retention is over.',
  },
  ARTIFACT_EXPIRED: {
    cause: 'The artifact passed its retention and was deleted; details keep its hash.',
    fix: 'Capture again; details has the hashes of what was there.',
  },
  PAYLOAD_TOO_LARGE: {
    cause: 'The request body exceeds 262144 bytes.',
    fix: 'Send less in one request: 10 regions and 10 000 characters of query fit easily.',
  },
  URI_TOO_LONG: {
    cause: 'A path segment exceeds 512 characters.',
    fix: 'Check the id in the path; none of ours is that long.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    cause: 'The body is not UTF-8 JSON.',
    fix: 'Send Content-Type: application/json without Content-Encoding.',
  },
  UNSUPPORTED_METHOD_FOR_SURFACE: {
    cause: 'The pinned method has no path on that surface; the message names what is supported.',
    fix: 'Send method auto, or one of those that the message names.',
  },
  TOO_MANY_REGIONS: {
    cause: 'More than 10 regions in one request.',
    fix: 'Split the search into several requests.',
  },
  TOO_MANY_CHILDREN: {
    cause: 'More than 90 captures in one search, or 500 in one async analysis.',
    fix: 'Split the request: captures are surfaces × regions × replicates.',
  },
  HEADERS_TOO_LARGE: {
    cause: 'The request headers exceed 16 kB.',
    fix: 'Send fewer or shorter headers; cookies are not needed here.',
  },
  INTERNAL_ERROR: {
    cause: 'Unexpected; quote the request_id.',
    fix: 'Retry with the same idempotencyKey; when it stays, tell the operator the request_id.',
  },
  ARTIFACT_CORRUPT: {
    cause: 'The stored artifact does not match its hash and was withheld.',
    fix: 'Capture again, and tell the operator: stored bytes were lost or changed.',
  },
  SERVICE_UNAVAILABLE: {
    cause: 'The server is draining or its database is away.',
    fix: 'Retry after Retry-After seconds, with the same idempotencyKey.',
  },
  SURFACE_TIMEOUT: {
    cause: 'A sync capture did not finish in time; the job goes on, see Location.',
    fix: 'Read the job at Location, or use mode=async or a longer Prefer: wait=N (at most 120).',
  },
};
