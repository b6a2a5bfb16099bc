import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  ApiRefusal,
  CaptureFleetClient,
  ConnectionFailed,
  verifyWebhook,
  WebhookNotVerified,
} from '../../../src/client/index.ts';
import { retryDelayMs } from '../../../src/client/retry.ts';
import { API_ERRORS } from '../../../src/contract/errors.ts';
import { signatureHeaders } from '../../../src/webhooks/signing.ts';

const failed = (given: Partial<Parameters<typeof retryDelayMs>[0]>): Parameters<typeof retryDelayMs>[0] => ({
  attempt: 0,
  status: 503,
  shouldRetry: null,
  retryAfter: null,
  ...given,
});

describe('a request is sent again', () => {
  it.each([undefined, 429, 503, 504])('after %s', (status) => {
    expect(retryDelayMs(failed({ status }), 3, 0)).toBe(250);
  });

  it.each([400, 401, 402, 403, 404, 409, 410, 413, 422, 500, 502])('never after %i by itself', (status) => {
    expect(retryDelayMs(failed({ status }), 3, 0)).toBeUndefined();
  });

  it('as the server says in X-Should-Retry, whatever the status', () => {
    expect(retryDelayMs(failed({ status: 409, shouldRetry: 'true' }), 3, 0)).toBe(250);
    expect(retryDelayMs(failed({ status: 503, shouldRetry: 'false' }), 3, 0)).toBeUndefined();
  });

  it('no sooner than Retry-After, and not at all when that is absurd', () => {
    expect(retryDelayMs(failed({ status: 429, retryAfter: '7' }), 3, 0.9)).toBe(7_000);
    expect(retryDelayMs(failed({ status: 429, retryAfter: '99999999' }), 3, 0)).toBeUndefined();
  });

  it('at most as often as was asked, with waits that grow to eight seconds', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.nat(40),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, max, random) => {
          const ms = retryDelayMs(failed({ attempt }), max, random);
          if (attempt >= max) expect(ms).toBeUndefined();
          else expect(ms).toBeLessThanOrEqual(8_000);
        },
      ),
    );
  });
});

interface Sent {
  url: string;
  headers: Headers;
  body: { idempotencyKey?: string };
}

/** A client whose server gives these answers, one after the other. */
function against(answers: (Response | Error)[]): { client: CaptureFleetClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const answering: typeof fetch = async (input, init) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
    sent.push({ url: String(input), headers: new Headers(init?.headers), body });
    const next = answers.shift();
    if (next === undefined) throw new TypeError('asked more often than foreseen');
    if (next instanceof Error) throw next;
    return next;
  };
  const client = new CaptureFleetClient({ baseUrl: 'http://fleet.test/', apiKey: 'k', fetch: answering });
  return { client, sent };
}

const accepted = { jobId: 'job_1234', status: 'processing', children: ['job_1234.chatgpt.own-fleet.us'] };
const asked = { query: 'q', surfaces: ['chatgpt' as const] };

describe('a submit', () => {
  it('whose answer is lost is repeated with the same idempotency key', async () => {
    const { client, sent } = against([new TypeError('reset'), Response.json(accepted, { status: 202 })]);
    expect(await client.submit(asked)).toEqual(accepted);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.body.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent[1]?.body).toEqual(sent[0]?.body);
    expect(sent[0]?.url).toBe('http://fleet.test/v1/search?mode=async');
  });

  it('of its own carries its own key, which the caller may give', async () => {
    const { client, sent } = against([1, 2, 3].map(() => Response.json(accepted, { status: 202 })));
    await client.submit(asked);
    await client.submit(asked);
    await client.submit({ ...asked, idempotencyKey: 'mine' });
    expect(new Set(sent.map((request) => request.body.idempotencyKey)).size).toBe(3);
    expect(sent[2]?.body.idempotencyKey).toBe('mine');
  });

  it('that is refused throws the code, the request id and the details, in either dialect', async () => {
    const flat = {
      code: 'INSUFFICIENT_CREDITS',
      error: 'no',
      request_id: 'req_1',
      docs_url: 'd',
      details: { required: 5 },
    };
    const nested = { error: { code: 'INSUFFICIENT_CREDITS', message: 'no', status: 402 } };
    for (const body of [flat, nested]) {
      const { client } = against([
        Response.json(body, { status: 402, headers: { 'x-request-id': 'req_1' } }),
      ]);
      const error: unknown = await client.submit(asked).catch((reason: unknown) => reason);
      if (!(error instanceof ApiRefusal)) throw error;
      expect(error.is('INSUFFICIENT_CREDITS')).toBe(true);
      expect(error.is('RATE_LIMIT_EXCEEDED')).toBe(false);
      expect(error).toMatchObject({ status: 402, message: 'no', requestId: 'req_1', retryable: false });
    }
  });

  it('answered by something else than the API is UNKNOWN, with its status', async () => {
    const { client } = against([new Response('<html>bad gateway</html>', { status: 502 })]);
    await expect(client.submit(asked)).rejects.toMatchObject({ code: 'UNKNOWN', status: 502 });
  });

  it('that never gets through says so, and keeps the cause', async () => {
    const cause = new TypeError('reset');
    const { client, sent } = against([cause, cause, cause, cause]);
    const error: unknown = await client.submit(asked).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionFailed);
    expect(error).toMatchObject({ cause });
    expect(sent).toHaveLength(4);
  });

  it('that was aborted throws the reason at once', async () => {
    const { client, sent } = against([]);
    await expect(client.submit(asked, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(sent).toHaveLength(0);
  });
});

