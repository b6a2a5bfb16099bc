import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS, type ApiVersion } from '../../../src/contract/dialect.ts';
import { OWN_SCOPES } from '../../../src/jobs/account.ts';
import { createAccount } from '../../../src/jobs/accounts.ts';
import { createKey, type NewKey, revokeKey } from '../../../src/jobs/api-keys.ts';
import { setFeature } from '../../../src/jobs/features.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { type Answer, type ApiWorld, errorOf, openApiWorld, rawExchange } from './api-world.ts';

/** The rest of specs/edge.md 12, row by row, in both dialects; the rows about bodies are in bad-input.test.ts. */

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { syncLimit: 1, queueLimit: 6, rateLimit: 60 } });
});
afterAll(() => world.close());

const base = { query: 'q', surfaces: ['chatgpt'] };
/** For captures that no row finishes. */
const other = { query: 'q', surfaces: ['gemini'] };
const UNKNOWN_JOB = 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa';
const BAD_KEY = 'API key is malformed, unknown or revoked';
const MALFORMED = 'malformed HTTP request';

type Version = Record<'x-aisearch-version', ApiVersion>;
type Row = [
  name: string,
  ask: (version: Version) => Promise<Answer>,
  status: number,
  code: string | Record<ApiVersion, string>,
  message: string | RegExp,
  headers?: Record<string, string | RegExp>,
];

/** A new account of its own with a key, and how to ask with it. */
async function tenant(version: Version, credits = 1_000, key: Partial<NewKey> = {}) {
  const accountId = `acct_${crypto.randomUUID().slice(0, 8)}`;
  await createAccount(world.db, { id: accountId, name: accountId, startCredits: credits, now: Date.now() });
  const made = await createKey(world.db, { label: 'test', accountId, ...key }, Date.now());
  const headers = { authorization: `Bearer ${made.key}`, ...version };
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Answer> =>
    world.ask(path, { method, headers: { ...headers, ...more }, ...(body === undefined ? {} : { body }) });
  return { accountId, keyId: made.info.id, key: made.key, ask };
}

const withHeader = (authorization: string) => (version: Version) =>
  world.ask('/v1/usage', { headers: { ...version, authorization } });

const raw = (bytes: (header: string) => string) => (version: Version) =>
  rawExchange(world.url, bytes(`X-AISearch-Version: ${version['x-aisearch-version']}\r\n`));

const get = (path: string) => (version: Version) => world.get(path, version);

async function submitted(body: object = {}): Promise<{ jobId: string; child: string }> {
  const answer = await world.post('/v1/search?mode=async', { ...base, ...body });
  expect(answer.status).toBe(202);
  return { jobId: answer.body.jobId, child: answer.body.children[0] };
}

/** Asks in each dialect and expects the row; its headers too. */
async function expectRow([, ask, status, code, message, headers = {}]: Row): Promise<void> {
  for (const version of API_VERSIONS) {
    const answer = await ask({ 'x-aisearch-version': version });
    expect(answer.status).toBe(status);
    expect(answer.headers['x-aisearch-version']).toBe(version);
    const error = errorOf(answer);
    expect(error.code).toBe(typeof code === 'string' ? code : code[version]);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    for (const [name, value] of Object.entries(headers))
      expect(answer.headers[name]).toEqual(typeof value === 'string' ? value : expect.stringMatching(value));
  }
}

