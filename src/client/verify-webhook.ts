import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Envelope } from '../contract/envelope.ts';
import type { JobView } from '../contract/job-view.ts';

/** What a webhook tells: the end of a capture with its Envelope, or of a whole job. */
export interface WebhookEvent {
  id: string;
  type: string;
  createdAt: string;
  job: { id: string; status: string; surface?: string };
  result: Envelope | JobView;
}

/** A delivery that is not what its sender signed, or is too old to trust. */
export class WebhookNotVerified extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookNotVerified';
  }
}

type HeaderBag = Headers | Readonly<Record<string, string | string[] | undefined>>;

export interface VerifyOptions {
  /** How far the sender's clock may be away; 300 s by default. */
  toleranceS?: number;
  /** Epoch milliseconds; the present by default. */
  now?: number;
}

/**
 * Checks a delivery against its secret and gives back the event. `rawBody` are the bytes as they came: parsing and
 * writing them again breaks the signature. Checks the Standard Webhooks headers (any of several signatures, so that a
 * rotated secret goes on working; the timestamp keeps replays out), or `X-AISearch-Signature` where those are missing.
 * Throws WebhookNotVerified.
 */
export function verifyWebhook(
  rawBody: string | Uint8Array,
  headers: HeaderBag,
  secret: string,
  options: VerifyOptions = {},
): WebhookEvent {
  const body = typeof rawBody === 'string' ? Buffer.from(rawBody, 'utf8') : Buffer.from(rawBody);
  const signatures = headerOf(headers, 'webhook-signature');
  if (signatures === undefined) verifyPlain(body, headerOf(headers, 'x-aisearch-signature'), secret);
  else verifyStandard(body, headers, signatures, secret, options);
  return JSON.parse(body.toString('utf8')) as WebhookEvent;
}

function verifyStandard(
  body: Buffer,
  headers: HeaderBag,
  signatures: string,
  secret: string,
  { toleranceS = 300, now = Date.now() }: VerifyOptions,
): void {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  if (id === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookNotVerified('webhook-id or webhook-timestamp is missing');
  }
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceS) {
    throw new WebhookNotVerified(`webhook-timestamp is more than ${toleranceS} s away; check both clocks`);
  }
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  const given = signatures.split(' ').filter((entry) => entry.startsWith('v1,'));
  if (given.some((entry) => isEqual(Buffer.from(entry.slice(3), 'base64'), expected))) return;
  throw new WebhookNotVerified('no signature fits the body and this secret');
}

function verifyPlain(body: Buffer, signature: string | undefined, secret: string): void {
  if (signature === undefined) throw new WebhookNotVerified('the delivery is not signed');
  const expected = createHmac('sha256', secret).update(body).digest();
  if (!/^[0-9a-f]{64}$/i.test(signature) || !isEqual(Buffer.from(signature, 'hex'), expected)) {
    throw new WebhookNotVerified('x-aisearch-signature does not fit the body and this secret');
  }
}

/** Base64 of 24 to 64 bytes behind `whsec_` (Standard Webhooks 1.0.0); any other secret is its own text. */
function keyOf(secret: string): Buffer {
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length >= 24 && bytes.length <= 64) return bytes;
  }
  return Buffer.from(secret, 'utf8');
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function headerOf(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}
