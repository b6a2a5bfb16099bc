import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../../src/jobs/account.ts';
import { createAccount } from '../../../src/jobs/accounts.ts';
import { KeyRing } from '../../../src/jobs/api-key-check.ts';
import { createKey, type NewKey } from '../../../src/jobs/api-keys.ts';
import { grantCredits } from '../../../src/jobs/credits.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { claimed, envelopeFor, finishNext } from '../jobs/jobs-world.ts';
import { type Answer, type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { syncLimit: 2, queueLimit: 6, rateLimit: 60 } });
});
afterAll(() => world.close());

const base = { query: 'q', surfaces: ['chatgpt'] };

/** A new account with a key, and requests with that key. */
async function tenant(credits: number, key: Partial<NewKey> = {}) {
  const accountId = `acct_${crypto.randomUUID().slice(0, 8)}`;
  await createAccount(world.db, { id: accountId, name: accountId, startCredits: credits, now: Date.now() });
  const made = await createKey(world.db, { label: 'test', accountId, ...key }, Date.now());
  const headers = { authorization: `Bearer ${made.key}` };
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    world.ask(path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { accountId, key: made.key, id: made.info.id, ask };
}

/** The code of an answer, with the parts of a message that differ between requests taken out. */
function bytesOf(answer: Answer): string {
  return answer.text.replaceAll(answer.body.request_id, 'REQ');
}

describe('keys over HTTP', () => {
  it('one is made, shown once, works, is listed without its text, and is revoked', async () => {
    const { ask, key: parent } = await tenant(10);
    const made = await ask('POST', '/v1/keys', { label: 'reader', scopes: ['jobs:read', 'usage:read'] });
    expect(made.status).toBe(201);
    const { key, info } = made.body;
    expect(key).toMatch(/^aisk_live_[0-9A-Za-z]{36}$/);
    expect(info).toMatchObject({
      label: 'reader',
      mode: 'live',
      scopes: ['jobs:read', 'usage:read'],
      lastFour: key.slice(-4),
    });
    const bearer = { authorization: `Bearer ${key}` };
    expect((await world.ask('/v1/usage', { headers: bearer })).status).toBe(200);
    const listed = await ask('GET', '/v1/keys');
    expect(listed.body.data.map((one: { label: string }) => one.label)).toEqual(['test', 'reader']);
    expect(listed.text).not.toContain(key);
    expect(listed.text).not.toContain(parent);
    const revoked = await ask('DELETE', `/v1/keys/${info.id}`);
    expect(revoked.body.revokedAt).toMatch(/^\d{4}-/);
    await expect
      .poll(async () => (await world.ask('/v1/usage', { headers: bearer })).status, {
        timeout: 5_000,
        interval: 20,
      })
      .toBe(401);
  });

  it('nobody makes a key that may do more than their own', async () => {
    const { ask } = await tenant(10, { scopes: ['keys:manage', 'jobs:read'] });
    expect(await ask('POST', '/v1/keys', { label: 'more', scopes: ['search:create'] })).toMatchObject({
      status: 403,
      body: { code: 'INSUFFICIENT_SCOPE', error: "API key is missing scope 'search:create'" },
    });
    const made = await ask('POST', '/v1/keys', { label: 'same' });
    expect(made.body.info.scopes).toEqual(['keys:manage', 'jobs:read']);
    const test = await tenant(10, { mode: 'test' });
    expect(await test.ask('POST', '/v1/keys', { label: 'live', mode: 'live' })).toMatchObject({
      status: 400,
      body: { error: 'a test key can make test keys only' },
    });
    expect((await test.ask('POST', '/v1/keys', { label: 't' })).body.key).toMatch(/^aisk_test_/);
  });

  it.each([
    [{}, 'label must be 1-100 characters'],
    [{ label: '' }, 'label must be 1-100 characters'],
    [{ label: 'x', mode: 'fast' }, 'mode must be live or test'],
    [{ label: 'x', scopes: [] }, `scopes must be a list of ${SCOPES.join(', ')}`],
    [{ label: 'x', scopes: ['root'] }, `scopes must be a list of ${SCOPES.join(', ')}`],
    [
      { label: 'x', expiresAt: 'soon' },
      'expiresAt must be a time in the future, such as 2027-01-01T00:00:00Z',
    ],
    [
      { label: 'x', expiresAt: '2020-01-01T00:00:00Z' },
      'expiresAt must be a time in the future, such as 2027-01-01T00:00:00Z',
    ],
    [{ label: 'x', version: '1999-01-01' }, 'version must be one of 2026-06-27, 2026-06-01'],
  ])('%j is refused', async (body, error) => {
    const answer = await world.post('/v1/keys', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', error } });
  });

  it('an expired key is refused', async () => {
    const { ask } = await tenant(10, { expiresAt: Date.now() - 1 });
    expect(await ask('GET', '/v1/usage')).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID' } });
  });

  it('a process that hears nothing refuses a revoked key when its memory of 5 s is over; one that listens, at once', async () => {
    const { key, id, ask } = await tenant(10);
    let monotonic = 0;
    const deaf = new KeyRing(world.db, { now: systemClock.now, monotonic: () => monotonic });
    const listening = new KeyRing(world.db, { now: systemClock.now, monotonic: () => 0 });
    await listening.start(world.listener);
    expect((await deaf.check(key))?.keyId).toBe(id);
    expect((await listening.check(key))?.keyId).toBe(id);
    await ask('DELETE', `/v1/keys/${id}`);
    await expect.poll(() => listening.check(key), { timeout: 5_000, interval: 10 }).toBeUndefined();
    monotonic = 4_999;
    expect((await deaf.check(key))?.keyId).toBe(id);
    monotonic = 5_001;
    expect(await deaf.check(key)).toBeUndefined();
    listening.close();
  });
});

describe('scopes', () => {
  it.each<[string, string, unknown, Scope]>([
    ['POST', '/v1/search', base, 'search:create'],
    ['POST', '/v1/search/chatgpt', { query: 'q' }, 'search:create'],
    ['GET', '/v1/jobs/job_aaaa', undefined, 'jobs:read'],
    ['GET', '/v1/usage', undefined, 'usage:read'],
    ['GET', '/v1/keys', undefined, 'keys:manage'],
    ['POST', '/v1/keys', { label: 'x' }, 'keys:manage'],
    ['DELETE', '/v1/keys/x', undefined, 'keys:manage'],
  ])('%s %s needs its own, and the answer names it', async (method, path, body, scope) => {
    const without = await tenant(10, { scopes: SCOPES.filter((one) => one !== scope) });
    expect(await without.ask(method, path, body)).toMatchObject({
      status: 403,
      body: { code: 'INSUFFICIENT_SCOPE', error: `API key is missing scope '${scope}'` },
      headers: { 'x-should-retry': 'false' },
    });
  });
});

describe('two accounts (P13)', () => {
  it("what is another's is answered byte for byte as what does not exist", async () => {
    const [one, two] = [await tenant(100), await tenant(100)];
    const { body } = await one.ask('POST', '/v1/search?mode=async', base);
    for (const id of [body.jobId, body.children[0]]) {
      const missing = id.replace(body.jobId, 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa');
      const foreign = await two.ask('GET', `/v1/jobs/${id}`);
      expect(foreign.status).toBe(404);
      expect(bytesOf(foreign).replaceAll(body.jobId, 'ID')).toBe(
        bytesOf(await two.ask('GET', `/v1/jobs/${missing}`)).replaceAll(
          'job_aaaaaaaaaaaaaaaaaaaaaaaaaa',
          'ID',
        ),
      );
    }
    const none = crypto.randomUUID();
    const foreign = await two.ask('DELETE', `/v1/keys/${one.id}`);
    expect(foreign).toMatchObject({
      status: 404,
      body: { code: 'KEY_NOT_FOUND', error: `no key '${one.id}'` },
    });
    expect(bytesOf(foreign).replaceAll(one.id, none)).toBe(
      bytesOf(await two.ask('DELETE', `/v1/keys/${none}`)),
    );
    expect((await one.ask('GET', '/v1/usage')).status).toBe(200);
    expect((await two.ask('GET', '/v1/keys')).body.data).toHaveLength(1);
    await finishNext(world).catch(() => undefined);
  });

  it('the same idempotencyKey is two keys', async () => {
    const [one, two] = [await tenant(100), await tenant(100)];
    const body = { ...base, idempotencyKey: 'mine' };
    const first = await one.ask('POST', '/v1/search?mode=async', body);
    const second = await two.ask('POST', '/v1/search?mode=async', body);
    expect(second.body.jobId).not.toBe(first.body.jobId);
    expect(second.headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('credits over HTTP', () => {
  it('a search that cannot be paid for is 402 with what is missing; a replay needs nothing', async () => {
    const { ask } = await tenant(11);
    const first = await ask('POST', '/v1/search?mode=async', {
      ...base,
      surfaces: ['chatgpt', 'gemini'],
      idempotencyKey: 'once',
    });
    expect(first.status).toBe(202);
    expect(await ask('POST', '/v1/search?mode=async', { ...base, surfaces: ['perplexity'] })).toMatchObject({
      status: 402,
      body: {
        code: 'INSUFFICIENT_CREDITS',
        error: 'this search needs 3 credits, 2 available; nothing was started',
        details: {
          required: 3,
          available: 2,
          perChild: [{ surface: 'perplexity', region: 'GLOBAL', credits: 3 }],
        },
      },
      headers: { 'x-should-retry': 'false' },
    });
    const replay = await ask('POST', '/v1/search?mode=async', {
      ...base,
      surfaces: ['chatgpt', 'gemini'],
      idempotencyKey: 'once',
    });
    expect(replay).toMatchObject({ status: 202, body: { jobId: first.body.jobId } });
    expect(replay.headers['idempotent-replayed']).toBe('true');
  });

  it('a balance short by 0.01 is 402 and says so; usage tells its hundredths', async () => {
    const { ask, accountId } = await tenant(4.99);
    expect(await ask('POST', '/v1/search?mode=async', base)).toMatchObject({
      status: 402,
      body: {
        error: 'this search needs 5 credits, 4.99 available; nothing was started',
        details: { required: 5, available: 4.99 },
      },
    });
    expect((await ask('GET', '/v1/usage')).body).toMatchObject({
      ...{ usage: { totalJobs: 0 }, balance: { credits: 4.99 } },
    });
    const { rowCount } = await world.db.query('SELECT 1 FROM fleet.job WHERE account_id = $1', [accountId]);
    expect(rowCount).toBe(0);
    const now = Date.now();
    await grantCredits(world.db, { accountId, amount: 0.01, note: 'test', now, id: crypto.randomUUID() });
    const { status, body } = await ask('POST', '/v1/search?mode=async', base);
    expect(status).toBe(202);
    expect((await ask('GET', '/v1/usage')).text).toContain('"credits":5,');
    await ask('POST', `/v1/jobs/${body.jobId}/cancel`);
  });

  it('usage tells the plan, what was asked and what is left; only answers are paid for', async () => {
    const { ask, accountId } = await tenant(50);
    await ask('POST', '/v1/search?mode=async', { ...base, surfaces: ['copilot', 'google_news'] });
    for (const [surface, outcome] of [
      ['copilot', 'answered'],
      ['google_news', 'absent'],
    ] as const) {
      const child = await claimed(world, { surface });
      await settle(
        world.db,
        world.queue,
        child,
        await envelopeFor(world.db, child.id, outcome, 'x', accountId),
      );
    }
    expect((await ask('GET', '/v1/usage')).body).toEqual({
      plan: 'credits',
      usage: { totalJobs: 2, bySurface: { copilot: 1, google_news: 1 } },
      balance: { plan: 'credits', credits: 45, unlimited: false },
    });
  });

  it('a test key reserves nothing, and its keys of idempotency are its own', async () => {
    const { ask, accountId } = await tenant(0);
    expect((await ask('POST', '/v1/search?mode=async', base)).status).toBe(402);
    const { key } = await createKey(world.db, { label: 't', accountId, mode: 'test' }, Date.now());
    const body = { ...base, idempotencyKey: 'k' };
    const headers = { authorization: `Bearer ${key}` };
    const answer = await world.ask('/v1/search?mode=async', { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    const { rows } = await world.db.query('SELECT origin FROM fleet.job WHERE id = $1', [answer.body.jobId]);
    expect(rows).toEqual([{ origin: 'stage' }]);
    expect((await ask('POST', '/v1/search?mode=async', body)).status).toBe(402);
  });
});

describe('limits over HTTP', () => {
  it('submits carry the state of every limit', async () => {
    const { ask } = await tenant(100);
    const { headers } = await ask('POST', '/v1/search?mode=async', base);
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '59',
      'ratelimit-policy': '"submit";q=60;w=60',
      ratelimit: '"submit";r=59;t=1',
      'x-concurrency-limit': '2',
      'x-concurrency-running': '0',
      'x-concurrency-queued': '1',
    });
    expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  it('the 61st submit of a minute is refused before its body is read; reads go on', async () => {
    const { ask, key } = await tenant(0);
    for (let count = 0; count < 60; count++)
      expect((await ask('POST', '/v1/search?mode=async', {})).status).toBe(400);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await world.ask('/v1/search', { method: 'POST', raw: 'not json', headers });
    const seconds = Number(answer.headers['retry-after']);
    expect(answer).toMatchObject({
      status: 429,
      body: {
        code: 'RATE_LIMIT_EXCEEDED',
        error: `rate limit of 60 requests per 60 s exceeded; retry in ${seconds} s`,
      },
      headers: { 'x-ratelimit-remaining': '0', 'x-should-retry': 'true' },
    });
    expect(seconds).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(String(answer.headers.ratelimit))?.[1]));
    expect((await ask('GET', '/v1/usage')).status).toBe(200);
  });

  it('a sync slot is free again when the answer is given, and when the client leaves', async () => {
    const { ask, key, accountId } = await tenant(1000);
    const leaving = [new AbortController(), new AbortController()];
    const headers = { authorization: `Bearer ${key}` };
    const asked = leaving.map(({ signal }) =>
      world.ask('/v1/search', { method: 'POST', body: base, headers, signal }).catch(() => 'left'),
    );
    const slots = async (): Promise<number> => {
      const { rows } = await world.db.query(
        `SELECT count(*)::int AS count FROM fleet.sync_slot WHERE account_id = $1`,
        [accountId],
      );
      return (rows[0] as { count: number }).count;
    };
    await expect.poll(slots, { timeout: 5_000 }).toBe(2);
    const refused = await ask('POST', '/v1/search', base);
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'CONCURRENCY_LIMIT_EXCEEDED',
        error: '2 of 2 sync captures in flight; retry, or use mode=async',
      },
      headers: { 'x-concurrency-limit': '2', 'x-concurrency-running': '2', 'x-concurrency-queued': '2' },
    });
    for (const { abort } of leaving.map((one) => ({ abort: () => one.abort() }))) abort();
    expect(await Promise.all(asked)).toEqual(['left', 'left']);
    await expect.poll(slots, { timeout: 5_000, interval: 20 }).toBe(0);
    const timeout = await world.ask('/v1/search', {
      method: 'POST',
      body: base,
      headers: { ...headers, prefer: 'wait=1' },
    });
    expect(timeout.status).toBe(504);
    expect(await slots()).toBe(0);
  });

  it('a full queue is 429 for new work, not for a replay', async () => {
    const { ask } = await tenant(1000);
    const six = { ...base, regions: ['US', 'DE', 'FR', 'GB', 'ES', 'IT'], idempotencyKey: 'six' };
    expect((await ask('POST', '/v1/search?mode=async', six)).status).toBe(202);
    expect(await ask('POST', '/v1/search?mode=async', base)).toMatchObject({
      status: 429,
      body: { code: 'QUEUE_CAPACITY_EXCEEDED', error: 'queue holds 6 of 6 captures; retry in 60 s' },
      headers: { 'retry-after': '60', 'x-should-retry': 'true' },
    });
    expect((await ask('POST', '/v1/search?mode=async', six)).status).toBe(202);
  });
});