const AUTH: Row[] = [
  [
    'no Authorization',
    (version) => world.ask('/v1/usage', { headers: version }),
    401,
    { '2026-06-27': 'AUTH_INVALID', '2026-06-01': 'AUTH_MISSING' },
    "missing Authorization header; send 'Authorization: Bearer <API_KEY>'",
    { 'www-authenticate': 'Bearer' },
  ],
  ...(
    [
      ['Basic', withHeader('Basic dTpw')],
      ['an empty bearer', withHeader('Bearer ')],
      ['a bearer with a blank inside', withHeader(`Bearer ${'x'.repeat(20)} ${'x'.repeat(20)}`)],
      ['a bad checksum', withHeader(`Bearer aisk_live_${'a'.repeat(36)}`)],
      ['an unknown key', withHeader(`Bearer ${'x'.repeat(40)}`)],
      [
        'a revoked key',
        async (version) => {
          const { ask, keyId } = await tenant(version);
          await revokeKey(world.db, keyId, Date.now());
          return ask('GET', '/v1/usage');
        },
      ],
      [
        'an expired key',
        async (version) => (await tenant(version, 1, { expiresAt: Date.now() - 1 })).ask('GET', '/v1/usage'),
      ],
      [
        'two Authorization headers, one of them right',
        raw(
          (header) =>
            `GET /v1/usage HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}Authorization: Bearer ${world.key}\r\nAuthorization: Bearer no\r\n\r\n`,
        ),
      ],
    ] satisfies [string, Row[1]][]
  ).map(([name, ask]): Row => [name, ask, 401, 'AUTH_INVALID', BAD_KEY, { 'www-authenticate': 'Bearer' }]),
  ...OWN_SCOPES.map(
    (scope): Row => [
      `a key without ${scope}`,
      async (version) => {
        const { ask } = await tenant(version, 10, { scopes: OWN_SCOPES.filter((one) => one !== scope) });
        const [method, path, body] = NEEDS[scope];
        return ask(method, path, body);
      },
      403,
      'INSUFFICIENT_SCOPE',
      `API key is missing scope '${scope}'`,
    ],
  ),
  [
    'a feature that is off',
    async (version) =>
      (await tenant(version)).ask('POST', '/api/v1/async-analysis', {
        ...{ prompt: 'p', replicates: 1, providers: ['chatgpt'], locations: ['US'] },
      }),
    403,
    'FORBIDDEN',
    'async analysis is not enabled for this account',
  ],
  [
    'a suspended account',
    async (version) => {
      const { ask, accountId } = await tenant(version);
      await setFeature(world.db, accountId, 'api', false);
      return ask('GET', '/v1/usage');
    },
    403,
    'FORBIDDEN',
    'API access is not enabled for this account',
  ],
];

const NEEDS: Record<(typeof OWN_SCOPES)[number], [method: string, path: string, body?: unknown]> = {
  'search:create': ['POST', '/v1/search', base],
  'jobs:read': ['GET', `/v1/jobs/${UNKNOWN_JOB}`],
  'jobs:cancel': ['POST', `/v1/jobs/${UNKNOWN_JOB}/cancel`],
  'artifacts:read': ['GET', `/v1/jobs/${UNKNOWN_JOB}/proof`],
  'usage:read': ['GET', '/v1/usage'],
  'webhooks:manage': ['GET', '/v1/webhooks/secrets'],
  'keys:manage': ['GET', '/v1/keys'],
};

const POST = 'POST /v1/search HTTP/1.1\r\n';
const CLOSED = { connection: 'close' };

