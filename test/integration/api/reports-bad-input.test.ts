import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantCredits } from '../../../src/jobs/credits.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { balanceOf } from './content-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND, draft, ended, endNext } from './reports-world.ts';

/**
 * Issue 6, *Bad input*, of the reports front, row by row. Rows of other places: CSV cell `=HYPERLINK(…)` and brand `<script>`
 * in reports-outputs (and unit/outputs), key without scope in reports-front, a key of 161 characters in reports-once.
 */
let world: ApiWorld;
let client: FrontClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
});
afterAll(() => world.close());

const unmodifiable = { status: 409, body: { error: { code: 'report_not_modifiable' } } };

/** Every method and path of this front's document that names something by its id. */
async function operationsWithId(): Promise<{ method: string; path: string }[]> {
  const answer = await fetch(`${world.url}/compat/rankprompt/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    path.includes('{') ? Object.keys(operations).map((method) => ({ method, path })) : [],
  );
}

describe('issue 6, Bad input: report run', () => {
  it.each([
    ['report run without prompts', { prompts: [] }, 'no_prompts'],
    ['report run without facts', { facts: false }, 'brand_facts_missing'],
  ])('%s: 409 conflict that says which', async (_what, given, reason) => {
    const { reportId } = await draft(client, given);
    const answer = await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: 'Resource conflict', details: { reason } } },
    });
  });

  it('two runs at once on one report: one 202, one 409; one job; while processing: 409 report_not_modifiable', async () => {
    const { reportId } = await draft(client);
    const both = await Promise.all([1, 2].map(() => client.ask('POST', `/v1/reports/${reportId}/runs`, {})));
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(both.find(({ status }) => status === 409)?.body.error.code).toBe('report_not_modifiable');
    const { rowCount } = await world.db.query('SELECT 1 FROM fleet.report_run WHERE report_id = $1', [
      reportId,
    ]);
    expect(rowCount).toBe(1);
    const jobs = await world.db.query(
      'SELECT 1 FROM fleet.report_job j JOIN fleet.report_run r ON r.id = j.run_id WHERE r.report_id = $1',
      [reportId],
    );
    expect(jobs.rowCount).toBe(1);
    expect(
      (await client.ask('POST', `/v1/reports/${reportId}/prompts`, { prompts: [{ prompt_text: 'x' }] })).body
        .error.code,
    ).toBe('report_not_modifiable');
    expect(await client.ask('POST', `/v1/reports/${reportId}/runs`, {})).toMatchObject(unmodifiable);
    await endNext(world, 'chatgpt', { text: 'x' });
    await ended(client, reportId);
    // Completed now: the same answer.
    expect(await client.ask('POST', `/v1/reports/${reportId}/runs`, {})).toMatchObject(unmodifiable);
  });

  it('balance short by 0.01: 402 for the whole run, nothing started; with 0.01 more it starts', async () => {
    const accountId = 'acct_short_reports';
    await openAccount(world.db, accountId, 14.99);
    const short = await frontClient(world, 'rankprompt', { accountId });
    const { reportId } = await draft(short, { prompts: ['one?', 'two?', 'three?'] });
    const answer = await short.ask('POST', `/v1/reports/${reportId}/runs`, {});
    const said = 'this run needs 15 credits, 14.99 available; nothing was started';
    expect(answer).toMatchObject({
      status: 402,
      body: {
        error: { code: 'insufficient_credits', message: said, details: { required: 15, available: 14.99 } },
      },
    });
    expect((await short.ask('GET', `/v1/reports/${reportId}`)).body.status).toBe('draft');
    const started = () =>
      world.db.query(
        `SELECT id FROM fleet.job WHERE account_id = $1
         UNION ALL SELECT id FROM fleet.ledger_entry WHERE account_id = $1 AND kind = 'reserve'`,
        [accountId],
      );
    expect((await started()).rowCount).toBe(0);
    const now = Date.now();
    await grantCredits(world.db, { accountId, amount: 0.01, note: 'test', now, id: randomUUID() });
    expect((await short.ask('POST', `/v1/reports/${reportId}/runs`, {})).status).toBe(202);
    expect(await balanceOf(world, accountId)).toEqual({ posted: 15, reserved: 15 });
    for (let prompt = 0; prompt < 3; prompt++) await endNext(world, 'chatgpt', { accountId, text: 'x' });
    expect(await balanceOf(world, accountId)).toEqual({ posted: 0, reserved: 0 });
  });

  it('balance short: 402 for the whole run, nothing started', async () => {
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

describe('issue 6, Bad input: brands, prompts, reports', () => {
  const brand = (change: object) => ['POST', '/v1/brands', { ...BRAND, ...change }] as const;
  it.each([
    ['website not http(s)', brand({ website: 'ftp://x.com' }), ['body', 'website']],
    ['website private', brand({ website: 'http://10.0.0.1' }), ['body', 'website']],
    ['name of 81 characters', brand({ name: 'x'.repeat(81) }), ['body', 'name']],
    [
      '51 aliases',
      brand({ brand_aliases: Array.from({ length: 51 }, (_, n) => `Alias ${n} of it`) }),
      ['body', 'brand_aliases'],
    ],
    ['one-letter alias without context', brand({ brand_aliases: ['Q'] }), ['body', 'brand_aliases', 0]],
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

  it.each([
    [
      'one-letter product without context',
      ['Suite', 'Q'],
      400,
      { errors: [{ loc: ['body', 'products', 1] }] },
    ],
    ['product of 201 characters', ['x'.repeat(201)], 400, { errors: [{ loc: ['body', 'products', 0] }] }],
    [
      'product that is the competitor',
      ['pipewise'],
      409,
      { message: expect.stringMatching(/Hubfield.*Pipewise/) },
    ],
  ])('%s among the facts: refused, and the facts stay', async (_what, products, status, details) => {
    const { brandId } = await draft(client, { prompts: [] });
    const path = `/v1/brands/${brandId}/facts`;
    const answer = await client.ask('PATCH', path, { products });
    expect(answer).toMatchObject({ status, body: { error: { details } } });
    expect((await client.ask('GET', path)).body.products).toEqual([]);
  });

  it('two changes of one brand at once: neither undoes the other', async () => {
    const { brandId } = await draft(client, { prompts: [] });
    const path = `/v1/brands/${brandId}`;
    const changes: [string, object][] = [
      [path, { brand_aliases: ['Hub Field', 'HF Suite'] }],
      [path, { categories: ['crm tools', 'sales tools'] }],
      [path, { country: 'France' }],
      [`${path}/facts`, { tagline: 'One hub' }],
      [`${path}/facts`, { products: ['Hubfield Mail'] }],
      [`${path}/facts`, { founded_year: 2010 }],
    ];
    const answers = await Promise.all(changes.map(([where, body]) => client.ask('PATCH', where, body)));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    const { body: brand } = await client.ask('GET', path);
    const { body: facts } = await client.ask('GET', `${path}/facts`);
    for (const [where, body] of changes) expect(where === path ? brand : facts).toMatchObject(body);
  });

  it('the same alias on brand and competitor: 409 naming both', async () => {
    const competitors = [{ name: 'Pipewise', aliases: ['hub field'] }];
    const answer = await client.ask('POST', '/v1/brands', { ...BRAND, competitors });
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect(answer.body.error.details.message).toMatch(/Hubfield.*Pipewise/);
  });

  it.each([
    ['prompts and auto_generate both', { prompts: [{ prompt_text: 'x' }], auto_generate: true }, ['body']],
    ['prompts and auto_generate neither', {}, ['body']],
    [
      '51st prompt in one request',
      { prompts: Array.from({ length: 51 }, () => ({ prompt_text: 'x' })) },
      ['body', 'prompts', 50],
    ],
    [
      'prompt empty',
      { prompts: [{ prompt_text: 'x' }, { prompt_text: ' ' }] },
      ['body', 'prompts', 1, 'prompt_text'],
    ],
    [
      'prompt > 5,000',
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

  it('51st prompt of a report that has 50: 400 with its place, and 50 stay', async () => {
    const { reportId } = await draft(client, {
      prompts: Array.from({ length: 50 }, (_, n) => `prompt ${n}?`),
    });
    const path = `/v1/reports/${reportId}/prompts`;
    const answer = await client.ask('POST', path, { prompts: [{ prompt_text: 'one more?' }] });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
    expect(answer.body.error.details.errors[0].loc).toEqual(['body', 'prompts', 0]);
    expect((await client.ask('GET', path)).body.data).toHaveLength(50);
  });

  it.each([
    ['not JSON', '{"name": '],
    ['body not an object', '[1]'],
    ['unknown field', JSON.stringify({ ...BRAND, colour: 'red' })],
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
    ['provider grok', ['grok'], 400],
    ['no platform', [], 400],
    ['a platform not served here', ['claude'], 400],
  ])('%s as a platform', async (_what, ai_platforms, status) => {
    const { brandId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', '/v1/reports', { brand_id: brandId, ai_platforms });
    expect(answer).toMatchObject({ status, body: { error: { code: 'validation_error' } } });
  });

  it.each([
    ['location of 61 characters', { country: 'US', location: 'x'.repeat(61) }, ['body', 'location']],
    ['location without a letter', { country: 'US', location: '💩' }, ['body', 'location']],
    ['location without a country', { location: 'Berlin' }, ['body', 'location']],
    [
      'platform not captured in that country',
      { country: 'FR', ai_platforms: ['chatgpt', 'ai_overviews'] },
      ['body', 'ai_platforms', 1],
    ],
  ])('%s: 400 with its place', async (_what, given, loc) => {
    const { brandId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', '/v1/reports', { brand_id: brandId, ...given });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
    expect(answer.body.error.details.errors.map((fault: { loc: unknown }) => fault.loc)).toEqual([loc]);
  });

  it('nobody named a platform: those captured in that country are taken', async () => {
    const { brandId } = await draft(client, { prompts: [] });
    const { body } = await client.ask('POST', '/v1/reports', { brand_id: brandId, country: 'FR' });
    expect(body.ai_platforms).toEqual(['chatgpt', 'perplexity']);
  });

  it.each(['0', '2.5', '11'])('%s replicates', async (text) => {
    const { brandId } = await draft(client, { prompts: [] });
    const answer = await client.ask('POST', '/v1/reports', { brand_id: brandId, replicates: Number(text) });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
  });

  it('limit 0, 1000: clamped; limit abc, bad cursor, cursor of somebody else: 400', async () => {
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

  it('foreign or unknown id: 404, byte-identical, at every path and method that takes an id', async () => {
    const { brandId, reportId } = await draft(client);
    const share = await client.ask('POST', `/v1/reports/${reportId}/shares`, {});
    const run = await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
    const foreign: Record<string, string> = {
      ...{ brand_id: brandId, report_id: reportId, share_id: share.body.id, job_id: run.body.job_id },
    };
    await openAccount(world.db, 'acct_stranger_reports', 100);
    const stranger = await frontClient(world, 'rankprompt', { accountId: 'acct_stranger_reports' });
    const bodies: Record<string, object> = {
      'post /v1/reports/{report_id}/prompts': { prompts: [{ prompt_text: 'x' }] },
      'patch /v1/shares/{share_id}': { expires_in_days: 1 },
      'post /v1/brands/{brand_id}/alias-suggestions/acceptances': { business_name: 'x' },
    };
    let asked = 0;
    for (const { method, path } of await operationsWithId()) {
      const name = /\{(\w+)\}/.exec(path)?.[1] ?? '';
      const body = /post|patch/.test(method) ? (bodies[`${method} ${path}`] ?? {}) : undefined;
      const of = async (id: string) =>
        stranger.ask(method.toUpperCase(), path.replace(/\{\w+\}/, id), body, { 'x-request-id': 'req_same' });
      const [theirs, none, nothing] = [
        await of(foreign[name] ?? ''),
        await of(randomUUID()),
        await of('nothing'),
      ];
      expect(theirs, `${method} ${path}`).toMatchObject({
        ...{ status: 404, body: { error: { code: 'not_found', message: 'Resource not found' } } },
      });
      expect([none.text, nothing.text]).toEqual([theirs.text, theirs.text]);
      asked++;
    }
    expect(asked).toBeGreaterThan(15);
    await endNext(world, 'chatgpt', { text: 'x' });
    await ended(client, reportId);
  });
});

describe('issue 6, Bad input: captures of a report that fail', () => {
  it('all captures of a report fail: failed with reason, all released; the next run captures what is missing', async () => {
    await openAccount(world.db, 'acct_all_fail', 100);
    const own = await frontClient(world, 'rankprompt', { accountId: 'acct_all_fail' });
    const { reportId } = await draft(own, { platforms: ['chatgpt', 'perplexity'], replicates: 2 });
    await own.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(await balanceOf(world, 'acct_all_fail')).not.toMatchObject({ reserved: 0 });
    for (let capture = 0; capture < 2; capture++) {
      await endNext(world, 'chatgpt', { accountId: 'acct_all_fail', outcome: 'challenge' });
      await endNext(world, 'perplexity', { accountId: 'acct_all_fail', outcome: 'login_wall' });
    }
    const failed = await ended(own, reportId);
    expect(failed).toMatchObject({ status: 'failed', visibility_score: null, total_results: 0 });
    expect(failed.failure_reason).toMatch(/no capture ended with what its surface shows/);
    expect(await balanceOf(world, 'acct_all_fail')).toEqual({ posted: 100, reserved: 0 });
    const second = await own.ask('POST', `/v1/reports/${reportId}/runs`, {});
    expect(second.status).toBe(202);
    expect((await own.ask('GET', `/v1/jobs/${second.body.job_id}`)).body.progress.total).toBe(4);
    for (let capture = 0; capture < 2; capture++) {
      await endNext(world, 'chatgpt', { accountId: 'acct_all_fail', text: 'Hubfield.' });
      await endNext(world, 'perplexity', { accountId: 'acct_all_fail', outcome: 'throttled' });
    }
    expect(await ended(own, reportId)).toMatchObject({ status: 'completed', failure_reason: null });
  });

  it('half fail: completed, bounds shown, quality flag; only what was seen is paid', async () => {
    await openAccount(world.db, 'acct_half_fail', 100);
    const own = await frontClient(world, 'rankprompt', { accountId: 'acct_half_fail' });
    const { reportId } = await draft(own, { platforms: ['chatgpt', 'perplexity'], replicates: 2 });
    await own.ask('POST', `/v1/reports/${reportId}/runs`, {});
    const { reserved } = (await balanceOf(world, 'acct_half_fail')) as { reserved: number };
    for (let capture = 0; capture < 2; capture++) {
      await endNext(world, 'chatgpt', { accountId: 'acct_half_fail', text: 'Hubfield.' });
      await endNext(world, 'perplexity', { accountId: 'acct_half_fail', outcome: 'throttled' });
    }
    const report = await ended(own, reportId);
    expect(report).toMatchObject({ status: 'completed', quality: 'insufficient', ranked_prompts: 1 });
    expect(report.metrics).toMatchObject({ asked: 4, completeness: 0.5 });
    expect(report.metrics.brands[0].bySurface[1]).toMatchObject({ bounds: { worst: 0, best: 1 } });
    const after = (await balanceOf(world, 'acct_half_fail')) as { posted: number; reserved: number };
    expect(after.reserved).toBe(0);
    expect(after.posted).toBeLessThan(100);
    expect(after.posted).toBeGreaterThan(100 - reserved);
  });
});
