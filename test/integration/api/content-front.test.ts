import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/jobs/account.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { rawExchange } from './api-world.ts';
import { type ContentWorld, openContentWorld } from './content-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';

const RUNS = '/v1/content-intelligence/runs';
const SCORE = '/v1/content-intelligence/content/score';

let world: ContentWorld;
beforeAll(async () => {
  world = await openContentWorld();
});
afterAll(() => world.close());

/** A client of an account of its own. */
async function tenant(credits = 100): Promise<FrontClient & { accountId: string }> {
  const accountId = `acct_${randomUUID()}`;
  await openAccount(world.api.db, accountId, credits);
  return { ...(await frontClient(world.api, 'sleepwalker', { accountId })), accountId };
}

async function balance(accountId: string): Promise<unknown> {
  const { rows } = await world.api.db.query(
    'SELECT posted, reserved FROM fleet.account_balance WHERE account_id = $1',
    [accountId],
  );
  return rows[0];
}

const detail = (reason: string, more: object = {}): object => ({
  detail: { reason, error: reason, message: expect.any(String), errors: expect.any(Array), ...more },
});

describe('what the reference prints', () => {
  it('is answered as printed: create', async () => {
    const { ask } = await tenant();
    const printed = {
      ...{ url: world.site.url('/article'), language: 'en', country: 'US' },
      ...{ analysis_depth: 'score', idempotency_key: 'ci-sleepwalker-2026-06-10' },
    };
    const answer = await ask('POST', RUNS, printed);
    expect(answer.status).toBe(200);
    expect(masked(answer.body)).toEqual({
      ...{ action_decision_id: 'act_…', run_id: 'UUID', status: 'queued' },
      ...{ estimated_credits: '3.00', analysis_depth: 'score' },
    });
    const again = await ask('POST', RUNS, printed);
    expect(again.text).toBe(answer.text);
  });

  it('is answered as printed: get with its result, flat and nested from the same values', async () => {
    const { ask, accountId, ...rest } = await tenant();
    const { body } = await ask('POST', RUNS, { url: world.site.url('/article'), analysis_depth: 'score' });
    const ended = await world.ended({ ask, ...rest }, body.run_id);
    expect(ended.body).toMatchObject({
      status: 'completed',
      settled_credits: '3.00',
      explanation: 'Run completed.',
    });
    const { ca_result: result } = ended.body;
    expect(result.overall).toMatchObject({ score: result.overall_score, band: result.overall_band });
    expect(ended.body.overall_score).toBe(result.overall_score);
    expect(result.content_depth).toMatchObject({
      score: result.sufficiency_score,
      band: result.sufficiency_band,
    });
    expect(result.content_freshness).toMatchObject({ score: result.freshness_score });
    expect(result.top_recommendations).toEqual(
      result.recommendations.map(({ recommendation }: { recommendation: string }) => recommendation),
    );
    expect(result.evidence_note).toContain('does not predict');
    expect(await balance(accountId)).toEqual({ posted: 97, reserved: 0 });
    const bare = await ask('GET', `${RUNS}/${body.run_id}`);
    expect(bare.body).not.toHaveProperty('ca_result');
    await expect(`${JSON.stringify(masked(bare.body), null, 1)}\n`).toMatchFileSnapshot(
      'golden/content-run.txt',
    );
  });

  it('is answered as printed: list, newest first, page by page', async () => {
    const { ask } = await tenant();
    const ids: string[] = [];
    for (let run = 0; run < 5; run++) {
      const { body } = await ask('POST', RUNS, { url: world.site.url('/404'), analysis_depth: 'score' });
      ids.unshift(body.run_id);
    }
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const { body } = await ask('GET', `${RUNS}?limit=2&status=&starting_after=${after}`);
      seen.push(...body.runs.map(({ run_id }: { run_id: string }) => run_id));
      expect(body).toMatchObject({ limit: 2, has_more: body.next_starting_after !== null });
      if (!body.has_more) break;
      after = body.next_starting_after;
    }
    expect(seen).toEqual(ids);
    expect((await ask('GET', RUNS)).body.limit).toBe(20);
  });
});

/** A body with what differs from run to run written over. */
function masked(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replaceAll(/act_[0-9a-f]{32}/g, 'act_…')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/site\.test:\d+/g, 'site.test');
  return JSON.parse(text);
}

