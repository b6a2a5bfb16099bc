import { describe, expect, it } from 'vitest';
import { detail, RUNS, SCORE, useContentWorld } from './content-world.ts';
import { frontClient } from './front-client.ts';
import { masked } from './golden-files.ts';

const world = useContentWorld();
const { tenant, balance } = world;

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
