import { createHmac } from 'node:crypto';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PREFIX = 'whsec_';

/**
 * The key a secret stands for: the bytes after `whsec_` when they are base64 of 24 to 64 bytes (Standard Webhooks
 * 1.0.0), else the text itself in UTF-8. Many secrets in use are plain words; verifiers take those as `raw`.
 */
export function keyOf(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (BASE64.test(text)) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length >= 24 && bytes.length <= 64) return bytes;
  }
  return Buffer.from(secret, 'utf8');
}

/** What one attempt is signed with and for. */
export interface Signed {
  eventId: string;
  /** Of this attempt. */
  timestampS: number;
  body: Uint8Array;
  /** Newest first; at least one. */
  secrets: readonly string[];
}

/**
 * `webhook-id`, `webhook-timestamp`, `webhook-signature` of Standard Webhooks 1.0.0 (one `v1,` signature per secret),
 * and the older `x-aisearch-signature`: hex HMAC-SHA256 over the body, keyed with the newest secret's text.
 */
export function signatureHeaders({ eventId, timestampS, body, secrets }: Signed): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${eventId}.${timestampS}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
    'x-aisearch-signature': createHmac('sha256', secrets[0] ?? '')
      .update(body)
      .digest('hex'),
  };
}