describe('an immediate score', () => {
  it('costs 3, or 2 with topics of the caller’s, is settled in the same request, and nothing is kept', async () => {
    const { ask, accountId } = await tenant(10);
    const url = world.site.url('/article');
    const plain = await ask('POST', SCORE, { url });
    expect(plain).toMatchObject({
      status: 200,
      body: { status: 'completed', settled_credits: '3.00', billing: { status: 'settled' }, ca_result: {} },
    });
    expect(plain.body.ca_result.overall_score).toBe(plain.body.overall_score);
    const trends = [
      { topic: 'boiling time of kettles', description: 'minutes', relevance: 0.9, opportunity: 'high' },
    ];
    const withTrends = await ask('POST', SCORE, { url, trends });
    expect(withTrends.body).toMatchObject({
      settled_credits: '2.00',
      trend_source: 'provided',
      top_trends: [{ name: 'boiling time of kettles' }],
    });
    expect(await balance(accountId)).toEqual({ posted: 5, reserved: 0 });
    expect((await ask('GET', RUNS)).body.runs).toEqual([]);
  });

  it('of a page that is blocked costs nothing and says so', async () => {
    const { ask, accountId } = await tenant(10);
    const { status, body } = await ask('POST', SCORE, { url: world.site.url('/challenge') });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ status: 'failed', blocked: true, blocked_message: expect.stringContaining('human') },
      ...{
        overall_score: null,
        settled_credits: '0.00',
        released_credits: '3.00',
        billing_status: 'released',
      },
    });
    expect(await balance(accountId)).toEqual({ posted: 10, reserved: 0 });
  });
});

describe('the text of a page', () => {
  it('costs 1, is cut where asked, and a page without any costs nothing', async () => {
    const { ask, accountId } = await tenant(10);
    const path = '/v1/pages/content/serialize';
    const whole = await ask('POST', path, { url: world.site.url('/article') });
    expect(whole.body.serialization).toMatchObject({
      ...{ http_status: 200, title: 'Tea kettles compared', truncated: false, issue: null },
      ...{
        content_view: expect.stringContaining('A kettle of 1.7 litres'),
        billing: { settled_credits: '1.00' },
      },
    });
    const cut = await ask('POST', path, { url: world.site.url('/article'), max_chars: 10 });
    expect(cut.body.serialization).toMatchObject({ content_view_chars: 10, truncated: true });
    const none = await ask('POST', path, { url: world.site.url('/403') });
    expect(none.body.serialization).toMatchObject({
      ...{ blocked: true, issue: 'forbidden', content_view: '', billing: { status: 'released' } },
    });
    expect(await balance(accountId)).toEqual({ posted: 8, reserved: 0 });
    expect(await ask('POST', path, { url: world.site.url('/article'), max_chars: 0 })).toMatchObject({
      ...{ status: 400, body: detail('invalid_request') },
    });
  });
});

describe('pages that are none (issue 6, Bad input)', () => {
  it.each([
    ['/to-private', 'private_address'],
    ['/loop', 'redirect_loop'],
    ['/slow', 'timeout'],
    ['/announced', 'too_large'],
    ['/pdf', 'not_html'],
    ['/image', 'not_html'],
    ['/login', 'login_page'],
    ['/empty', 'empty_page'],
    ['/challenge', 'challenge'],
    ['/500', 'server_error'],
  ])('%s: the run fails as %s and costs nothing', async (path, code) => {
    const client = await tenant(10);
    const { body } = await client.ask('POST', RUNS, { url: world.site.url(path), analysis_depth: 'score' });
    const ended = await world.ended(client, body.run_id);
    expect(ended.body).toMatchObject({
      ...{ status: 'failed', overall_score: null, released_credits: '3.00', billing_status: 'released' },
      ca_result: { content_score_issue: code, issue_message: expect.any(String) },
    });
    expect(ended.body.explanation).toContain(ended.body.ca_result.issue_message);
    expect(await balance(client.accountId)).toEqual({ posted: 10, reserved: 0 });
  });

  it('invalid UTF-8 is scored all the same', async () => {
    const client = await tenant(10);
    const { body } = await client.ask('POST', RUNS, {
      url: world.site.url('/broken-text'),
      analysis_depth: 'score',
    });
    const ended = await world.ended(client, body.run_id);
    expect(ended.body.status).toBe('completed');
  });
});

