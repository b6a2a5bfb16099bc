import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND, draft, ended, endNext } from './reports-world.ts';

let world: ApiWorld;
let client: FrontClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
});
afterAll(() => world.close());

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('given a report of two prompts on two platforms, run', () => {
  it('then it goes from draft to completed, its job beside it, each credit spent once, and says what was seen', async () => {
    const { reportId, brandId, promptIds } = await draft(client, {
      ...{ prompts: ['best crm?', 'cheapest crm?'], platforms: ['chatgpt', 'ai_overviews'] },
    });
    const dispatched = await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(dispatched).toMatchObject({ status: 202 });
    // Exactly what the reference prints.
    expect(dispatched.body).toEqual({
      job_id: expect.stringMatching(UUID),
      object: 'report.run',
      report_id: reportId,
    });
    const job = `/v1/jobs/${dispatched.body.job_id}`;
    expect((await client.ask('GET', job)).body).toMatchObject({
      ...{ object: 'job', type: 'report.run', status: 'queued', progress: { completed: 0, total: 4 } },
      ...{ resource: { type: 'report', id: reportId }, error: null, completed_at: null },
    });
    await endNext(world, 'chatgpt', {
      text: 'Use Hubfield or Pipewise.',
      cites: ['https://hubfield.example.com/a'],
    });
    await endNext(world, 'chatgpt', { text: 'Pipewise is cheapest.' });
    expect((await client.ask('GET', job)).body).toMatchObject({
      status: 'processing',
      progress: { completed: 2 },
    });
    await endNext(world, 'google_ai_overview', { text: 'Pipewise, then Hub Field.' });
    await endNext(world, 'google_ai_overview', { outcome: 'absent' });
    const report = await ended(client, reportId);
    expect(report).toMatchObject({
      ...{ object: 'report', brand_id: brandId, status: 'completed', failure_reason: null },
      ...{ ai_platforms: ['chatgpt', 'ai_overviews'], quality: 'ok', tier: 'exploratory' },
      // Three cells could tell, two of them name the brand.
      ...{ ranked_prompts: 2, total_results: 3, visibility_score: 66.7 },
    });
    const [first, second] = report.prompts;
    expect(first).toMatchObject({ id: promptIds[0], object: 'prompt', prompt_text: 'best crm?' });
    expect(first.results).toMatchObject([
      {
        ...{ platform: 'chatgpt', brand_appears: true, rank: 1, response: 'Use Hubfield or Pipewise.' },
        citations: [{ url: 'https://hubfield.example.com/a', cited: true }],
        businesses_categorized: [{ name: 'Hubfield' }, { name: 'Pipewise' }],
        ...{ sentiment: null, sentiment_status: 'not_measured' },
      },
      { platform: 'ai_overviews', brand_appears: true, rank: 2 },
    ]);
    expect(second.results).toMatchObject([
      { platform: 'chatgpt', brand_appears: false, rank: null },
      { platform: 'ai_overviews', brand_appears: null, response: null, appearances: { k: 0, n: 0 } },
    ]);
    const { rows } = await world.db.query(
      `SELECT kind, count(*)::integer AS n FROM fleet.ledger_entry e JOIN fleet.child c ON c.id = e.child_id
       JOIN fleet.report_job rj ON rj.job_id = c.job_id JOIN fleet.report_run run ON run.id = rj.run_id
       WHERE run.report_id = $1 GROUP BY kind ORDER BY kind`,
      [reportId],
    );
    expect(rows).toEqual([
      { kind: 'release', n: 1 },
      { kind: 'reserve', n: 4 },
      { kind: 'settle', n: 3 },
    ]);
    expect((await client.ask('GET', job)).body).toMatchObject({
      status: 'completed',
      progress: { completed: 4 },
    });
    expect((await client.ask('POST', `/v1/reports/${reportId}/runs`, {})).body.error.code).toBe(
      'report_not_modifiable',
    );
  });

  it('then an alias corrected later changes the figures without a capture, and both versions stay', async () => {
    const { reportId, brandId } = await draft(client);
    await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    await endNext(world, 'chatgpt', { text: 'Most people use HF Suite.' });
    expect(await ended(client, reportId)).toMatchObject({ ranked_prompts: 0, visibility_score: 0 });
    await client.ask('PATCH', `/v1/brands/${brandId}`, { brand_aliases: ['Hub Field', 'HF Suite'] });
    const again = await client.ask('POST', `/v1/reports/${reportId}/recompute`);
    expect(again).toMatchObject({ status: 200, body: { ranked_prompts: 1, visibility_score: 100 } });
    expect((await client.ask('GET', `/v1/reports/${reportId}`)).body.visibility_score).toBe(100);
    const { rows } = await world.db.query(
      'SELECT brand_book_hash FROM fleet.report_metrics WHERE report_id = $1',
      [reportId],
    );
    expect(rows).toHaveLength(2);
    const jobs = await world.db.query(
      'SELECT 1 FROM fleet.report_job rj JOIN fleet.report_run run ON run.id = rj.run_id WHERE report_id = $1',
      [reportId],
    );
    expect(jobs.rowCount).toBe(1);
  });

  it('then captures that passed their retention are no reason to measure what is left: 410, and the figures stay', async () => {
    const { reportId } = await draft(client);
    await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    await endNext(world, 'chatgpt', { text: 'Hubfield.' });
    expect(await ended(client, reportId)).toMatchObject({ ranked_prompts: 1, total_results: 1 });
    await world.db.query(
      `UPDATE fleet.job SET retired_at = now() WHERE id IN (SELECT rj.job_id FROM fleet.report_job rj
       JOIN fleet.report_run run ON run.id = rj.run_id WHERE run.report_id = $1)`,
      [reportId],
    );
    for (const [method, path] of [
      ['POST', 'recompute'],
      ['GET', 'observations.csv'],
    ] as const) {
      const answer = await client.ask(method, `/v1/reports/${reportId}/${path}`);
      expect(answer).toMatchObject({ status: 410, body: { error: { code: 'job_expired' } } });
    }
    const kept = await client.ask('GET', `/v1/reports/${reportId}`);
    expect(kept.body).toMatchObject({ ranked_prompts: 1, total_results: 1, visibility_score: 100 });
  });

  it('then all captures failing is a failed report that releases everything, and its next run captures what is missing', async () => {
    const { reportId } = await draft(client, { platforms: ['chatgpt', 'perplexity'], replicates: 2 });
    await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    for (let capture = 0; capture < 2; capture++) {
      await endNext(world, 'chatgpt', { outcome: 'challenge' });
      await endNext(world, 'perplexity', { outcome: 'login_wall' });
    }
    const failed = await ended(client, reportId);
    expect(failed).toMatchObject({ status: 'failed', visibility_score: null, total_results: 0 });
    expect(failed.failure_reason).toMatch(/no capture ended with what its surface shows/);
    const second = await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(second.status).toBe(202);
    expect((await client.ask('GET', `/v1/jobs/${second.body.job_id}`)).body.progress.total).toBe(4);
    for (let capture = 0; capture < 2; capture++) {
      await endNext(world, 'chatgpt', { text: 'Hubfield.' });
      await endNext(world, 'perplexity', { outcome: 'throttled' });
    }
    // Half of them told something: completed, with the quality said.
    const report = await ended(client, reportId);
    expect(report).toMatchObject({ status: 'completed', quality: 'insufficient', ranked_prompts: 1 });
    expect(report.metrics.asked).toBe(4);
    expect(report.metrics.brands[0].bySurface[1].bounds).toEqual({ worst: 0, best: 1 });
  });
});

