import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCOPES } from '../../../src/jobs/account.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { webhookCipher } from '../../../src/webhooks/cipher.ts';
import { Courier } from '../../../src/webhooks/courier.ts';
import { type ApiWorld, openApiWorld } from '../api/api-world.ts';
import { testLog } from '../database.ts';
import { finishNext, openAccount } from '../jobs/jobs-world.ts';
import { acknowledge, answering, type Receiver, startReceiver } from './receiver.ts';
import { testClock } from './webhook-world.ts';

let receiver: Receiver;
let world: ApiWorld;
let courier: Courier;
beforeAll(async () => {
  receiver = await startReceiver();
  world = await openApiWorld({
    config: { webhookAllow: [receiver.hostPort], webhookKey: 'a key of the tests' },
  });
  courier = new Courier({
    ...{ db: world.db, listener: world.listener, log: testLog, clock: testClock(), random: () => 0 },
    guard: new AddressGuard(world.config.webhookAllow),
    cipher: webhookCipher(world.config),
  });
  await courier.start();
});
afterAll(async () => {
  await courier?.stop();
  await world?.close();
  await receiver?.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.behave(acknowledge);
});

const base = { query: 'q', surfaces: ['chatgpt'] };
const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const remove = (path: string) =>
  world.ask(path, { method: 'DELETE', headers: { authorization: `Bearer ${world.key}` } });
const post = (path: string) =>
  world.ask(path, { method: 'POST', headers: { authorization: `Bearer ${world.key}` } });

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = performance.now() + 15_000; performance.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('it did not come to pass');
}

describe('a webhook that is not acceptable is refused exactly as the table says', () => {
  const URL_RULE = 'webhook.url must be an absolute https URL without credentials';
  const NOT_PUBLIC = 'webhook.url points to a non-public address';
  const SECRET_RULE = 'webhook.secret must be 16-256 characters';
  it.each<[unknown, string, string]>([
    [{ url: '/x', secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ url: 'gopher://example.com/', secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ url: 'http://example.com/', secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ url: 'https://u:p@example.com/', secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ url: `https://example.com/${'x'.repeat(2_048)}`, secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ secret: SECRET }, 'VALIDATION_FAILED', URL_RULE],
    [{ url: 'https://127.0.0.1/', secret: SECRET }, 'WEBHOOK_URL_FORBIDDEN', NOT_PUBLIC],
    [{ url: 'https://2130706433/', secret: SECRET }, 'WEBHOOK_URL_FORBIDDEN', NOT_PUBLIC],
    [{ url: 'https://[::ffff:7f00:1]/', secret: SECRET }, 'WEBHOOK_URL_FORBIDDEN', NOT_PUBLIC],
    [{ url: 'https://169.254.169.254/', secret: SECRET }, 'WEBHOOK_URL_FORBIDDEN', NOT_PUBLIC],
    [{ url: 'https://localhost/', secret: SECRET }, 'WEBHOOK_URL_FORBIDDEN', NOT_PUBLIC],
    [
      { url: 'https://93.184.216.34:5432/', secret: SECRET },
      'WEBHOOK_URL_FORBIDDEN',
      'webhook.url names a port other than 80, 443 and 8443',
    ],
    [{ url: 'https://example.com', secret: 'x'.repeat(15) }, 'VALIDATION_FAILED', SECRET_RULE],
    [{ url: 'https://example.com', secret: 'x'.repeat(257) }, 'VALIDATION_FAILED', SECRET_RULE],
    [
      { url: 'https://example.com', sekret: 'x' },
      'VALIDATION_FAILED',
      "unknown field 'webhook.sekret'; did you mean 'secret'?",
    ],
    [
      { url: 'https://93.184.216.34/' },
      'VALIDATION_FAILED',
      'send webhook.secret, or make a secret for this account with POST /v1/webhooks/secrets; deliveries are always signed',
    ],
  ])('%j', async (webhook, code, error) => {
    expect(await world.post('/v1/search', { ...base, webhook })).toMatchObject({
      status: 400,
      body: { code, error },
    });
  });

  it('forces async, and refuses mode=sync', async () => {
    const body = { ...base, webhook: { url: receiver.url, secret: SECRET } };
    expect(await world.post('/v1/search?mode=sync', body)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', error: 'a webhook forces async; remove mode=sync or webhook' },
    });
    expect((await world.post('/v1/search', body, { prefer: 'wait=5' })).status).toBe(202);
    await finishNext(world);
    await until(() => receiver.received[0]);
  });
});