describe('requests that are wrong', () => {
  const url = 'https://example.com/';
  it.each([
    ['a deep analysis', { url, analysis_depth: 'deep' }, 'analysis_depth'],
    ['a key of 161 characters', { url, idempotency_key: 'k'.repeat(161) }, 'idempotency_key'],
    ['a language of 21 characters', { url, language: 'x'.repeat(21) }, 'language'],
    ['no url', {}, 'url'],
    ['an empty url', { url: '' }, 'url'],
    ['file:', { url: 'file:///etc/passwd' }, 'url'],
    ['javascript:', { url: 'javascript:alert(1)' }, 'url'],
    ['loopback', { url: 'http://127.0.0.1/' }, 'url'],
    ['loopback in IPv6', { url: 'http://[::1]/' }, 'url'],
    ['a name that leads to loopback', { url: 'http://inside.test/' }, 'url'],
    ['credentials', { url: 'https://a:b@example.com/' }, 'url'],
    ['an unknown field', { url, analysis_dept: 'score' }, 'analysis_dept'],
  ])('%s: 400 that names the field, and nothing is started', async (_name, body, path) => {
    const { ask, accountId } = await tenant(10);
    const answer = await ask('POST', RUNS, body);
    expect(answer).toMatchObject({ status: 400, body: detail('invalid_request') });
    expect(answer.body.detail.errors[0].path).toBe(path);
    expect(await balance(accountId)).toEqual({ posted: 10, reserved: 0 });
  });

  it('bodies that are not JSON objects, or too large, keep the shape', async () => {
    const { ask, key } = await tenant();
    for (const body of ['{', '[]', '"x"', 'null'])
      expect(await ask('POST', RUNS, body)).toMatchObject({ status: 400, body: detail('invalid_request') });
    const head = `POST ${RUNS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
    const large = await rawExchange(world.api.url, `${head}Content-Length: 262145\r\n\r\n{`);
    expect(large).toMatchObject({ status: 413, body: detail('payload_too_large') });
    expect(await ask('POST', RUNS, '{}', { 'content-type': 'text/plain' })).toMatchObject({
      ...{ status: 415, body: detail('invalid_request') },
    });
  });

  it('limits are clamped, words for them refused; so are cursors that are none', async () => {
    const { ask } = await tenant();
    for (const [given, used] of [
      [0, 1],
      [-5, 1],
      [1000, 100],
      [7, 7],
    ])
      expect((await ask('GET', `${RUNS}?limit=${given}`)).body.limit).toBe(used);
    expect(await ask('GET', `${RUNS}?limit=abc`)).toMatchObject({
      status: 400,
      body: detail('invalid_request'),
    });
    expect(await ask('GET', `${RUNS}?status=done`)).toMatchObject({
      status: 400,
      body: detail('invalid_request'),
    });
    for (const cursor of ['abc', randomUUID()]) {
      expect(await ask('GET', `${RUNS}?starting_after=${cursor}`)).toMatchObject({
        ...{ status: 400, body: detail('invalid_cursor') },
      });
    }
  });

  it('another body under a used key is 409', async () => {
    const { ask } = await tenant();
    const body = { url: world.site.url('/404'), analysis_depth: 'score', idempotency_key: 'k' };
    await ask('POST', RUNS, body);
    expect(await ask('POST', RUNS, { ...body, analysis_depth: 'full' })).toMatchObject({
      ...{ status: 409, body: detail('idempotency_conflict') },
    });
  });

  it("what is another's is answered byte for byte as what does not exist", async () => {
    const [one, two] = [await tenant(), await tenant()];
    const { body } = await one.ask('POST', RUNS, { url: world.site.url('/404') });
    const headers = { 'x-request-id': 'req_same' };
    const foreign = await two.ask('GET', `${RUNS}/${body.run_id}`, undefined, headers);
    const unknown = await two.ask('GET', `${RUNS}/${randomUUID()}`, undefined, headers);
    const noId = await two.ask('GET', `${RUNS}/x`, undefined, headers);
    expect(foreign).toMatchObject({ status: 404, body: detail('not_found') });
    expect([unknown.text, noId.text]).toEqual([foreign.text, foreign.text]);
    const cursor = await two.ask('GET', `${RUNS}?starting_after=${body.run_id}`);
    expect(cursor).toMatchObject({ status: 400, body: detail('invalid_cursor') });
    const cancelled = await two.ask('POST', `${RUNS}/${body.run_id}/cancel`, undefined, headers);
    expect(cancelled.text).toBe(foreign.text);
  });
});

describe('keys and credits', () => {
  it.each<[string, string, unknown, Scope]>([
    ['POST', RUNS, { url: 'https://example.com/' }, 'content_intelligence:runs:create'],
    ['GET', RUNS, undefined, 'runs:read'],
    ['GET', `${RUNS}/x`, undefined, 'runs:read'],
    ['POST', SCORE, { url: 'https://example.com/' }, 'content_intelligence:content:score'],
  ])('%s %s without its scope is 403 that names it', async (method, path, body, scope) => {
    const { key } = await createKey(world.api.db, { label: 'x', scopes: ['usage:read'] }, Date.now());
    const { ask } = await frontClient(world.api, 'sleepwalker', { key });
    expect(await ask(method, path, body)).toMatchObject({
      ...{ status: 403, body: detail('missing_scope', { required_scope: scope }) },
    });
  });

  it('a balance that is short is 402 with estimate and balance, and nothing is started', async () => {
    const { ask, accountId } = await tenant(5);
    const url = world.site.url('/article');
    expect(await ask('POST', RUNS, { url })).toMatchObject({
      status: 402,
      body: detail('insufficient_credits', { estimated_credits: '6.00', available_credits: '5.00' }),
    });
    expect((await ask('GET', RUNS)).body.runs).toEqual([]);
    const poor = await tenant(2);
    expect(await poor.ask('POST', SCORE, { url })).toMatchObject({
      ...{
        status: 402,
        body: detail('insufficient_credits', { estimated_credits: '3.00', available_credits: '2.00' }),
      },
    });
    expect(await balance(accountId)).toEqual({ posted: 5, reserved: 0 });
  });

  it('a run that is cancelled before it ends costs nothing', async () => {
    const { ask, accountId } = await tenant(10);
    const { body } = await ask('POST', RUNS, { url: world.site.url('/drip'), analysis_depth: 'score' });
    const cancelled = await ask('POST', `${RUNS}/${body.run_id}/cancel`);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', explanation: 'Run cancelled.' });
    expect(await balance(accountId)).toEqual({ posted: 10, reserved: 0 });
  });
});

describe("requests as the vendor's own CLI writes them (specs/analysis.md 0.2)", () => {
  it('empty texts are fields left out: ci run, ci status --result, ci list, ci score', async () => {
    const client = await tenant();
    const url = world.site.url('/article');
    const run = { url, language: '', country: '', analysis_depth: 'score', idempotency_key: '' };
    const first = await client.ask('POST', RUNS, run);
    const second = await client.ask('POST', RUNS, run);
    expect(second.body.run_id).not.toBe(first.body.run_id);
    const ended = await world.ended(client, first.body.run_id);
    expect(ended.body).toMatchObject({ status: 'completed', language: 'en', country: 'US' });
    expect((await client.ask('GET', `${RUNS}?limit=&status=&starting_after=`)).body.runs).toHaveLength(2);
    const score = { url, extraction_mode: 'ssr', industry: '', language: '', country: '' };
    expect(await client.ask('POST', SCORE, score)).toMatchObject({ status: 200, body: { language: 'en' } });
  });

  it('the same below the base URL alone and at the printed path', async () => {
    const client = await tenant();
    const { accountId, key } = client;
    const root = await frontClient(world.api, 'sleepwalker', { base: '', key, accountId });
    const { body } = await root.ask('POST', RUNS, { url: world.site.url('/404'), analysis_depth: 'score' });
    await world.ended(client, body.run_id);
    const [one, two] = [await client.ask('GET', RUNS), await root.ask('GET', RUNS)];
    expect(one.body.runs).toHaveLength(1);
    expect(two.text).toBe(one.text);
  });
});