describe('preconditions of a run', () => {
  it.each([
    ['without prompts', { prompts: [] }, 'no_prompts'],
    ['without facts', { facts: false }, 'brand_facts_missing'],
  ])('%s: 409 conflict that says which', async (_what, given, reason) => {
    const { reportId } = await draft(client, given);
    const answer = await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: 'Resource conflict', details: { reason } } },
    });
  });

  it('two runs at once are one: one 202, one 409, one job', async () => {
    const { reportId } = await draft(client);
    const both = await Promise.all([1, 2].map(() => client.ask('POST', `/v1/reports/${reportId}/runs`, {})));
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(both.find(({ status }) => status === 409)?.body.error.code).toBe('report_not_modifiable');
    const { rowCount } = await world.db.query('SELECT 1 FROM fleet.report_run WHERE report_id = $1', [
      reportId,
    ]);
    expect(rowCount).toBe(1);
    expect(
      (await client.ask('POST', `/v1/reports/${reportId}/prompts`, { prompts: [{ prompt_text: 'x' }] })).body
        .error.code,
    ).toBe('report_not_modifiable');
    await endNext(world, 'chatgpt', { text: 'x' });
    await ended(client, reportId);
  });

  it('too few credits start nothing and are told for the whole run', async () => {
    await openAccount(world.db, 'acct_poor_reports', 14);
    const poor = await frontClient(world, 'rankprompt', { accountId: 'acct_poor_reports' });
    const { reportId } = await draft(poor, { prompts: ['one?', 'two?', 'three?'] });
    const answer = await poor.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(answer).toMatchObject({
      status: 402,
      body: { error: { code: 'insufficient_credits', details: { required: 15, available: 14 } } },
    });
    expect(answer.body.error.message).toBe('this run needs 15 credits, 14 available; nothing was started');
    expect((await poor.ask('GET', `/v1/reports/${reportId}`)).body.status).toBe('draft');
    const { rowCount } = await world.db.query(
      `SELECT 1 FROM fleet.job WHERE account_id = 'acct_poor_reports'`,
    );
    expect(rowCount).toBe(0);
  });
});

