import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionFailed, refusalOf } from './errors.ts';
import { retryDelayMs } from './retry.ts';

export interface ClientOptions {
  /** Where the API is, e.g. `http://127.0.0.1:8787`. */
  baseUrl: string;
  apiKey: string;
  /** Tries after the first; 3 by default. */
  maxRetries?: number;
  /** One try ends after this long; 130 s by default, more than any sync search may wait. */
  timeoutMs?: number;
  fetch?: typeof fetch;
}

export interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** A success. */
export interface Answered {
  status: number;
  headers: Headers;
  /** Undefined where there is none (204, 304). */
  body: unknown;
}

interface Received {
  status: number;
  headers: Headers;
  text: string;
}

/** The dialect that this client's types describe. */
const VERSION = '2026-06-27';

/** Sends requests, again where that may help. Throws ApiRefusal, ConnectionFailed, or the signal's reason. */
export class Transport {
  readonly #options: Required<ClientOptions>;

  constructor(options: ClientOptions) {
    const baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#options = { maxRetries: 3, timeoutMs: 130_000, fetch, ...options, baseUrl };
  }

  async call(call: Call): Promise<Answered> {
    for (let attempt = 0; ; attempt++) {
      const received = await this.#once(call);
      const failure = failureOf(received);
      if (failure === undefined && !(received instanceof Error)) {
        const { status, headers, text } = received;
        return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
      }
      const headers = received instanceof Error ? undefined : received.headers;
      const failed = {
        attempt,
        status: received instanceof Error ? undefined : received.status,
        shouldRetry: headers?.get('x-should-retry') ?? null,
        retryAfter: headers?.get('retry-after') ?? null,
      };
      const delayMs = retryDelayMs(failed, this.#options.maxRetries, Math.random());
      if (delayMs === undefined) throw failure;
      await rest(delayMs, call.signal);
    }
  }

  /** An answer of any status, or why there is none. Throws only when the caller gave up. */
  async #once({ method, path, body, headers, signal }: Call): Promise<Received | ConnectionFailed> {
    const { baseUrl, apiKey, timeoutMs } = this.#options;
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#options.fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          accept: 'application/json',
          'x-aisearch-version': VERSION,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      signal?.throwIfAborted();
      return new ConnectionFailed(`${method} ${path} got no whole answer from ${baseUrl}`, error);
    }
  }
}

function failureOf(received: Received | ConnectionFailed): Error | undefined {
  if (received instanceof Error) return received;
  const { status, headers, text } = received;
  if (status < 300 || status === 304) return undefined;
  return refusalOf(status, headers, parsedOrNothing(text));
}

/** An error page of something between us and the API is no JSON: its status is all that can be said. */
function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits; throws the signal's own reason when it aborts meanwhile. */
export async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