describe('waiting for a job', () => {
  const view = (status: string): object => ({ job: { id: 'job_1234', status }, children: [] });

  it('tells every change, asks for changes only, and ends with the job', async () => {
    const { client, sent } = against([
      Response.json(view('processing'), { headers: { etag: 'W/"a"' } }),
      new Response(null, { status: 304 }),
      Response.json(view('completed')),
    ]);
    const seen: string[] = [];
    const job = await client.waitFor(accepted as never, { onProgress: (now) => seen.push(now.job.status) });
    expect(job.job.status).toBe('completed');
    expect(seen).toEqual(['processing', 'completed']);
    expect(sent[2]?.headers.get('if-none-match')).toBe('W/"a"');
    expect(sent[2]?.headers.get('prefer')).toBe('wait=1');
  });

  it('stops when the signal says so', async () => {
    const { client } = against([Response.json(view('processing'))]);
    await expect(client.waitFor('job_1234', { signal: AbortSignal.timeout(30) })).rejects.toThrow(/timeout/);
  });
});

const event = { id: 'evt_1', type: 'job.completed', createdAt: '2026-11-23T00:00:00Z', job: {}, result: {} };
const body = JSON.stringify(event);
const now = 1_800_000_000_000;
const signed = (secrets: string[], timestampS = now / 1000): Record<string, string> =>
  signatureHeaders({ eventId: 'evt_1', timestampS, body: Buffer.from(body), secrets });
const SECRETS = [
  `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  'whsec_your_signing_secret',
  'a plain secret text',
];

describe('a webhook delivery', () => {
  it.each(SECRETS)('signed by our courier with %s is verified, by both kinds of headers', (secret) => {
    const headers = signed([secret]);
    expect(verifyWebhook(body, headers, secret, { now })).toEqual(event);
    expect(verifyWebhook(Buffer.from(body), new Headers(headers), secret, { now })).toEqual(event);
    const old = { 'X-AISearch-Signature': headers['x-aisearch-signature'] };
    expect(verifyWebhook(body, old, secret, { now })).toEqual(event);
    expect(headers['x-aisearch-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
  });

  it('signed by the reference library is verified too', () => {
    const [secret = ''] = SECRETS;
    const signature = new Webhook(secret).sign('evt_1', new Date(now), body);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(now / 1000),
      'webhook-signature': signature,
    };
    expect(verifyWebhook(body, headers, secret, { now })).toEqual(event);
  });

  it('signed with two secrets during a rotation is verified with either', () => {
    for (const secret of SECRETS)
      expect(verifyWebhook(body, signed(SECRETS), secret, { now })).toEqual(event);
  });

  it.each([
    ['another body', `${body} `, signed(SECRETS), SECRETS[0], now],
    ['another secret', body, signed(SECRETS), 'another secret altogether', now],
    ['an old timestamp', body, signed(SECRETS), SECRETS[0], now + 301_000],
    ['a timestamp of the future', body, signed(SECRETS), SECRETS[0], now - 301_000],
    ['another id', body, { ...signed(SECRETS), 'webhook-id': 'evt_2' }, SECRETS[0], now],
    ['no signature', body, {}, SECRETS[0], now],
    ['a signature that is none', body, { 'x-aisearch-signature': 'zz' }, SECRETS[0], now],
    [
      'a bad standard signature beside a good old one',
      body,
      { ...signed(SECRETS), 'webhook-signature': 'v1,AAAA' },
      SECRETS[0],
      now,
    ],
  ])('with %s is refused', (_what, bytes, headers, secret, at) => {
    expect(() => verifyWebhook(bytes, headers, secret ?? '', { now: at })).toThrow(WebhookNotVerified);
  });
});

describe('the catalogue and the client agree', () => {
  it('on every code: what the server calls retryable is retried, nothing else', () => {
    for (const { status, retryable } of Object.values(API_ERRORS)) {
      const ms = retryDelayMs(failed({ status, shouldRetry: String(retryable) }), 3, 0);
      expect(ms !== undefined).toBe(retryable);
    }
  });
});
