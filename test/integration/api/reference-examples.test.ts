import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../../src/jobs/settle.ts';
import { claimed, envelopeFor } from '../jobs/jobs-world.ts';
import { type Answer, type ApiWorld, errorOf, openApiWorld } from './api-world.ts';

/**
 * Promise P2: what the reference pages print comes back in shape (keys, types, status, headers) under its version.
 * The captures are settled with the answers of the pages, so that values can be compared too.
 */
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const QUERY = 'best crm for startups';
const VERSION = { flat: '2026-06-27', nested: '2026-06-01' };
const ANSWER = {
  text: 'For startups, the top CRMs are HubSpot, Attio and Pipedrive...',
  markdown: 'For startups, the top CRMs are **HubSpot**, **Attio** and **Pipedrive**...',
  blocks: [{ type: 'paragraph' as const, text: '...', referenceIds: [1] }],
};
const SOURCE = {
  id: 1,
  url: 'https://example.com/best-crms',
  title: 'Best CRMs for startups',
  role: 'cited',
  cited: true,
  charRanges: [[0, 58]],
};

/** The Envelope as reference/search-api.md prints it; `region` as each dialect writes it. */
function printed(id: string, region: string): object {
  return {
    job: {
      ...{
        id,
        query: QUERY,
        surface: 'chatgpt',
        method: 'own-fleet',
        region,
        status: 'completed',
        warnings: [],
      },
      requestedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      completedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      artifacts: { rawKey: 'raw/...', proofHtmlKey: 'proof/...', screenshotKey: null },
    },
    provenance: {
      ...{ method: 'scrape', acquisition: 'own-fleet', official: false, surfacePresent: true },
      model: { providerId: null, observedLabel: 'GPT-5', inferred: true, confidence: 0.8 },
      webSearch: { enabled: true, known: true },
      region: { requested: region, effective: region },
      fidelity: 'consumer_ui',
      capturedAt: '2026-06-30T17:02:23Z',
    },
    answer: ANSWER,
    evidence: {
      sources: [SOURCE],
      fanOut: { provenance: 'observed', queries: ['best crm for startups 2026'] },
      ...{ mentions: null, shopping: null, ads: null },
    },
    raw: { ref: 'raw/...' },
  };
}

/** Ends the next capture as the page shows it, or empty. */
async function capture(surface: 'chatgpt' | 'perplexity', outcome: 'answered' | 'absent' = 'answered') {
  await expect
    .poll(async () => (await world.db.query(`SELECT 1 FROM fleet.child WHERE status = 'queued'`)).rowCount)
    .toBeGreaterThan(0);
  const child = await claimed(world, { surface });
  const envelope = await envelopeFor(world.db, child.id, outcome);
  if (outcome === 'absent') {
    envelope.job.warnings = ['surface_absent'];
    envelope.provenance.surfacePresent = false;
  } else {
    envelope.job.artifacts = { ...envelope.job.artifacts, rawKey: 'raw/...', proofHtmlKey: 'proof/...' };
    envelope.provenance = {
      ...envelope.provenance,
      surfacePresent: true,
      model: { providerId: null, observedLabel: 'GPT-5', inferred: true, confidence: 0.8 },
      webSearch: { enabled: true, known: true },
      region: { requested: 'us', effective: 'us', basis: 'observed' },
      capturedAt: '2026-06-30T17:02:23Z',
    };
    envelope.answer = ANSWER;
    envelope.evidence.sources = [
      {
        ...{ id: 1, url: SOURCE.url, title: SOURCE.title, role: 'cited', cited: true, charRanges: [[0, 58]] },
        ...{
          canonicalUrl: SOURCE.url,
          domain: 'example.com',
          publisher: null,
          snippet: null,
          publishedAt: null,
        },
        ...{ position: 1, charRangesBasis: 'exact', providerRef: null },
      },
    ];
    envelope.evidence.fanOut = { provenance: 'observed', queries: ['best crm for startups 2026'] };
    envelope.raw.ref = 'raw/...';
  }
  await settle(world.db, world.queue, child, envelope);
}

const ask = (dialect: keyof typeof VERSION, path: string, body: object, headers = {}): Promise<Answer> =>
  world.post(path, body, { 'x-aisearch-version': VERSION[dialect], ...headers });

async function sync(asked: Promise<Answer>, outcome?: 'absent'): Promise<Answer> {
  const [answer] = await Promise.all([asked, capture('chatgpt', outcome)]);
  return answer;
}

