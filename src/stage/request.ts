import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { plainQuery } from './scene.ts';

/** Context header in which a worker on stage origin says what it is about to ask (`encodeURIComponent` of the query). */
export const QUERY_HEADER = 'x-stage-query';
/** Context header that names the surface; needed only where surfaces share a host. */
export const SURFACE_HEADER = 'x-stage-surface';

const BODY_CAP_BYTES = 1_048_576;

/** One request as a scene sees it. */
export interface StageRequest {
  method: string;
  /** Host name, lower case, without port. */
  host: string;
  /** Path without query, as sent. */
  path: string;
  /** The whole URL, always `https:` and without the stage's port. */
  url: URL;
  /** Names in lower case; several values of one name joined by `, `. */
  headers: Readonly<Record<string, string>>;
  cookies: Readonly<Record<string, string>>;
  httpVersion: '1.1' | '2.0';
  /** What the capture asks, scene prefix included; empty when nothing says it (a person's own browser). */
  query: string;
  /** `query` as the page shows it. */
  shownQuery: string;
  /** How often this query asked this method, host and path, this time included; for scenes that fail first. */
  hit: number;
  /** True for a page navigation, false for everything a page loads. */
  isDocument: boolean;
  /** The body as text; rejects above 1 MiB. Call it once. */
  body(): Promise<string>;
  /** The body read as a URL-encoded form. */
  form(): Promise<URLSearchParams>;
}

type Incoming = IncomingMessage | Http2ServerRequest;

function plainHeaders(incoming: Incoming): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** Cookies of a Cookie header; the first of equal names wins. */
export function readCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of (header ?? '').split(';')) {
    const [name, ...value] = pair.split('=');
    const key = name?.trim() ?? '';
    if (key !== '' && !Object.hasOwn(cookies, key)) cookies[key] = value.join('=').trim();
  }
  return cookies;
}

/** Percent-decoded text, or the text itself where it is no valid encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A person's own header need not be encoded; taken literally.
  }
}

/**
 * The query of a request: the context header (WebSocket handshakes carry it too, Chromium 156), else `?stage-query=`
 * (handshakes of a page that has no context headers), else `?q=`, else empty.
 */
export function queryOf(headers: Readonly<Record<string, string>>, url: URL): string {
  const header = headers[QUERY_HEADER];
  if (header !== undefined) return decoded(header);
  return url.searchParams.get('stage-query') ?? url.searchParams.get('q') ?? '';
}

async function readBody(incoming: Incoming): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    // What is too much is read and dropped: leaving the loop would destroy the socket before the answer is sent.
    if (size <= BODY_CAP_BYTES) chunks.push(bytes);
  }
  if (size > BODY_CAP_BYTES) throw new RangeError(`request body exceeds ${BODY_CAP_BYTES} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads Node's request of either HTTP version; `countHit` tells how often its key has been seen, itself included. */
export function readRequest(incoming: Incoming, countHit: (key: string) => number): StageRequest {
  const headers = plainHeaders(incoming);
  const authority = 'authority' in incoming ? incoming.authority : (headers.host ?? '');
  const url = new URL(incoming.url ?? '/', `https://${authority || 'unknown.invalid'}`);
  url.port = '';
  const query = queryOf(headers, url);
  const method = incoming.method ?? 'GET';
  const body = () => readBody(incoming);
  return {
    method,
    host: url.hostname.toLowerCase(),
    path: url.pathname,
    url,
    headers,
    cookies: readCookies(headers.cookie),
    httpVersion: incoming.httpVersionMajor === 2 ? '2.0' : '1.1',
    query,
    shownQuery: plainQuery(query),
    hit: countHit(`${query}\n${method} ${url.hostname}${url.pathname}`),
    isDocument: headers['sec-fetch-dest'] === 'document',
    body,
    form: async () => new URLSearchParams(await body()),
  };
}