describe('what is refused', () => {
  const brand = (change: object) => ['POST', '/v1/brands', { ...BRAND, ...change }] as const;
  it.each([
    ['a website that is no web address', brand({ website: 'ftp://x.com' }), ['body', 'website']],
    ['a private website', brand({ website: 'http://10.0.0.1' }), ['body', 'website']],
    ['a name of 81 characters', brand({ name: 'x'.repeat(81) }), ['body', 'name']],
    [
      '51 aliases',
      brand({ brand_aliases: Array.from({ length: 51 }, (_, n) => `Alias ${n} of it`) }),
      ['body', 'brand_aliases'],
    ],
    ['a one-letter alias', brand({ brand_aliases: ['Q'] }), ['body', 'brand_aliases', 0]],
    ['a category of 101 characters', brand({ categories: ['x'.repeat(101)] }), ['body', 'categories', 0]],
    ['a country that is none', brand({ country: 'Atlantis' }), ['body', 'country']],
  ])('%s: 400 validation_error with its place', async (_what, [method, path, body], loc) => {
    const answer = await client.ask(method, path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'validation_error', message: 'Request validation failed' } },
    });
    expect(answer.body.error.details.errors.map((fault: { loc: unknown }) => fault.loc)).toContainEqual(loc);
  });

  it('the same alias on brand and competitor: 409 naming both', async () => {
    const competitors = [{ name: 'Pipewise', aliases: ['hub field'] }];
    const answer = await client.ask('POST', '/v1/brands', { ...BRAND, competitors });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect(answer.body.error.details.message).toMatch(/Hubfield.*Pipewise/);
  });

  it.each([
    ['prompts and auto_generate', { prompts: [{ prompt_text: 'x' }], auto_generate: true }, ['body']],
    ['neither', {}, ['body']],
    [
      'a 51st prompt',
      { prompts: Array.from({ length: 51 }, () => ({ prompt_text: 'x' })) },
      ['body', 'prompts', 50],
    ],
    [
      'an empty prompt',
      { prompts: [{ prompt_text: 'x' }, { prompt_text: ' ' }] },
      ['body', 'prompts', 1, 'prompt_text'],
    ],
    [
      'a prompt of 5 001',
      { prompts: [{ prompt_text: 'x'.repeat(5_001) }] },
      ['body', 'prompts', 0, 'prompt_text'],
    ],
  ])('%s in a report: 400 with its place', async (_what, body, loc) => {
    const { reportId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', `/v1/reports/${reportId}/prompts`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
    expect(answer.body.error.details.errors[0].loc).toEqual(loc);
    expect((await client.ask('GET', `/v1/reports/${reportId}/prompts`)).body.data).toEqual([]);
  });

  it.each([
    ['not JSON', '{"name": '],
    ['no object', '[1]'],
    ['an unknown field', JSON.stringify({ ...BRAND, colour: 'red' })],
    ['a field of another type', JSON.stringify({ ...BRAND, name: 5 })],
  ])('%s: 422 body_validation_error', async (_what, body) => {
    const answer = await client.ask('POST', '/v1/brands', body);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        error: { code: 'body_validation_error', message: 'Request body did not match the expected schema' },
      },
    });
  });

  it.each([
    ['grok', ['grok'], 400],
    ['no platform', [], 400],
    ['a platform not served here', ['claude'], 400],
  ])('%s as a platform', async (_what, ai_platforms, status) => {
    const { brandId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', '/v1/reports', { brand_id: brandId, ai_platforms });
    expect(answer).toMatchObject({ status, body: { error: { code: 'validation_error' } } });
  });

  it.each(['0', '2.5', '11'])('%s replicates', async (text) => {
    const { brandId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', '/v1/reports', { brand_id: brandId, replicates: Number(text) });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
  });

  it('lists clamp their limit, refuse what is none, and a cursor of somebody else', async () => {
    expect((await client.ask('GET', '/v1/brands?limit=0')).body.data).toHaveLength(1);
    const all = await client.ask('GET', '/v1/brands?limit=1000');
    expect(all.body.data.length).toBeGreaterThan(5);
    const page = await client.ask('GET', '/v1/brands?limit=2');
    const next = await client.ask('GET', `/v1/brands?limit=2&cursor=${page.body.next_cursor}`);
    expect(next.body.data[0].id).toBe(all.body.data[2].id);
    expect(await client.ask('GET', '/v1/brands?limit=abc')).toMatchObject({ status: 400 });
    expect(await client.ask('GET', '/v1/brands?cursor=abc')).toMatchObject({ status: 400 });
    await openAccount(world.db, 'acct_other_reports', 0);
    const other = await frontClient(world, 'rankprompt', { accountId: 'acct_other_reports' });
    expect(await other.ask('GET', `/v1/brands?cursor=${page.body.next_cursor}`)).toMatchObject({
      status: 400,
    });
  });

  it('what is another’s is answered byte for byte like what does not exist', async () => {
    const { brandId, reportId } = await draft(client);
    await openAccount(world.db, 'acct_stranger_reports', 100);
    const stranger = await frontClient(world, 'rankprompt', { accountId: 'acct_stranger_reports' });
    const nobody = '00000000-0000-4000-8000-000000000000';
    const strip = (text: string): string => text.replace(/"request_id":"[^"]+"/, '');
    for (const [path, id] of [
      [`/v1/brands/`, brandId],
      [`/v1/reports/`, reportId],
      ['/v1/jobs/', nobody],
    ] as const) {
      const theirs = await stranger.ask('GET', `${path}${id}`);
      const none = await stranger.ask('GET', `${path}${nobody}`);
      expect(theirs).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found', message: 'Resource not found' } },
      });
      expect(strip(theirs.text)).toBe(strip(none.text));
      expect((await stranger.ask('GET', `${path}nothing`)).status).toBe(404);
    }
  });
});

