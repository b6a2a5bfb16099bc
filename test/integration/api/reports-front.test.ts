import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { draft, ended, endNext } from './reports-world.ts';

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

  it('then captures that passed their retention are no reason to measure what is left: 410; figures and files stay', async () => {
    const { reportId } = await draft(client);
    await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    await endNext(world, 'chatgpt', { text: 'Hubfield.' });
    expect(await ended(client, reportId)).toMatchObject({ ranked_prompts: 1, total_results: 1 });
    await world.db.query(
      `UPDATE fleet.job SET retired_at = now() WHERE id IN (SELECT rj.job_id FROM fleet.report_job rj
       JOIN fleet.report_run run ON run.id = rj.run_id WHERE run.report_id = $1)`,
      [reportId],
    );
    const again = await client.ask('POST', `/v1/reports/${reportId}/recompute`);
    expect(again).toMatchObject({ status: 410, body: { error: { code: 'job_expired' } } });
    const file = await fetch(`${world.url}/compat/rankprompt/v1/reports/${reportId}/observations.csv`, {
      headers: { authorization: `Bearer ${client.key}` },
    });
    expect(file.status).toBe(200);
    expect((await file.text()).trimEnd().split('\r\n')).toHaveLength(2);
    const kept = await client.ask('GET', `/v1/reports/${reportId}`);
    expect(kept.body).toMatchObject({ ranked_prompts: 1, total_results: 1, visibility_score: 100 });
  });
});

describe('the list of reports', () => {
  it('is narrowed by a part of the name, and holds nothing of a batch or a schedule, which none is of', async () => {
    const { brandId } = await draft(client, { prompts: [] });
    for (const name of ['Week 1: 100 % CRM', 'Week 2: crm_tools', null])
      await client.ask('POST', '/v1/reports', { brand_id: brandId, ai_platforms: ['chatgpt'], name });
    const names = async (query: string) =>
      (await client.ask('GET', `/v1/reports?brand_id=${brandId}&${query}`)).body.data.map(
        ({ name }: { name: string | null }) => name,
      );
    expect((await names('search=crm')).sort()).toEqual(['Week 1: 100 % CRM', 'Week 2: crm_tools']);
    expect(await names('search=%25')).toEqual(['Week 1: 100 % CRM']);
    expect(await names('search=m_t')).toEqual(['Week 2: crm_tools']);
    expect(await names('search=')).toHaveLength(4);
    expect(await names('batch_id=1')).toEqual([]);
    expect(await names('scheduled_report_id=1')).toEqual([]);
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