const TRANSPORT: Row[] = [
  ...(
    [
      ['a missing Host', raw((header) => `GET /v1/health HTTP/1.1\r\n${header}\r\n`)],
      [
        'length and chunks',
        raw((header) => `${POST}Host: a\r\n${header}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`),
      ],
      [
        'two lengths',
        raw((header) => `${POST}Host: a\r\n${header}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`),
      ],
      ['a header that is none', raw((header) => `GET / HTTP/1.1\r\nHost: a\r\n${header}no colon\r\n\r\n`)],
    ] satisfies [string, Row[1]][]
  ).map(([name, ask]): Row => [name, ask, 400, 'BAD_REQUEST', MALFORMED, CLOSED]),
  [
    '17 kB of header',
    raw((header) => `GET / HTTP/1.1\r\nHost: a\r\n${header}X: ${'x'.repeat(17_000)}\r\n\r\n`),
    431,
    'HEADERS_TOO_LARGE',
    'request headers exceed 16 kB',
    CLOSED,
  ],
  [
    'a body that does not end',
    raw(
      (header) =>
        `${POST}Host: a\r\n${header}Authorization: Bearer ${world.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ),
    408,
    'REQUEST_TIMEOUT',
    'request was not received within 2 s',
    CLOSED,
  ],
  [
    'a body of one byte more than 256 KiB',
    (version) =>
      world.ask('/v1/search', {
        ...{ method: 'POST', raw: ' '.repeat(262_145) },
        headers: { ...version, 'content-type': 'application/json', authorization: `Bearer ${world.key}` },
      }),
    413,
    'PAYLOAD_TOO_LARGE',
    'request body exceeds 262144 bytes',
  ],
  ['%ff in the path', get('/v1/search/%ff'), 400, 'BAD_URL', 'path is not valid percent-encoded UTF-8'],
  [
    'a segment of 513 characters',
    get(`/v1/jobs/${'x'.repeat(513)}`),
    414,
    'URI_TOO_LONG',
    'path segment exceeds 512 characters',
  ],
  ['an unknown path', get('/v2/nothing?x=1'), 404, 'NOT_FOUND', 'no route GET /v2/nothing'],
  [
    'a wrong method',
    get('/v1/search'),
    405,
    'METHOD_NOT_ALLOWED',
    'GET is not allowed here; allowed: POST',
    { allow: 'POST' },
  ],
  [
    'what nobody foresaw',
    async (version) => {
      await world.db.query('ALTER TABLE fleet.account_usage RENAME TO gone');
      const answer = await world.get('/v1/usage', version);
      await world.db.query('ALTER TABLE fleet.gone RENAME TO account_usage');
      const { message } = errorOf(answer);
      expect(message).toBe(
        `an unexpected error occurred; quote request_id ${answer.headers['x-request-id']}`,
      );
      return answer;
    },
    500,
    'INTERNAL_ERROR',
    /^an unexpected error occurred; quote request_id req_[0-9a-f]{32}$/,
  ],
];

const LIMITS: Row[] = [
  [
    'the rate',
    async (version) => {
      const { ask, keyId } = await tenant(version);
      await world.db.query(`INSERT INTO fleet.rate_state VALUES ($1, clock_timestamp() + interval '90 s')`, [
        `submit:${keyId}`,
      ]);
      const answer = await ask('POST', '/v1/search', base);
      expect(errorOf(answer).message).toContain(`retry in ${answer.headers['retry-after']} s`);
      return answer;
    },
    429,
    'RATE_LIMIT_EXCEEDED',
    /^rate limit of 60 requests per 60 s exceeded; retry in \d+ s$/,
    {
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-should-retry': 'true',
      'retry-after': /^\d+$/,
    },
  ],
  [
    'the sync budget',
    async (version) => {
      const { ask, accountId } = await tenant(version);
      await world.db.query(
        `INSERT INTO fleet.sync_slot VALUES (gen_random_uuid(), $1, clock_timestamp() + interval '1 h')`,
        [accountId],
      );
      return ask('POST', '/v1/search?mode=sync', base);
    },
    429,
    'CONCURRENCY_LIMIT_EXCEEDED',
    '1 of 1 sync captures in flight; retry, or use mode=async',
    {
      'x-concurrency-limit': '1',
      'x-concurrency-running': '1',
      'x-should-retry': 'true',
      'retry-after': /^\d+$/,
    },
  ],
  [
    'the queue',
    async (version) => {
      const { ask, accountId } = await tenant(version);
      await world.db.query('UPDATE fleet.account_balance SET open_children = 6 WHERE account_id = $1', [
        accountId,
      ]);
      return ask('POST', '/v1/search?mode=async', base);
    },
    429,
    'QUEUE_CAPACITY_EXCEEDED',
    'queue holds 6 of 6 captures; retry in 60 s',
    { 'retry-after': '60', 'x-should-retry': 'true' },
  ],
  [
    'the credits',
    async (version) => (await tenant(version, 2)).ask('POST', '/v1/search?mode=async', base),
    402,
    'INSUFFICIENT_CREDITS',
    'this search needs 5 credits, 2 available; nothing was started',
    { 'x-should-retry': 'false' },
  ],
  [
    'the wait of a sync search',
    async (version) => {
      const { ask } = await tenant(version);
      const answer = await ask('POST', '/v1/search?mode=sync', base, { prefer: 'wait=1' });
      const [, jobId] = /job (job_\S+) continues/.exec(errorOf(answer).message) ?? [];
      expect(answer.headers.location).toBe(`/v1/jobs/${jobId}`);
      await ask('POST', `/v1/jobs/${jobId}/cancel`);
      return answer;
    },
    504,
    'SURFACE_TIMEOUT',
    /^capture did not finish within \d+ s; job (job_\S+) continues, read it at \/v1\/jobs\/\1$/,
    { location: /^\/v1\/jobs\/job_/, 'retry-after': '5', 'x-should-retry': 'true' },
  ],
  [
    'the same key with another body',
    async (version) => {
      const { ask } = await tenant(version);
      await ask('POST', '/v1/search?mode=async', { ...other, idempotencyKey: 'k' });
      return ask('POST', '/v1/search?mode=async', { ...other, query: 'other', idempotencyKey: 'k' });
    },
    409,
    'IDEMPOTENCY_CONFLICT',
    /^idempotencyKey 'k' was already used with a different body \(first used \d{4}-\d\d-\d\dT[\d:.]+Z, job job_\w+\)$/,
  ],
  [
    'a first request that still commits after 5 s',
    async (version) => {
      const { ask, accountId } = await tenant(version);
      const { body } = await ask('POST', '/v1/search?mode=async', other);
      return world.db.transaction(async (sql) => {
        await sql.query(
          `INSERT INTO fleet.idempotency (account_id, mode, key, body_hash, job_id, created_at)
           VALUES ($1, 'live', 'k', 'h', $2, now())`,
          [accountId, body.jobId],
        );
        return ask('POST', '/v1/search?mode=async', { ...other, idempotencyKey: 'k' });
      });
    },
    409,
    'IDEMPOTENCY_IN_PROGRESS',
    'a request with this idempotencyKey is being processed',
    { 'retry-after': '1' },
  ],
];

/** A job that was submitted by the world's own account, and what then became of it. */
async function afterwards(statement: string): Promise<{ jobId: string; child: string }> {
  const made = await submitted();
  await finishNext(world);
  await world.db.query(statement, [made.jobId]);
  return made;
}

const JOBS: Row[] = [
  ['an unknown job', get(`/v1/jobs/${UNKNOWN_JOB}`), 404, 'JOB_NOT_FOUND', `no job '${UNKNOWN_JOB}'`],
  [
    'an unknown child',
    get(`/v1/jobs/${UNKNOWN_JOB}.chatgpt.us`),
    404,
    'JOB_NOT_FOUND',
    `no job '${UNKNOWN_JOB}.chatgpt.us'`,
  ],
  [
    'a foreign job',
    async (version) => {
      const { jobId } = await afterwards('SELECT $1::text');
      const answer = await (await tenant(version)).ask('GET', `/v1/jobs/${jobId}`);
      expect(errorOf(answer).message).toBe(`no job '${jobId}'`);
      return answer;
    },
    404,
    'JOB_NOT_FOUND',
    /^no job 'job_\w+'$/,
  ],
  ...['<script>', 'nonsense', '%2e%2e%2f', '..', '%00', `job_${'a'.repeat(41)}`, 'x'.repeat(512)].map(
    (id): Row => [`the id ${id.slice(0, 20)}`, get(`/v1/jobs/${id}`), 404, 'JOB_NOT_FOUND', 'no such job'],
  ),
  [
    'a job past its retention',
    async (version) => {
      const { jobId } = await afterwards(
        `UPDATE fleet.job SET retired_at = '2026-11-20T12:00:00Z' WHERE id = $1`,
      );
      const answer = await world.get(`/v1/jobs/${jobId}`, version);
      expect(errorOf(answer).message).toContain(jobId);
      return answer;
    },
    410,
    'JOB_EXPIRED',
    /^job 'job_\w+' passed its retention on 2026-11-20$/,
  ],
  [
    'cancelling what has ended',
    async (version) => {
      const { jobId } = await afterwards('SELECT $1::text');
      const headers = { authorization: `Bearer ${world.key}`, ...version };
      return world.ask(`/v1/jobs/${jobId}/cancel`, { method: 'POST', headers });
    },
    409,
    'JOB_NOT_CANCELABLE',
    'job is already completed',
  ],
  [
    'an artifact that was not captured',
    async (version) => {
      const { child } = await afterwards('SELECT $1::text');
      return world.get(`/v1/jobs/${child}/artifacts/raw`, version);
    },
    404,
    'ARTIFACT_NOT_FOUND',
    /^job 'job_\S+' left no raw$/,
  ],
  [
    'an artifact past its retention',
    async (version) => {
      const { child } = await afterwards(
        `UPDATE fleet.job SET retired_at = '2026-11-20T12:00:00Z' WHERE id = $1`,
      );
      return world.get(`/v1/jobs/${child}/artifacts/raw`, version);
    },
    410,
    'ARTIFACT_EXPIRED',
    /^artifacts of 'job_\S+' passed their retention on 2026-11-20$/,
  ],
  [
    'an artifact that is not what it was',
    async (version) => {
      const { child } = await submitted();
      const { job } = await finishWithProof(world, world.store);
      writeFileSync(world.store.describe(job.artifacts.rawKey ?? ''), 'something else');
      return world.get(`/v1/jobs/${child}/artifacts/raw`, version);
    },
    502,
    'ARTIFACT_CORRUPT',
    'stored artifact failed its integrity check and was withheld',
    { 'x-should-retry': 'false' },
  ],
  ['limit=0', get('/v1/jobs?limit=0'), 400, 'VALIDATION_FAILED', 'limit must be 1-100'],
  ['limit=101', get('/v1/jobs?limit=101'), 400, 'VALIDATION_FAILED', 'limit must be 1-100'],
  ['a bad cursor', get('/v1/jobs?cursor=x'), 400, 'VALIDATION_FAILED', 'cursor is not valid'],
  [
    'a bad cursor of deliveries',
    get('/v1/webhooks/deliveries?cursor=x'),
    400,
    'VALIDATION_FAILED',
    'cursor is not valid',
  ],
  [
    'an unknown delivery',
    get('/v1/webhooks/deliveries/nothing'),
    404,
    'WEBHOOK_NOT_FOUND',
    'no such webhook delivery',
  ],
  [
    'the replay of a delivery under way',
    async (version) => {
      const { jobId } = await afterwards('SELECT $1::text');
      const id = `dlv_${jobId}`;
      await world.db.query(
        `WITH ended AS (
           SELECT id FROM fleet.event WHERE job_id = $2 LIMIT 1
         ), body AS (
           INSERT INTO fleet.webhook_body (event_id, api_version, body)
           SELECT id, '2026-06-27', '{}' FROM ended RETURNING event_id
         )
         INSERT INTO fleet.webhook_delivery (id, event_id, account_id, job_id, receiver, url, target, api_version,
           created_at, scheduled_from, due_at, lease_id, lease_until)
         SELECT $1, event_id, 'acct_default', $2, 'request', 'https://a.example', 'a.example', '2026-06-27',
           now(), now(), now(), gen_random_uuid(), now() + interval '1 h' FROM body`,
        [id, jobId],
      );
      const headers = { authorization: `Bearer ${world.key}`, ...version };
      return world.ask(`/v1/webhooks/deliveries/${id}/replay`, { method: 'POST', headers });
    },
    409,
    'DELIVERY_IN_PROGRESS',
    'an attempt at this delivery is under way',
    { 'retry-after': '15', 'x-should-retry': 'true' },
  ],
];

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const withWebhook = (webhook: object) => (version: Version) =>
  world.post('/v1/search', { ...base, webhook }, version);

const BODY: Row[] = [
  [
    'a key in the header and another in the body',
    (version) =>
      world.post('/v1/search', { ...base, idempotencyKey: 'a' }, { ...version, 'idempotency-key': 'b' }),
    400,
    'VALIDATION_FAILED',
    'Idempotency-Key header and idempotencyKey differ',
  ],
  ...['127.0.0.1', '2130706433', '[::ffff:7f00:1]', '169.254.169.254', '10.0.0.1', 'localhost'].map(
    (host): Row => [
      `a webhook to ${host}`,
      withWebhook({ url: `https://${host}/`, secret: SECRET }),
      400,
      'WEBHOOK_URL_FORBIDDEN',
      'webhook.url points to a non-public address',
    ],
  ),
  ...['/x', 'ftp://example.com/', 'https://u:p@example.com/', `https://example.com/${'x'.repeat(2_048)}`].map(
    (url): Row => [
      `a webhook to ${url.slice(0, 30)}`,
      withWebhook({ url, secret: SECRET }),
      400,
      'VALIDATION_FAILED',
      'webhook.url must be an absolute https URL without credentials',
    ],
  ),
  ...[15, 257].map(
    (length): Row => [
      `a webhook secret of ${length} characters`,
      withWebhook({ url: 'https://example.com', secret: 'x'.repeat(length) }),
      400,
      'VALIDATION_FAILED',
      'webhook.secret must be 16-256 characters',
    ],
  ),
];