describe('errors as the reference prints them', () => {
  const printed = (code: string, message: string): object => ({
    error: { code, message },
    request_id: expect.stringMatching(UUID),
  });

  it('401, 404, and the correlation id in body and header', async () => {
    const refused = await client.ask('GET', '/v1/me', undefined, { authorization: 'Bearer rp_live_no' });
    expect(refused).toMatchObject({
      status: 401,
      body: printed('unauthorized', 'Missing or invalid credentials'),
    });
    expect(refused.headers.get('x-correlation-id')).toBe(refused.body.request_id);
    const missing = await client.ask('GET', '/v1/brands/00000000-0000-4000-8000-000000000000');
    expect(missing.body).toEqual(printed('not_found', 'Resource not found'));
  });

  it('403 names the scope, and who may write may read', async () => {
    const created = await world.post('/v1/keys', { label: 'narrow', scopes: ['write:brands'] });
    const narrow = await frontClient(world, 'rankprompt', { key: created.body.key });
    expect((await narrow.ask('GET', '/v1/brands')).status).toBe(200);
    expect(await narrow.ask('GET', '/v1/reports')).toMatchObject({
      status: 403,
      body: {
        error: {
          ...{ code: 'insufficient_scope', message: "This endpoint requires the 'read:reports' scope" },
          details: { required_scope: 'read:reports', key_scopes: ['write:brands'] },
        },
      },
    });
  });
});

