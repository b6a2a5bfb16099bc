import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimed, finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const submit = (body: object) => world.post('/v1/search?mode=async', { query: 'q', ...body });

describe('the queue as its owner sees it', () => {
  it('counts what waits and runs by surface and region, and says why it waits', async () => {
    await submit({ surfaces: ['chatgpt'], regions: ['US', 'DE'], replicates: 2 });
    await submit({ surfaces: ['gemini'] });
    await claimed(world);
    const { body } = await world.get('/v1/async/status');
    expect(body).toMatchObject({ queued: 4, processing: 1 });
    expect(body.surfaces).toEqual([
      {
        ...{ surface: 'chatgpt', queued: 3, processing: 1, waiting: 'slots_busy' },
        oldestQueuedSeconds: expect.any(Number),
        regions: [
          { region: 'de', queued: 2, processing: 0, lane: null },
          { region: 'us', queued: 1, processing: 1, lane: null },
        ],
      },
      expect.objectContaining({ surface: 'gemini', queued: 1, processing: 0 }),
    ]);
    const nested = await world.get('/v1/async/status', { 'x-aisearch-version': '2026-06-01' });
    expect(nested.body.surfaces[0].regions[0].region).toBe('DE');
    await world.db.query(`UPDATE fleet.job SET account_id = 'acct_other'`);
    expect((await world.get('/v1/async/status')).body).toEqual({
      ...{ queued: 0, processing: 0, oldestQueuedSeconds: null, surfaces: [] },
    });
  });
});

describe('what can be captured', () => {
  it('tells regions, methods, login, price, and how the captures of a day ended', async () => {
    await submit({ surfaces: ['copilot'], replicates: 3 });
    await finishNext(world, { surface: 'copilot' });
    await finishNext(world, { surface: 'copilot', outcome: 'challenge' });
    const { body } = await world.get('/v1/surfaces');
    const named = (name: string) => body.surfaces.find((surface: { name: string }) => surface.name === name);
    expect(named('copilot')).toEqual({
      ...{
        name: 'copilot',
        available: true,
        methods: ['own-fleet'],
        login: 'none',
        regions: 'any',
        credits: 5,
      },
      health: { windowHours: 24, captures: 2, outcomes: { answered: 1, challenge: 1 } },
    });
    expect(named('google_ai_overview').regions).toEqual(['US', 'DE']);
    expect(named('claude')).toMatchObject({ available: false, methods: [], credits: 6 });
    expect(body.surfaces).toHaveLength(9);
  });
});

describe('the metrics', () => {
  it('count requests, submits, depth and ends, without any label that could name a customer or a query', async () => {
    await world.post('/v1/search?mode=async', { query: 'secret question', surfaces: ['perplexity'] });
    const { status, text, headers } = await world.ask('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toMatch(/http_requests_total\{method="POST",route="\/v1\/search",status="202"\} \d+/);
    expect(text).toMatch(/fleet_submits_total\{result="created"\} \d+/);
    expect(text).toMatch(/fleet_open_children\{surface="perplexity",status="queued"\} 1/);
    expect(text).toMatch(/queue_oldest_age_seconds\{surface="perplexity"\} [\d.]+/);
    expect(text).toMatch(/fleet_ended_children_24h\{surface="copilot",end="challenge"\} 1/);
    expect(text).toContain('sync_inflight 0');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).not.toMatch(/secret question|acct_|job_|aisk_/);
  });

  it('are not for the public: whoever comes through a proxy finds no such route', async () => {
    const answer = await world.ask('/metrics', { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(answer).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', error: 'no route GET /metrics' },
    });
  });
});
