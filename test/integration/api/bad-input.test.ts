import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { type Answer, type ApiWorld, errorOf, openApiWorld, rawExchange } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const VALID =
  'chatgpt, claude, perplexity, gemini, copilot, google_ai_overview, google_ai_mode, google_search, google_news';
const UNSTORABLE = 'contains a character that cannot be stored (U+0000 or an unpaired surrogate)';
const KEY_RULE = 'idempotencyKey must be 1-255 printable ASCII characters';
const WEBHOOK_URL = 'webhook.url must be an absolute https URL without credentials';
const base = { query: 'q', surfaces: ['chatgpt'] };
const regions = (count: number): string[] =>
  ['US', 'DE', 'FR', 'GB', 'ES', 'IT', 'PL', 'NL', 'SE', 'NO', 'FI', 'DK'].slice(0, count);

/** Asks in every dialect and expects the same refusal in each; gives the last answer. */
async function refused(
  ask: (version: Record<string, string>) => Promise<Answer>,
  status: number,
  code: string,
  message: string,
): Promise<Answer> {
  let answer: Answer | undefined;
  for (const version of API_VERSIONS) {
    answer = await ask({ 'x-aisearch-version': version });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toMatchObject({ code, message });
  }
  if (answer === undefined) throw new Error('no dialect is spoken');
  return answer;
}