describe('at the root', () => {
  it('a uuid is their job, job_… is ours, each with its own error', async () => {
    const root = await frontClient(world, 'rankprompt', { base: '', key: client.key });
    const none = await root.ask('GET', '/v1/jobs/00000000-0000-4000-8000-000000000000');
    expect(none).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    const ours = await world.get('/v1/jobs/job_nowhere');
    expect(ours).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
    expect((await root.ask('GET', '/v1/me')).body).toMatchObject({
      object: 'api_key',
      account_id: 'acct_default',
    });
  });
});

describe('prompts from templates', () => {
  it('come from the categories of the brand and its competitors, say so, and need a category', async () => {
    const { reportId } = await draft(client, { prompts: [] });
    const made = await client.ask('POST', `/v1/reports/${reportId}/prompts`, { auto_generate: true });
    expect(made.status).toBe(201);
    expect(made.body.data.map((prompt: { prompt_text: string }) => prompt.prompt_text)).toContain(
      'How does Hubfield compare with Pipewise for crm tools?',
    );
    expect(made.body.data[0]).toMatchObject({ generated_by: 'template', category: 'crm tools' });
    const { reportId: bare } = await draft(client, { prompts: [], brand: { categories: [] } });
    expect(await client.ask('POST', `/v1/reports/${bare}/prompts`, { auto_generate: true })).toMatchObject({
      status: 400,
    });
  });
});

describe('shares', () => {
  it('are told once, listed without their address, and taken back', async () => {
    const { reportId } = await draft(client);
    const made = await client.ask('POST', `/v1/reports/${reportId}/shares`, {});
    expect(made).toMatchObject({ status: 201, body: { url: expect.stringMatching(/^\/r\/[\w-]{43}$/) } });
    const list = await client.ask('GET', `/v1/reports/${reportId}/shares`);
    expect(list.body.data).toMatchObject([{ id: made.body.id, url: null, revoked_at: null }]);
    expect((await client.ask('DELETE', `/v1/shares/${made.body.id}`)).body).toMatchObject({ deleted: true });
    const after = await client.ask('GET', `/v1/reports/${reportId}/shares`);
    expect(after.body.data[0].revoked_at).not.toBeNull();
    const wrong = await client.ask('POST', `/v1/reports/${reportId}/shares`, { expires_in_days: 0 });
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
  });
});