describe('a webhook of a request', () => {
  it('is called with what the API answers for the child, verifiable with the secret given; the log tells all', async () => {
    const submitted = await world.post(
      '/v1/search',
      { ...base, webhook: { url: `${receiver.url}/own`, secret: SECRET } },
      { 'x-request-id': 'mine-1' },
    );
    expect(submitted.status).toBe(202);
    await finishNext(world, { text: 'héllo 🜁' });
    const received = await until(() => receiver.received[0]);
    const event = new Webhook(SECRET).verify(received.body, received.headers as Record<string, string>) as {
      id: string;
      result: unknown;
    };
    const child = submitted.body.children[0];
    expect(event.result).toEqual((await world.get(`/v1/jobs/${child}`)).body);
    const log = await until(async () => {
      const { body } = await world.get(`/v1/webhooks/deliveries?jobId=${submitted.body.jobId}`);
      return body.data[0]?.state === 'delivered' ? body : undefined;
    });
    expect(log).toMatchObject({
      nextCursor: null,
      data: [
        {
          ...{
            eventId: event.id,
            type: 'job.completed',
            jobId: submitted.body.jobId,
            childId: child,
            endpointId: null,
          },
          ...{ url: `${receiver.url}/own`, state: 'delivered', requestId: 'mine-1', nextAttemptAt: null },
          attempts: [{ number: 1, status: 204, result: 'acknowledged', answer: null }],
        },
      ],
    });
    const stored = await world.db.query(`SELECT request::text AS text FROM fleet.job WHERE id = $1`, [
      submitted.body.jobId,
    ]);
    expect(JSON.stringify(stored.rows)).not.toContain(SECRET);
  });

  it('belongs to the request’s fingerprint: another url or secret under the same key is a conflict', async () => {
    const body = { ...base, idempotencyKey: 'hook-1', webhook: { url: receiver.url, secret: SECRET } };
    const first = await world.post('/v1/search', body);
    expect((await world.post('/v1/search', body)).body.jobId).toBe(first.body.jobId);
    for (const webhook of [
      undefined,
      { url: `${receiver.url}/2`, secret: SECRET },
      { url: receiver.url, secret: `${SECRET}x` },
    ])
      expect((await world.post('/v1/search', { ...body, webhook })).body.code).toBe('IDEMPOTENCY_CONFLICT');
    await finishNext(world);
    await until(() => receiver.received[0]);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('secrets and endpoints of an account', () => {
  it('are made, listed, rotated, revoked and deleted; a secret is shown once', async () => {
    expect((await world.post('/v1/webhooks/endpoints', { url: `${receiver.url}/all` })).body.code).toBe(
      'VALIDATION_FAILED',
    );
    const made = await post('/v1/webhooks/secrets');
    expect(made).toMatchObject({
      status: 201,
      body: { secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) },
    });
    const endpoint = await world.post('/v1/webhooks/endpoints', {
      url: `${receiver.url}/all`,
      events: ['job.failed'],
    });
    expect(endpoint).toMatchObject({
      status: 201,
      body: { events: ['job.failed'], disabledAt: null, version: '2026-06-27' },
    });
    expect((await world.get('/v1/webhooks/endpoints')).body.data).toEqual([endpoint.body]);

    const rotated = await post(`/v1/webhooks/secrets/${made.body.info.id}/rotate`);
    expect(rotated.status).toBe(201);
    expect((await post(`/v1/webhooks/secrets/${made.body.info.id}/rotate`)).status).toBe(404);
    const listed = await world.get('/v1/webhooks/secrets');
    expect(listed.body.data).toHaveLength(2);
    expect(listed.text).not.toContain('whsec_');

    await world.post('/v1/search', { ...base, webhook: { url: `${receiver.url}/own` } });
    await finishNext(world, { outcome: 'challenge' });
    await until(() => (receiver.received.length >= 2 ? true : undefined));
    expect(receiver.received.map((received) => received.path).sort()).toEqual(['/all', '/own']);
    for (const received of receiver.received)
      for (const secret of [made.body.secret, rotated.body.secret])
        expect(
          new Webhook(secret).verify(received.body, received.headers as Record<string, string>),
        ).toBeTruthy();

    expect((await remove(`/v1/webhooks/secrets/${made.body.info.id}`)).body.revokedAt).toBeTypeOf('string');
    receiver.received.length = 0;
    await world.post('/v1/search', { ...base, webhook: { url: `${receiver.url}/own` } });
    await finishNext(world);
    const after = await until(() => receiver.received[0]);
    const headers = after.headers as Record<string, string>;
    expect(new Webhook(rotated.body.secret).verify(after.body, headers)).toBeTruthy();
    expect(() => new Webhook(made.body.secret).verify(after.body, headers)).toThrow();
    expect((await remove(`/v1/webhooks/endpoints/${endpoint.body.id}`)).status).toBe(200);
    expect((await remove(`/v1/webhooks/endpoints/${endpoint.body.id}`)).body.code).toBe('WEBHOOK_NOT_FOUND');
  });

  it.each<[unknown, string, string]>([
    [{}, 'VALIDATION_FAILED', 'url must be an absolute https URL without credentials'],
    [{ url: 'https://10.0.0.1/' }, 'WEBHOOK_URL_FORBIDDEN', 'url points to a non-public address'],
    [
      { url: 'https://93.184.216.34/', evnts: [] },
      'VALIDATION_FAILED',
      "unknown field 'evnts'; did you mean 'events'?",
    ],
    [
      { url: 'https://93.184.216.34/', events: ['job.started'] },
      'VALIDATION_FAILED',
      'events must be a list of job.completed, job.partial, job.failed, job.canceled, job.expired',
    ],
  ])('an endpoint %j is refused', async (body, code, error) => {
    expect(await world.post('/v1/webhooks/endpoints', body)).toMatchObject({
      status: 400,
      body: { code, error },
    });
  });

  it('a POST that takes no body takes an empty one, whatever type it claims', async () => {
    const headers = { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' };
    for (const raw of ['', '{}']) {
      const answer = await world.ask('/v1/webhooks/deliveries/dlv_x/replay', {
        method: 'POST',
        headers,
        raw,
      });
      expect(answer.body.code).toBe('WEBHOOK_NOT_FOUND');
    }
  });

  it('are limited in number', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/webhooks/secrets')));
    expect(answers.filter((answer) => answer.status === 201).length).toBeLessThanOrEqual(5);
    expect(answers.filter((answer) => answer.status === 400).length).toBeGreaterThan(0);
  });
});

describe('the delivery log', () => {
  it('pages through everything once, and says what is wrong with a query', async () => {
    for (let index = 0; index < 5; index++) {
      await world.post('/v1/search', { ...base, webhook: { url: receiver.url, secret: SECRET } });
      await finishNext(world);
    }
    await until(() => (receiver.received.length >= 5 ? true : undefined));
    const all = (await world.get('/v1/webhooks/deliveries?limit=100')).body.data.map(
      (delivery: { id: string }) => delivery.id,
    );
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await world.get(
        `/v1/webhooks/deliveries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      paged.push(...page.body.data.map((delivery: { id: string }) => delivery.id));
      cursor = page.body.nextCursor;
    }
    expect(paged).toEqual(all);
    for (const [query, error] of [
      ['limit=0', 'limit must be 1-100'],
      ['limit=101', 'limit must be 1-100'],
      ['limit=x', 'limit must be 1-100'],
      ['cursor=x', 'cursor is not valid'],
      ['state=lost', 'state must be one of pending, delivered, dead'],
    ])
      expect((await world.get(`/v1/webhooks/deliveries?${query}`)).body).toMatchObject({
        code: 'VALIDATION_FAILED',
        error,
      });
    expect((await post('/v1/webhooks/deliveries/replay?since=yesterday')).body.code).toBe(
      'VALIDATION_FAILED',
    );
  });

  it('replays one delivery, refuses while it is under way, and replays the dead in bulk', async () => {
    receiver.behave(answering(410));
    const { body } = await world.post('/v1/search', {
      ...base,
      webhook: { url: receiver.url, secret: SECRET },
    });
    await finishNext(world);
    const path = `/v1/webhooks/deliveries?jobId=${body.jobId}&state=dead`;
    const dead = await until(async () => (await world.get(path)).body.data[0]);
    let release: () => void = () => undefined;
    receiver.behave((received, response) => {
      release = () => acknowledge(received, response);
    });
    const replayed = await post(`/v1/webhooks/deliveries/${dead.id}/replay`);
    expect(replayed).toMatchObject({ status: 202, body: { id: dead.id, eventId: dead.eventId } });
    await until(() => (receiver.received.length === 2 ? true : undefined));
    expect(await post(`/v1/webhooks/deliveries/${dead.id}/replay`)).toMatchObject({
      status: 409,
      body: { code: 'DELIVERY_IN_PROGRESS' },
    });
    release();
    await until(async () =>
      (await world.get(`/v1/webhooks/deliveries/${dead.id}`)).body.state === 'delivered' ? true : undefined,
    );
    expect((await post('/v1/webhooks/deliveries/replay?since=2020-01-01T00:00:00Z')).body).toEqual({
      replayed: 0,
    });
  });

  it('of another account is the same 404 as one that does not exist', async () => {
    await openAccount(world.db, 'acct_other');
    const { key } = await createKey(
      world.db,
      {
        label: 'other',
        accountId: 'acct_other',
        mode: 'live',
        scopes: SCOPES,
        expiresAt: null,
        versionPin: null,
      },
      Date.now(),
    );
    const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'same' };
    const [mine] = (await world.get('/v1/webhooks/deliveries?limit=1')).body.data;
    const [secret] = (await world.get('/v1/webhooks/secrets')).body.data;
    for (const [method, foreign, missing] of [
      ['GET', `/v1/webhooks/deliveries/${mine.id}`, '/v1/webhooks/deliveries/dlv_x'],
      ['POST', `/v1/webhooks/deliveries/${mine.id}/replay`, '/v1/webhooks/deliveries/dlv_x/replay'],
      ['POST', `/v1/webhooks/secrets/${secret.id}/rotate`, '/v1/webhooks/secrets/whs_x/rotate'],
      ['DELETE', `/v1/webhooks/secrets/${secret.id}`, '/v1/webhooks/secrets/whs_x'],
    ] as const) {
      const answer = await world.ask(foreign, { method, headers });
      expect(answer.status).toBe(404);
      expect(answer.text).toBe((await world.ask(missing, { method, headers })).text);
    }
    expect((await world.ask('/v1/webhooks/deliveries', { headers })).body.data).toEqual([]);
    expect((await world.ask('/v1/webhooks/secrets', { headers })).body.data).toEqual([]);
  });
});