describe('a body of POST /v1/search that is not acceptable is answered exactly as the table says', () => {
  it.each<[string, unknown, number, string, string]>([
    ['an array', [], 400, 'VALIDATION_FAILED', 'body must be a JSON object'],
    ['null', null, 400, 'VALIDATION_FAILED', 'body must be a JSON object'],
    ['a number', 7, 400, 'VALIDATION_FAILED', 'body must be a JSON object'],
    [
      'an unknown field near a known one',
      { ...base, qeury: 'x' },
      400,
      'VALIDATION_FAILED',
      "unknown field 'qeury'; did you mean 'query'?",
    ],
    [
      'a known field in another case',
      { ...base, idempotency_key: 'x' },
      400,
      'VALIDATION_FAILED',
      "unknown field 'idempotency_key'; did you mean 'idempotencyKey'?",
    ],
    [
      'an unknown field near nothing',
      { ...base, zzzzzz: 'x' },
      400,
      'VALIDATION_FAILED',
      "unknown field 'zzzzzz'",
    ],
    [
      'an unknown field of a region',
      { ...base, regions: [{ country: 'US', citty: 'x' }] },
      400,
      'VALIDATION_FAILED',
      "unknown field 'regions[0].citty'; did you mean 'city'?",
    ],
    ['no query', { surfaces: ['chatgpt'] }, 400, 'VALIDATION_FAILED', 'query must be 1-10000 characters.'],
    ['an empty query', { ...base, query: '' }, 400, 'VALIDATION_FAILED', 'query must be 1-10000 characters.'],
    [
      'a blank query',
      { ...base, query: ' \n\t ' },
      400,
      'VALIDATION_FAILED',
      'query must be 1-10000 characters.',
    ],
    [
      'a query of 10 001 code points',
      { ...base, query: '😀'.repeat(10_001) },
      400,
      'VALIDATION_FAILED',
      'query must be 1-10000 characters.',
    ],
    [
      'a query that is a number',
      { ...base, query: 5 },
      400,
      'VALIDATION_FAILED',
      'query must be 1-10000 characters.',
    ],
    [
      'query and another prompt',
      { ...base, prompt: 'p' },
      400,
      'VALIDATION_FAILED',
      'send query or its alias prompt, not both',
    ],
    ['U+0000 in the query', { ...base, query: 'a\u0000' }, 400, 'VALIDATION_FAILED', `query ${UNSTORABLE}`],
    [
      'a lone surrogate deep inside',
      { ...base, regions: [{ country: 'US', city: 'x\ud800' }] },
      400,
      'VALIDATION_FAILED',
      `regions[0].city ${UNSTORABLE}`,
    ],
    ['no surfaces', { query: 'q' }, 400, 'VALIDATION_FAILED', 'At least one surface is required.'],
    [
      'empty surfaces',
      { query: 'q', surfaces: [] },
      400,
      'VALIDATION_FAILED',
      'At least one surface is required.',
    ],
    [
      'surfaces as a string',
      { query: 'q', surfaces: 'chatgpt' },
      400,
      'VALIDATION_FAILED',
      'surfaces must be an array of strings',
    ],
    [
      'surfaces of numbers',
      { query: 'q', surfaces: [1] },
      400,
      'VALIDATION_FAILED',
      'surfaces must be an array of strings',
    ],
    [
      'an unknown surface',
      { query: 'q', surfaces: ['grok'] },
      400,
      'UNSUPPORTED_SURFACE',
      `surface 'grok' is not supported; valid surfaces: ${VALID}`,
    ],
    [
      'a surface twice',
      { query: 'q', surfaces: ['chatgpt', 'chatgpt'] },
      400,
      'VALIDATION_FAILED',
      'surfaces[1] repeats surfaces[0]',
    ],
    [
      'a surface this server lacks',
      { query: 'q', surfaces: ['claude'] },
      400,
      'UNSUPPORTED_SURFACE',
      `surface 'claude' is not available on this server yet; available: ${VALID.replace('claude, ', '')}`,
    ],
    [
      'two equal regions',
      { ...base, regions: ['US', { country: 'us' }] },
      400,
      'VALIDATION_FAILED',
      'regions[1] repeats regions[0]',
    ],
    [
      'no country',
      { ...base, regions: [{ country: 'UK' }] },
      400,
      'VALIDATION_FAILED',
      'regions[0].country must be an ISO 3166-1 alpha-2 code',
    ],
    [
      'a bare word as region',
      { ...base, regions: ['US', 'Mars'] },
      400,
      'VALIDATION_FAILED',
      'regions[1].country must be an ISO 3166-1 alpha-2 code',
    ],
    [
      'a region without country',
      { ...base, regions: [{ city: 'Rome' }] },
      400,
      'VALIDATION_FAILED',
      'regions[0].country must be an ISO 3166-1 alpha-2 code',
    ],
    [
      'a region that is a number',
      { ...base, regions: [5] },
      400,
      'VALIDATION_FAILED',
      'regions[0] must be a country code or an object',
    ],
    [
      'no regions in the list',
      { ...base, regions: [] },
      400,
      'VALIDATION_FAILED',
      'regions must not be empty; omit it for an untargeted capture',
    ],
    [
      'a region the surface lacks',
      { query: 'q', surfaces: ['google_ai_overview'], regions: ['FR'] },
      400,
      'UNSUPPORTED_REGION',
      "surface 'google_ai_overview' is not available in 'FR'; available: US, DE",
    ],
    [
      '11 regions',
      { ...base, regions: regions(11) },
      422,
      'TOO_MANY_REGIONS',
      '11 regions requested; at most 10 per request',
    ],
    [
      'replicates 0',
      { ...base, replicates: 0 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      'replicates 51',
      { ...base, replicates: 51 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      '2 surfaces, 46 times each',
      { query: 'q', surfaces: ['chatgpt', 'gemini'], replicates: 46 },
      422,
      'TOO_MANY_CHILDREN',
      '92 captures requested; at most 90 per request',
    ],
    [
      'an unknown method',
      { ...base, method: 'magic' },
      400,
      'VALIDATION_FAILED',
      'method must be one of auto, official-api, managed-vendor, own-fleet',
    ],
    [
      'a pinned method',
      { query: 'q', surfaces: ['google_ai_mode'], method: 'official-api' },
      422,
      'UNSUPPORTED_METHOD_FOR_SURFACE',
      "method 'official-api' is not supported on google_ai_mode; supported: own-fleet",
    ],
    [
      'priority 0',
      { ...base, priority: 0 },
      400,
      'VALIDATION_FAILED',
      'priority must be an integer from 1 to 10',
    ],
    [
      'priority 11',
      { ...base, priority: 11 },
      400,
      'VALIDATION_FAILED',
      'priority must be an integer from 1 to 10',
    ],
    [
      'priority 1.5',
      { ...base, priority: 1.5 },
      400,
      'VALIDATION_FAILED',
      'priority must be an integer from 1 to 10',
    ],
    [
      'priority as text',
      { ...base, priority: '5' },
      400,
      'VALIDATION_FAILED',
      'priority must be an integer from 1 to 10',
    ],
    ['an empty idempotencyKey', { ...base, idempotencyKey: '' }, 400, 'VALIDATION_FAILED', KEY_RULE],
    [
      'a long idempotencyKey',
      { ...base, idempotencyKey: 'k'.repeat(256) },
      400,
      'VALIDATION_FAILED',
      KEY_RULE,
    ],
    [
      'an idempotencyKey beyond ASCII',
      { ...base, idempotencyKey: 'ключ' },
      400,
      'VALIDATION_FAILED',
      KEY_RULE,
    ],
    [
      'an idempotencyKey that is no string',
      { ...base, idempotencyKey: 5 },
      400,
      'VALIDATION_FAILED',
      KEY_RULE,
    ],
    ['a relative webhook', { ...base, webhook: { url: '/x' } }, 400, 'VALIDATION_FAILED', WEBHOOK_URL],
    [
      'a webhook with credentials',
      { ...base, webhook: { url: 'https://u:p@example.com' } },
      400,
      'VALIDATION_FAILED',
      WEBHOOK_URL,
    ],
    [
      'a short webhook secret',
      { ...base, webhook: { url: 'https://example.com', secret: 'x' } },
      400,
      'VALIDATION_FAILED',
      'webhook.secret must be 16-256 characters',
    ],
    [
      'a webhook that nothing would sign',
      { ...base, webhook: { url: 'https://example.com/hook' } },
      400,
      'VALIDATION_FAILED',
      'send webhook.secret, or make a secret for this account with POST /v1/webhooks/secrets; deliveries are always signed',
    ],
  ])('%s', async (_name, body, status, code, error) => {
    await refused((version) => world.post('/v1/search', body, version), status, code, error);
  });

  it('names the first of several errors and details all of them', async () => {
    const answer = await world.post('/v1/search', {
      query: '',
      surfaces: ['grok'],
      regions: ['XX'],
      priority: 0,
    });
    expect(answer.body.code).toBe('VALIDATION_FAILED');
    expect(answer.body.error).toBe(answer.body.details[0].message);
    expect(answer.body.details.map((detail: { path: string }) => detail.path)).toEqual(['query', 'priority']);
    const second = await world.post('/v1/search', { query: 'q', surfaces: ['grok'], regions: ['XX'] });
    expect(second.body.code).toBe('VALIDATION_FAILED');
    expect(second.body.details.map((detail: { path: string }) => detail.path)).toEqual([
      'regions[0].country',
      'surfaces[0]',
    ]);
  });

  it('10 000 emoji are a query', async () => {
    const answer = await world.post('/v1/search?mode=async', { ...base, query: '😀'.repeat(10_000) });
    expect(answer.status).toBe(202);
  });

  it('nothing was accepted by any of the refused ones', async () => {
    const { rows } = await world.db.query(
      `SELECT count(*)::int AS count FROM fleet.job WHERE query NOT LIKE '😀%'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe('query parameters', () => {
  it.each([
    ['/v1/search?mode=later', base, 'mode must be sync or async'],
    ['/v1/search?mode=sync&mode=async', base, 'mode must be sync or async'],
    ['/v1/search?view=round', base, 'view must be flat'],
    ['/v1/search?mode=async&view=flat', base, 'view=flat applies to sync responses only'],
    [
      '/v1/search?mode=sync',
      { ...base, webhook: { url: 'https://example.com/hook' } },
      'a webhook forces async; remove mode=sync or webhook',
    ],
  ])('%s is refused', async (path, body, error) => {
    await refused((version) => world.post(path, body, version), 400, 'VALIDATION_FAILED', error);
  });
});

describe('the alias route', () => {
  it.each([
    [
      '/v1/search/grok',
      { query: 'q' },
      'UNSUPPORTED_SURFACE',
      `surface 'grok' is not supported; valid surfaces: ${VALID}`,
    ],
    [
      '/v1/search/chatgpt',
      { query: 'q', surfaces: ['gemini'] },
      'VALIDATION_FAILED',
      'surfaces must be omitted on /v1/search/chatgpt',
    ],
    [
      '/v1/search/chatgpt',
      { query: 'q', country: 'Mars' },
      'VALIDATION_FAILED',
      'country must be an ISO 3166-1 alpha-2 code',
    ],
    [
      '/v1/search/chatgpt',
      { query: 'q', country: 'US', regions: ['US'] },
      'VALIDATION_FAILED',
      'send country or regions, not both',
    ],
    [
      '/v1/search/chatgpt',
      { query: 'q', countri: 'US' },
      'VALIDATION_FAILED',
      "unknown field 'countri'; did you mean 'country'?",
    ],
  ])('%s with %j is refused', async (path, body, code, error) => {
    await refused((version) => world.post(path, body, version), 400, code, error);
  });
});

describe('bytes that are not acceptable JSON', () => {
  const json = { 'content-type': 'application/json' };
  it.each<[string, string | Uint8Array, string]>([
    ['an empty body', '', 'request body is not valid JSON'],
    ['no JSON', '{query:', 'request body is not valid JSON'],
    ['invalid UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 'request body is not valid JSON'],
    ['a byte order mark', '\uFEFF{}', 'request body is not valid JSON'],
    ['__proto__', '{"__proto__":{"a":1},"query":"q"}', 'request body is not valid JSON'],
    ['an escaped __proto__', '{"__proto\\u005f_":1}', 'request body is not valid JSON'],
    ['a key twice', '{"query":"a","surfaces":["chatgpt"],"query":"b"}', "duplicate key 'query'"],
    ['a key twice, once escaped', '{"query":"a","\\u0071uery":"b"}', "duplicate key 'query'"],
    [
      '100 000 brackets',
      '['.repeat(100_000) + ']'.repeat(100_000),
      'request body is nested deeper than 64 levels',
    ],
  ])('%s is INVALID_JSON', async (_name, raw, error) => {
    const headers = { ...json, authorization: `Bearer ${world.key}` };
    const ask = (version: object) =>
      world.ask('/v1/search', { method: 'POST', raw, headers: { ...headers, ...version } });
    await refused(ask, 400, 'INVALID_JSON', error);
  });

  it('one byte more than 256 KiB is PAYLOAD_TOO_LARGE, exactly 256 KiB is read', async () => {
    const headers = { ...json, authorization: `Bearer ${world.key}` };
    const over = await world.ask('/v1/search', { method: 'POST', raw: ' '.repeat(262_145), headers });
    expect(over).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE', error: 'request body exceeds 262144 bytes' },
    });
    const exact = await world.ask('/v1/search', { method: 'POST', raw: ' '.repeat(262_144), headers });
    expect(exact.body.code).toBe('INVALID_JSON');
  });

  it.each([
    [{}, 'send Content-Type: application/json'],
    [{ 'content-type': 'text/plain' }, 'send Content-Type: application/json'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'send Content-Type: application/json'],
    [{ 'content-type': 'application/json; charset=latin1' }, 'only UTF-8 / no content coding is supported'],
    [
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      'only UTF-8 / no content coding is supported',
    ],
  ])('headers %j are UNSUPPORTED_MEDIA_TYPE', async (given, error) => {
    const headers: Record<string, string> = { ...given, authorization: `Bearer ${world.key}` };
    const ask = (version: object) =>
      world.ask('/v1/search', { method: 'POST', raw: '{}', headers: { ...headers, ...version } });
    await refused(ask, 415, 'UNSUPPORTED_MEDIA_TYPE', error);
  });

  it('charset=UTF-8 in any case is fine', async () => {
    const headers = {
      'content-type': 'Application/JSON; Charset="UTF-8"',
      authorization: `Bearer ${world.key}`,
    };
    const answer = await world.ask('/v1/search?mode=async', {
      method: 'POST',
      raw: JSON.stringify(base),
      headers,
    });
    expect(answer.status).toBe(202);
  });
});

describe('authentication', () => {
  const refused = 'API key is malformed, unknown or revoked';
  it.each<[string, Record<string, string>, string]>([
    ['no header', {}, "missing Authorization header; send 'Authorization: Bearer <API_KEY>'"],
    ['Basic', { authorization: 'Basic dTpw' }, refused],
    ['an empty bearer', { authorization: 'Bearer ' }, refused],
    ['a bad checksum', { authorization: `Bearer aisk_live_${'a'.repeat(36)}` }, refused],
    ['an unknown key', { authorization: `Bearer ${'x'.repeat(40)}` }, refused],
  ])('%s is AUTH_INVALID, without the body being looked at', async (_name, headers, error) => {
    const answer = await world.ask('/v1/search', { method: 'POST', raw: 'not json', headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID', error } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('two Authorization headers are refused even when one is right', async () => {
    const lines = `GET /v1/jobs/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${world.key}\r\nAuthorization: Bearer no\r\n\r\n`;
    expect(await rawExchange(world.url, lines)).toMatchObject({ status: 401, body: { error: refused } });
  });

  it('the scheme is read in any case', async () => {
    const answer = await world.ask('/v1/jobs/nothing', { headers: { authorization: `bearer ${world.key}` } });
    expect(answer.status).toBe(404);
  });
});

describe('transport and route', () => {
  it.each<[string, string, number, string, string]>([
    ['GET', '/v1/search/%ff', 400, 'BAD_URL', 'path is not valid percent-encoded UTF-8'],
    ['GET', `/v1/jobs/${'x'.repeat(513)}`, 414, 'URI_TOO_LONG', 'path segment exceeds 512 characters'],
    ['GET', '/v2/nothing?x=1', 404, 'NOT_FOUND', 'no route GET /v2/nothing'],
    ['DELETE', '/v1/search', 405, 'METHOD_NOT_ALLOWED', 'DELETE is not allowed here; allowed: POST'],
    ['GET', '/v1/search/chatgpt', 405, 'METHOD_NOT_ALLOWED', 'GET is not allowed here; allowed: POST'],
    [
      'POST',
      '/v1/jobs/job_abcd.chatgpt.own-fleet.us',
      405,
      'METHOD_NOT_ALLOWED',
      'POST is not allowed here; allowed: GET, HEAD',
    ],
  ])('%s %s is %i %s', async (method, path, status, code, error) => {
    const ask = (version: Record<string, string>) => world.ask(path, { method, headers: version });
    const answer = await refused(ask, status, code, error);
    if (status === 405) expect(answer.headers.allow).toBe(error.split('allowed: ')[1]);
  });

  it('an unknown version is refused, ours is spoken', async () => {
    const answer = await world.get('/v1/jobs/nothing', { 'x-aisearch-version': '1999-01-01' });
    expect(answer.body).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      error: "version '1999-01-01' is not supported; valid versions: 2026-06-27, 2026-06-01",
    });
    expect((await world.get('/v1/jobs/nothing', { 'x-aisearch-version': '2026-06-27' })).status).toBe(404);
  });

  it("echoes the client's request id only when it is harmless", async () => {
    const good = await world.ask('/v1/health', { headers: { 'x-request-id': 'my-id_1.2' } });
    expect(good.headers['x-request-id']).toBe('my-id_1.2');
    const bad = await world.ask('/v1/health', { headers: { 'x-request-id': 'a b<script>' } });
    expect(bad.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it.each<[string, string, number, string, string]>([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'BAD_REQUEST', 'malformed HTTP request'],
    ['a missing Host', 'GET /v1/health HTTP/1.1\r\n\r\n', 400, 'BAD_REQUEST', 'malformed HTTP request'],
    [
      'two lengths',
      'POST /v1/search HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'BAD_REQUEST',
      'malformed HTTP request',
    ],
    [
      'length and chunks',
      'POST /v1/search HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'BAD_REQUEST',
      'malformed HTTP request',
    ],
    [
      '17 kB of header',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
      'request headers exceed 16 kB',
    ],
    [
      'headers that do not end',
      'GET / HTTP/1.1\r\nHost: a\r\n',
      408,
      'REQUEST_TIMEOUT',
      'request was not received within 1 s',
    ],
  ])('%s is answered in our shape, and the connection closed', async (_name, bytes, status, code, error) => {
    const answer = await rawExchange(world.url, bytes);
    expect(answer).toMatchObject({ status, body: { code, error } });
    expect(answer.headers['x-request-id']).toBe(answer.body.request_id);
    expect(answer.headers.connection).toBe('close');
  });

  it('a body that does not end is REQUEST_TIMEOUT', async () => {
    const head = `POST /v1/search HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${world.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const answer = await rawExchange(world.url, head);
    expect(answer).toMatchObject({
      status: 408,
      body: { code: 'REQUEST_TIMEOUT', error: 'request was not received within 2 s' },
    });
  });
});