describe('reference/search-api.md (2026-06-27, the default)', () => {
  it('the request of the page: 202 with a dotless parent and dotted 4-segment children', async () => {
    const body = { query: QUERY, surfaces: ['chatgpt', 'perplexity'], regions: [{ country: 'US' }] };
    const answer = await world.post('/v1/search', body);
    expect(answer.status).toBe(202);
    const { jobId } = answer.body;
    expect(jobId).toMatch(/^job_[a-z0-9]+$/);
    expect(answer.body).toEqual({
      jobId,
      status: 'processing',
      children: [`${jobId}.chatgpt.own-fleet.us`, `${jobId}.perplexity.own-fleet.us`],
    });
    await capture('chatgpt');
    await capture('perplexity');
    expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('completed');
  });

  it('one surface without webhook: the parent with the full Envelope in one 200', async () => {
    const answer = await sync(
      ask('flat', '/v1/search', { query: QUERY, surfaces: ['chatgpt'], regions: ['US'] }),
    );
    expect(answer.status).toBe(200);
    const { jobId } = answer.body;
    expect(Object.keys(answer.body)).toEqual(['jobId', 'status', 'children']);
    expect(answer.body).toMatchObject({
      status: 'completed',
      children: [printed(`${jobId}.chatgpt.own-fleet.us`, 'us')],
    });
  });

  it('the alias with view=flat: exactly five fields', async () => {
    const answer = await sync(ask('flat', '/v1/search/chatgpt?view=flat', { prompt: QUERY, country: 'US' }));
    expect(Object.keys(answer.body)).toEqual(['surface', 'status', 'text', 'markdown', 'sources']);
    expect(answer.body).toMatchObject({ surface: 'chatgpt', status: 'completed', text: ANSWER.text });
  });

  it('no regions: one untargeted GLOBAL child', async () => {
    const { body } = await ask('flat', '/v1/search?mode=async', { query: QUERY, surfaces: ['chatgpt'] });
    expect(body.children).toEqual([`${body.jobId}.chatgpt.own-fleet.GLOBAL`]);
    await capture('chatgpt');
  });

  it('Prefer: wait=30 is mode=sync, for several surfaces too', async () => {
    const asked = { query: QUERY, surfaces: ['chatgpt', 'perplexity'], regions: ['US'] };
    const [answer] = await Promise.all([
      ask('flat', '/v1/search', asked, { prefer: 'wait=30' }),
      capture('chatgpt').then(() => capture('perplexity')),
    ]);
    expect(answer.body.children).toHaveLength(2);
  });

  it('a surface that returns nothing completes: surfacePresent false, surface_absent, empty answer, no credits', async () => {
    const before = (await world.get('/v1/usage')).body.balance.credits;
    const answer = await sync(ask('flat', '/v1/search', { query: QUERY, surfaces: ['chatgpt'] }), 'absent');
    expect(answer.body.children[0]).toMatchObject({
      job: { status: 'completed', warnings: ['surface_absent'] },
      provenance: { surfacePresent: false },
      answer: { text: '', markdown: '', blocks: [] },
    });
    expect((await world.get('/v1/usage')).body.balance.credits).toBe(before);
  });

  it('idempotency: created, replayed with 202, conflict with 409', async () => {
    const body = { query: QUERY, surfaces: ['chatgpt'], idempotencyKey: 'crm-report-2026-06-30' };
    const first = await ask('flat', '/v1/search?mode=async', body);
    const again = await ask('flat', '/v1/search?mode=async', body);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    const other = await ask('flat', '/v1/search?mode=async', { ...body, query: 'another' });
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    await capture('chatgpt');
  });

  it('the error of the page, to the letter', async () => {
    const answer = await ask('flat', '/v1/search', { query: QUERY, surfaces: ['grok'] });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toEqual(['code', 'error', 'request_id', 'docs_url', 'details']);
    expect(answer.body).toMatchObject({
      code: 'UNSUPPORTED_SURFACE',
      error:
        "surface 'grok' is not supported; valid surfaces: chatgpt, claude, perplexity, gemini, copilot, google_ai_overview, google_ai_mode, google_search, google_news",
      request_id: expect.stringMatching(/^req_[0-9a-f]{32}$/),
      docs_url: expect.stringMatching(/#unsupported_surface$/),
    });
  });

  it('the headers of the page', async () => {
    const answer = await ask('flat', '/v1/search?mode=async', { query: QUERY, surfaces: ['chatgpt'] });
    const names = ['x-request-id', 'x-aisearch-version', 'x-ratelimit-limit', 'x-ratelimit-remaining'];
    names.push('x-ratelimit-reset', 'x-concurrency-limit', 'x-concurrency-running', 'x-concurrency-queued');
    expect(names.filter((name) => answer.headers[name] === undefined)).toEqual([]);
    await capture('chatgpt');
  });
});

describe('reference/search-api-first-dialect.md (2026-06-01)', () => {
  it('one surface is async by default: 202, Location, 3-segment children, the US when no region is named', async () => {
    const answer = await ask('nested', '/v1/search', { query: QUERY, surfaces: ['chatgpt'] });
    const { jobId } = answer.body;
    expect(answer).toMatchObject({
      status: 202,
      body: { jobId, status: 'processing', children: [`${jobId}.chatgpt.us`] },
    });
    expect(answer.headers).toMatchObject({
      location: `/v1/jobs/${jobId}`,
      'x-aisearch-version': '2026-06-01',
    });
    await capture('chatgpt');
    const parent = await world.get(`/v1/jobs/${jobId}`, { 'x-aisearch-version': '2026-06-01' });
    expect(parent.body).toMatchObject({
      job: { id: jobId, status: 'completed' },
      children: [{ id: `${jobId}.chatgpt.us`, surface: 'chatgpt', region: 'US', status: 'completed' }],
    });
    const child = await world.get(`/v1/jobs/${jobId}.chatgpt.us`, { 'x-aisearch-version': '2026-06-01' });
    expect(child.body).toMatchObject(printed(`${jobId}.chatgpt.us`, 'US'));
  });

  it.each([
    ['?mode=sync', {}],
    ['', { prefer: 'wait' }],
  ])('sync by %j %j: the bare Envelope, its region in upper case', async (parameters, headers) => {
    const body = { query: QUERY, surfaces: ['chatgpt'], regions: [{ country: 'US' }] };
    const answer = await sync(ask('nested', `/v1/search${parameters}`, body, headers));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(printed(answer.body.job.id, 'US'));
    expect(answer.body.job.id).toMatch(/^job_[a-z0-9]+\.chatgpt\.us$/);
  });

  it('the alias is sync by default', async () => {
    const answer = await sync(ask('nested', '/v1/search/chatgpt', { prompt: QUERY, country: 'US' }));
    expect(answer.body).toMatchObject(printed(answer.body.job.id, 'US'));
  });

  it('explicit sync for several captures is refused', async () => {
    const answer = await ask('nested', '/v1/search?mode=sync', {
      query: QUERY,
      surfaces: ['chatgpt', 'gemini'],
    });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'sync takes one surface and one region',
    });
  });

  it('idempotency: 202, then 200 with the header, then 409', async () => {
    const body = { query: QUERY, surfaces: ['chatgpt'], idempotencyKey: 'nested-1' };
    const first = await ask('nested', '/v1/search', body);
    const again = await ask('nested', '/v1/search', body);
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    const other = await ask('nested', '/v1/search', { ...body, query: 'another' });
    expect(other).toMatchObject({
      status: 409,
      body: { error: { code: 'IDEMPOTENCY_CONFLICT', status: 409 } },
    });
    await capture('chatgpt');
  });

  it('errors are nested: code, message, status, details as a list', async () => {
    const answer = await ask('nested', '/v1/search', { query: '', surfaces: [] });
    expect(answer.body).toEqual({
      error: {
        code: 'VALIDATION_FAILED',
        message: 'query must be 1-10000 characters.',
        status: 400,
        details: [
          { path: 'query', message: 'query must be 1-10000 characters.' },
          { path: 'surfaces', message: 'At least one surface is required.' },
        ],
      },
    });
  });

  it('AUTH_MISSING without a header, AUTH_INVALID with a bad one', async () => {
    const headers = { 'x-aisearch-version': '2026-06-01' };
    const missing = await world.ask('/v1/jobs', { headers });
    expect(missing).toMatchObject({ status: 401, body: { error: { code: 'AUTH_MISSING', status: 401 } } });
    const bad = await world.ask('/v1/jobs', {
      headers: { ...headers, authorization: `Bearer ${'x'.repeat(30)}` },
    });
    expect(bad.body.error.code).toBe('AUTH_INVALID');
  });

  it('SURFACE_TIMEOUT when a sync capture does not finish in time', async () => {
    const answer = await ask('nested', '/v1/search/chatgpt', { query: QUERY }, { prefer: 'wait=1' });
    expect(answer).toMatchObject({ status: 504, body: { error: { code: 'SURFACE_TIMEOUT', status: 504 } } });
    expect(answer.headers.location).toMatch(/^\/v1\/jobs\/job_/);
    await capture('chatgpt');
  });
});

describe('which dialect is spoken', () => {
  it("a key's pin counts when no header is sent, the header wins, and all paths say what they speak", async () => {
    await world.db.query(`UPDATE fleet.api_key SET version_pin = '2026-06-01'`);
    await expect
      .poll(async () => (await world.get('/v1/jobs/x')).headers['x-aisearch-version'], { timeout: 10_000 })
      .toBe('2026-06-01');
    const pinned = await world.get('/v1/jobs/x');
    expect(pinned.body).toEqual({ error: { code: 'JOB_NOT_FOUND', message: 'no such job', status: 404 } });
    const named = await world.get('/v1/jobs/x', { 'x-aisearch-version': '2026-06-27' });
    expect(named.body).toMatchObject({ code: 'JOB_NOT_FOUND' });
    const nowhere = await world.ask('/nowhere', { headers: { 'x-aisearch-version': '2026-06-01' } });
    expect(nowhere.body.error.code).toBe('NOT_FOUND');
    const badUrl = await world.ask('/v1/search/%ff', { headers: { 'x-aisearch-version': '2026-06-01' } });
    expect(badUrl.body.error.code).toBe('BAD_URL');
  });
});
