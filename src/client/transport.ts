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
  /** Undefined for 204 and 304. */
  body: unknown;
}

/** The dialect that this client's types describe. */
const VERSION = '2026-06-27';

/** Sends requests, again where that is safe and may help. Throws ApiRefusal, ConnectionFailed, the signal's reason. */
export class Transport {
  readonly #options: Required<ClientOptions>;

  constructor(options: ClientOptions) {
    const baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#options = { maxRetries: 3, timeoutMs: 130_000, fetch, ...options, baseUrl };
  }

  async call(call: Call): Promise<Answered> {
    const { maxRetries } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#once(call);
      if (!(answer instanceof Error) && (answer.ok || answer.status === 304)) return read(answer);
      const status = answer instanceof Error ? undefined : answer.status;
      const header = (name: string): string | null =>
        answer instanceof Error ? null : answer.headers.get(name);
      const failed = { attempt, status, shouldRetry: header('x-should-retry'), retryAfter: header('retry-after') };
      const delayMs = retryDelayMs(failed, maxRetries, Math.random());
      if (delayMs === undefined) throw answer instanceof Error ? answer : await refusal(answer);
      // The body is dropped, so that its connection can be used again.
      if (!(answer instanceof Error)) await answer.body?.cancel();
      await rest(delayMs, call.signal);
    }
  }

  /** An answer of any status, or why there is none. Throws only when the caller gave up. */
  async #once({ method, path, body, headers, signal }: Call): Promise<Response | ConnectionFailed> {
    const { baseUrl, apiKey, timeoutMs } = this.#options;
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await this.#options.fetch(`${baseUrl}${path}`, {
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
    } catch (error) {
      signal?.throwIfAborted();
      return new ConnectionFailed(`${method} ${path} got no answer from ${baseUrl}`, error);
    }
  }
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  try {
    return refusalOf(response.status, response.headers, JSON.parse(text));
  } catch {
    // Not JSON: something between us and the API answered. Its status is all that can be said.
    return refusalOf(response.status, response.headers, undefined);
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
