import type { Exchange } from '../../src/contract/capture-record.ts';
import { bodyOf, parseJson, parseJsonLines, parseSse } from '../../src/extract/framing.ts';
import { isJson, type Json } from './json-patch.ts';

/** An answer endpoint that said no. */
export interface Refusal {
  status: number;
  body: string;
}

/** What the exchanges carried: the payloads of the ask, oldest first, still unread, and a refusal where there was one. */
export interface Payloads {
  payloads: Json[];
  refusal: Refusal | null;
  /** False when nothing came over the wire at all. */
  came: boolean;
}

/** A thread that is gone answers a reconnect with 403 `{}` (seen 2026-09-24): that refuses nobody. */
const RECONNECT = /\/perplexity_ask\/reconnect\//;

/** Takes the exchanges apart: event streams, recorded payloads, and the page's own re-reading of the thread. */
export function payloadsOf(transcript: readonly Exchange[]): Payloads {
  const payloads: Json[] = [];
  let refusal: Refusal | null = null;
  let came = false;
  for (const exchange of transcript) {
    if (exchange.kind !== 'fetch') continue;
    const body = bodyOf(exchange);
    if (body.trim() === '' && (exchange.status ?? 0) < 400) continue;
    if ((exchange.status ?? 0) >= 400) {
      if (!RECONNECT.test(exchange.url)) refusal = { status: exchange.status ?? 0, body };
      continue;
    }
    came = true;
    payloads.push(...payloadsOfBody(body));
  }
  return { payloads, refusal, came };
}

function payloadsOfBody(body: string): Json[] {
  return valuesOf(body).flatMap((value) => entriesOf(value));
}

function valuesOf(body: string): unknown[] {
  if (!body.trimStart().startsWith('{')) return parseSse(body).map(({ data }) => parseJson(data));
  const whole = parseJson(body);
  return whole === undefined ? parseJsonLines(body) : [whole];
}

/** A thread re-read lists its entries; a frame stands for itself. The end of the stream is `{}`. */
function entriesOf(value: unknown): Json[] {
  if (!isJson(value) || Object.keys(value).length === 0) return [];
  if (!Array.isArray(value.entries)) return [value];
  return value.entries.filter(isJson);
}
