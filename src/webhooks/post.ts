import { type Agent, type Dispatcher, errors } from 'undici';
import { storable } from '../contract/storable-text.ts';
import { type AddressGuard, AddressRefused } from '../platform/address-guard.ts';
import type { Clock } from '../platform/clock.ts';
import { errorCode } from '../platform/database-error.ts';
import { guardedAgent } from '../platform/guarded-agent.ts';

/**
 * How an attempt ended. `acknowledged`: any 2xx. `gone`: 410. `redirected`: 3xx, never followed. `refused_address`: the
 * guard said no. `unsigned`: no secret is left to sign with. The others say where the exchange broke; `closed_early` is
 * also an answer that is no HTTP.
 */
export const ATTEMPT_RESULTS = [
  'acknowledged',
  'rejected',
  'redirected',
  'gone',
  'timeout',
  'refused_address',
  'unresolved',
  'connection_failed',
  'tls_failed',
  'closed_early',
  'unsigned',
] as const;

export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/** What the delivery log keeps of an attempt. */
export interface Attempt {
  result: AttemptResult;
  /** Epoch milliseconds. */
  startedAt: number;
  latencyMs: number;
  status: number | null;
  /** First kilobyte of the answer's text. */
  answer: string | null;
  retryAfter: string | undefined;
}

export interface PostLimits {
  connectMs: number;
  totalMs: number;
}

export const POST_LIMITS: PostLimits = { connectMs: 5_000, totalMs: 15_000 };

const READ_BYTES = 8_192;
const KEPT_CHARACTERS = 1_024;

interface PostMeans {
  guard: AddressGuard;
  clock: Clock;
  limits?: PostLimits;
}

/**
 * One POST to a receiver. The address is checked as text, after resolving and after connecting; each call has a socket
 * of its own; no redirect and no proxy is followed; at most 8 kB of the answer are read; all of it ends within 15 s.
 * Never throws: what went wrong is the result.
 */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
  means: PostMeans,
): Promise<Attempt> {
  const { clock, guard, limits = POST_LIMITS } = means;
  const startedAt = clock.now();
  const begun = clock.monotonic();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), limits.totalMs);
  const attempt = (part: Partial<Attempt> & { result: AttemptResult }): Attempt => ({
    ...{ status: null, answer: null, retryAfter: undefined },
    ...part,
    startedAt,
    latencyMs: Math.round(clock.monotonic() - begun),
  });
  let agent: Agent | undefined;
  try {
    const target = guard.checkText(url);
    agent = guardedAgent(target, guard, limits);
    const received = await raced(
      end.signal,
      agent.request({
        origin: target.origin,
        path: `${target.pathname}${target.search}`,
        method: 'POST',
        headers,
        body: Buffer.from(body),
        signal: end.signal,
      }),
    );
    const answer = await excerpt(received.body);
    return attempt({
      result: resultOf(received.statusCode),
      status: received.statusCode,
      answer,
      retryAfter: textOf(received.headers['retry-after']),
    });
  } catch (error) {
    return attempt({ result: end.signal.aborted ? 'timeout' : failureOf(error) });
  } finally {
    clearTimeout(timer);
    // Whatever is still open at this receiver is of no use to anybody; it may never close by itself.
    void agent?.destroy().catch(() => undefined);
  }
}

/** A resolver or a handshake can outlive an abort; the race cannot. */
async function raced<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('out of time')), { once: true });
  });
  return Promise.race([work, aborted]);
}

function resultOf(status: number): AttemptResult {
  if (status >= 200 && status < 300) return 'acknowledged';
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'rejected';
}

/** The first bytes of the answer as text; a body that breaks, drips or never ends changes nothing about its status. */
async function excerpt(body: Dispatcher.ResponseData['body']): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= READ_BYTES) break;
    }
  } catch {
    // What came before the break is kept.
  }
  const text = storable(Buffer.concat(chunks).subarray(0, READ_BYTES).toString('utf8'));
  // Control characters could speak to the terminal of whoever reads the log.
  return bytes === 0
    ? null
    : text
        .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
        .slice(0, KEPT_CHARACTERS)
        .toWellFormed();
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

const TLS_CODE = /^(?:EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_ABORTED']);

/** Class of a failure, from undici's and Node's codes (undici 8.12.4, read 2026-11); never the address itself. */
export function failureOf(error: unknown): AttemptResult {
  if (error instanceof AddressRefused) return 'refused_address';
  if (error instanceof AggregateError && error.errors.length > 0) return failureOf(error.errors[0]);
  if (error instanceof errors.HTTPParserError) return 'closed_early';
  const code = errorCode(error) ?? '';
  if (/^(?:ENOTFOUND|EAI_|ENODATA)/.test(code)) return 'unresolved';
  if (/TIMEOUT/.test(code)) return code === 'UND_ERR_CONNECT_TIMEOUT' ? 'connection_failed' : 'timeout';
  if (TLS_CODE.test(code)) return 'tls_failed';
  if (CLOSED.has(code)) return 'closed_early';
  return 'connection_failed';
}