describe('edge.md 12, body (most rows are in bad-input.test.ts):', () =>
  it.each(BODY)('%s', (...row) => expectRow(row)));
describe('edge.md 12, auth and account:', () => it.each(AUTH)('%s', (...row) => expectRow(row)));
describe('edge.md 12, transport and route:', () => it.each(TRANSPORT)('%s', (...row) => expectRow(row)));
describe('edge.md 12, limits, money, time:', () => it.each(LIMITS)('%s', (...row) => expectRow(row)));
describe('edge.md 12, jobs, artifacts, webhooks:', () => it.each(JOBS)('%s', (...row) => expectRow(row)));

describe('what belongs to one dialect or to none', () => {
  it('an unknown version is refused in the default one', async () => {
    const answer = await world.get('/v1/usage', { 'x-aisearch-version': '1999-01-01' });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: "version '1999-01-01' is not supported; valid versions: 2026-06-27, 2026-06-01",
    });
  });

  it('headers that do not end are REQUEST_TIMEOUT in the default one', async () => {
    const answer = await rawExchange(world.url, 'GET / HTTP/1.1\r\nHost: a\r\n');
    expect(answer.status).toBe(408);
    expect(errorOf(answer)).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      message: 'request was not received within 1 s',
    });
    expect(answer.headers.connection).toBe('close');
  });

  it('a child read before its end is no error but a skeleton', async () => {
    const { jobId, child } = await submitted();
    for (const version of API_VERSIONS) {
      const answer = await world.get(`/v1/jobs/${child}`, { 'x-aisearch-version': version });
      expect(answer).toMatchObject({
        status: 200,
        body: { job: { status: 'queued' }, answer: { text: '' } },
      });
    }
    const headers = { authorization: `Bearer ${world.key}` };
    await world.ask(`/v1/jobs/${jobId}/cancel`, { method: 'POST', headers });
  });
});
