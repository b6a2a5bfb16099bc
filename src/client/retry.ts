/** How one try of a request ended without success. */
export interface FailedTry {
  /** 0 for the first. */
  attempt: number;
  /** Undefined: no answer came. */
  status: number | undefined;
  /** `X-Should-Retry` and `Retry-After` of the answer. */
  shouldRetry: string | null;
  retryAfter: string | null;
}

const FIRST_MS = 500;
const LONGEST_MS = 8_000;
const LONGEST_RETRY_AFTER_MS = 120_000;
const WORTH_IT = new Set([429, 503, 504]);

/**
 * Milliseconds to wait before the same request is sent again; undefined when it should not be. The server's
 * `X-Should-Retry` decides where it is; without it, lost connections, 429, 503 and 504 are tried again, and never a 402,
 * a 409 or another 4xx. `Retry-After` is honoured (two minutes at most); else the wait doubles from half a second to
 * eight. `random` is 0 to 1: it spreads the second half of the wait, so that clients do not come back all at once.
 */
export function retryDelayMs(failed: FailedTry, maxRetries: number, random: number): number | undefined {
  if (failed.attempt >= maxRetries || !isWorthIt(failed)) return undefined;
  const asked = secondsOf(failed.retryAfter);
  if (asked !== undefined) return asked * 1_000 > LONGEST_RETRY_AFTER_MS ? undefined : asked * 1_000;
  const backoff = Math.min(LONGEST_MS, FIRST_MS * 2 ** failed.attempt);
  return Math.round(backoff / 2 + (backoff / 2) * random);
}

function isWorthIt({ status, shouldRetry }: FailedTry): boolean {
  if (status === undefined) return true;
  if (shouldRetry === 'true' || shouldRetry === 'false') return shouldRetry === 'true';
  return WORTH_IT.has(status);
}

function secondsOf(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
