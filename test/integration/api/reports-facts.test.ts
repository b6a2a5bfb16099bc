import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFactsClerk } from '../../../src/analysis/facts-clerk.ts';
import { claimResearch, endResearch, expireResearch } from '../../../src/analysis/facts-run.ts';
import { type LanguageModel, openLanguageModel } from '../../../src/analysis/language-model.ts';
import type { CapturePage } from '../../../src/contract/page-record.ts';
import { PageCapturer } from '../../../src/fleet/page-capturer.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { booksOf } from '../analysis/content-world.ts';
import { playedPages } from '../analysis/played-pages.ts';
import { testLog } from '../database.ts';
import { dataOf, type FakeModel, startFakeModel } from '../fake-model.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND } from './reports-world.ts';

const HOME = `<!doctype html><html lang="en"><head><title>Hubfield</title>
<meta name="description" content="A CRM for bakers."><script type="application/ld+json">
{"@context":"https://schema.org","@type":"Organization","name":"Hubfield","slogan":"Rise early",
 "makesOffer":[{"itemOffered":{"@type":"Product","name":"Hubfield Desk"}}]}</script></head>
<body><main><h1>Hubfield</h1><p>${'Every loaf has a guest who will come back for it. '.repeat(8)}</p></main>
<footer><a href="/about">About us</a></footer></body></html>`;
const ABOUT = `<!doctype html><html lang="en"><head><title>About Hubfield</title></head><body><main><h1>About us</h1>
<p>Hubfield was founded in 2012 and is headquartered in Bergen. ${'We bake and we write software. '.repeat(8)}</p></main></body></html>`;

let world: ApiWorld;
let site: Server;
let capture: CapturePage;
let asked: string[];
beforeAll(async () => {
  world = await openApiWorld();
  asked = [];
  site = createServer((request, answer) => {
    asked.push(request.url ?? '');
    const page = { '/': HOME, '/about': ABOUT }[request.url ?? ''];
    answer.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    answer.end(page ?? '<title>No</title>');
  });
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  const guard = new AddressGuard([`127.0.0.1:${port}`], undefined, { plainHttp: true });
  const capturer = new PageCapturer({
    ...{ guard, clock: systemClock, log: testLog, hostIntervalMs: 0, deadlineMs: 30_000 },
    pool: () => Promise.reject(new Error('facts are read without a browser')),
  });
  // Brands have public addresses; this one is played on loopback, through the real capture.
  const base = `http://127.0.0.1:${port}`;
  const played = (url: string): string => url.replace(/^https:\/\/hubfield\.example\.com/, base);
  capture = (url, mode, signal) => capturer.capture(played(url), mode, signal);
});
afterAll(async () => {
  await world.close();
  site.close();
});

let accountId: string;
let client: FrontClient;
let brandId: string;
let count = 0;
beforeEach(async () => {
  accountId = `acct_facts_${++count}`;
  await openAccount(world.db, accountId, 5);
  client = await frontClient(world, 'rankprompt', { accountId });
  brandId = (await client.ask('POST', '/v1/brands', BRAND)).body.id;
});

const research = (headers = {}) => client.ask('POST', `/v1/brands/${brandId}/facts`, {}, headers);
const facts = async () => (await client.ask('GET', `/v1/brands/${brandId}/facts`)).body;
const job = async (id: string) => (await client.ask('GET', `/v1/jobs/${id}`)).body;
const books = () => booksOf(world.db, accountId);

/** Lets a process with this capture do what waits, until the job has ended. */
async function done(id: string, given: CapturePage, model?: LanguageModel) {
  const clerk = startFactsClerk({ db: world.db, clock: systemClock, log: testLog, capture: given, model });
  try {
    await vi.waitUntil(async () => /completed|failed/.test((await job(id)).status), { timeout: 30_000 });
  } finally {
    await clerk.stop();
  }
  return job(id);
}

describe('POST /v1/brands/{id}/facts', () => {
  it('reads the site and its page about itself; each fact with its source, what the owner wrote untouched', async () => {
    await client.ask('PATCH', `/v1/brands/${brandId}/facts`, { tagline: 'My own words' });
    const { status, body } = await research();
    expect(status).toBe(202);
    expect(body).toEqual({ job_id: expect.any(String), object: 'brand.facts.research', brand_id: brandId });
    expect(await job(body.job_id)).toMatchObject({
      ...{ object: 'job', type: 'brand.facts', status: 'queued', progress: { completed: 0, total: 1 } },
      resource: { type: 'brand', id: brandId },
    });
    expect(await books()).toMatchObject({ posted: 5, reserved: 1 });
    expect(await done(body.job_id, capture)).toMatchObject({
      ...{ status: 'completed', error: null, progress: { completed: 1, total: 1 } },
    });
    expect(await books()).toMatchObject({
      posted: 4,
      reserved: 0,
      open: 0,
      entries: ['reserve 1', 'settle 1'],
    });
    expect(asked).toEqual(expect.arrayContaining(['/robots.txt', '/', '/about']));
    const found = await facts();
    expect(found).toMatchObject({
      ...{ description: 'A CRM for bakers.', founded_year: 2012, headquarters: 'Bergen' },
      ...{ tagline: 'My own words', products: [], mission_statement: null },
      sources: {
        description: { basis: 'meta_description', taken: true, url: expect.stringMatching(/\/$/) },
        founded_year: { basis: 'page_text', taken: true, url: expect.stringMatching(/\/about$/) },
        tagline: { value: 'Rise early', basis: 'schema_org', taken: false },
        products: { value: ['Hubfield Desk'], taken: false },
      },
    });
    expect(found.sources.founded_year.quote).toMatch(/^Hubfield was founded in 2012/);
    const changed = await client.ask('PATCH', `/v1/brands/${brandId}/facts`, { founded_year: 2010 });
    expect(changed.body).toMatchObject({ founded_year: 2010 });
    expect(Object.keys(changed.body.sources)).not.toContain('founded_year');
  });

  it.each([
    ['refuses us', playedPages('forbidden'), /403/],
    ['leads to a private address', playedPages('private_address'), /not on the public internet/],
    [
      'states nothing',
      playedPages(undefined, '<title>x</title><p>Hello and welcome, all of you.</p>'),
      /no facts/,
    ],
  ])('fails with the reason, its credit given back, when the site %s', async (_what, given, reason) => {
    const { body } = await research();
    const ended = await done(body.job_id, given);
    expect(ended).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
    expect(await books()).toMatchObject({ posted: 5, reserved: 0, entries: ['reserve 1', 'release 1'] });
    expect(await facts()).toMatchObject({ description: null, sources: {} });
  });

  it('still has the first page when the page about itself cannot be read', async () => {
    const lame: CapturePage = (url, mode, signal) =>
      url.endsWith('/about') ? playedPages('timeout')(url, mode, signal) : capture(url, mode, signal);
    const { body } = await research();
    expect(await done(body.job_id, lame)).toMatchObject({ status: 'completed' });
    expect(await facts()).toMatchObject({ tagline: 'Rise early', founded_year: null });
  });

  it('is one at a time for a brand, replayed for the same key, and never for another account', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await research(key);
    expect((await research(key)).body).toEqual(first.body);
    expect(await research()).toMatchObject({
      ...{
        status: 409,
        body: { error: { code: 'conflict', details: { reason: 'facts_research_running' } } },
      },
    });
    expect(await books()).toMatchObject({ reserved: 1 });
    const other = `${accountId}_other`;
    await openAccount(world.db, other, 5);
    const stranger = await frontClient(world, 'rankprompt', { accountId: other });
    expect((await stranger.ask('POST', `/v1/brands/${brandId}/facts`, {})).status).toBe(404);
    expect((await stranger.ask('GET', `/v1/jobs/${first.body.job_id}`)).status).toBe(404);
    await done(first.body.job_id, capture);
  });

  it('is not started without credits', async () => {
    await world.db.query('UPDATE fleet.account_balance SET posted = 0 WHERE account_id = $1', [accountId]);
    expect((await research()).status).toBe(402);
    expect(
      (await world.db.query('SELECT 1 FROM fleet.facts_run WHERE brand_id = $1', [brandId])).rowCount,
    ).toBe(0);
  });

  it('survives a process that dies: taken over when its lease ends, ended and charged once', async () => {
    const { body } = await research();
    const now = Date.now();
    const lost = await claimResearch(world.db, now, 1_000);
    expect(lost?.id).toBe(body.job_id);
    expect(await claimResearch(world.db, now + 500, 1_000)).toBeUndefined();
    const next = await claimResearch(world.db, now + 2_000, 1_000);
    if (lost === undefined || next === undefined) throw new Error('both were claimed');
    const found = [
      { field: 'tagline', value: 'Late', url: 'u', basis: 'schema_org', quote: 'Late' },
    ] as const;
    expect(await endResearch(world.db, lost, { found }, now + 2_100)).toBe(false);
    expect(await endResearch(world.db, next, { found }, now + 2_100)).toBe(true);
    expect(await endResearch(world.db, next, { found }, now + 2_200)).toBe(false);
    expect(await books()).toMatchObject({ posted: 4, entries: ['reserve 1', 'settle 1'] });
  });

  it('fails when no process had time for it, its credit given back', async () => {
    const { body } = await research();
    expect(await expireResearch(world.db, Date.now())).toBe(0);
    expect(await expireResearch(world.db, Date.now() + 15 * 60_000)).toBe(1);
    expect(await job(body.job_id)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/14 minutes/),
    });
    expect(await books()).toMatchObject({ posted: 5, reserved: 0 });
  });
});

describe('given a language model, POST /v1/brands/{id}/facts', () => {
  let server: FakeModel;
  let model: LanguageModel;
  beforeAll(async () => {
    server = await startFakeModel();
    model = openLanguageModel(server.setting, testLog);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.asked.length = 0;
  });
  const says = (...stated: unknown[]) => server.say({ text: JSON.stringify({ facts: stated }) });
  const services = { field: 'services', value: ['write software'], quote: 'We bake and we write software.' };

  it('proposes what it reads beyond what was found, marked; nothing of it is a fact until the owner writes it', async () => {
    says(services);
    const { body } = await research();
    expect(await done(body.job_id, capture, model)).toMatchObject({ status: 'completed', error: null });
    const found = await facts();
    expect(found).toMatchObject({
      founded_year: 2012,
      services: [],
      sources: { founded_year: { taken: true } },
    });
    expect(found.proposals).toEqual({
      services: {
        ...{ value: ['write software'], quote: services.quote, url: expect.stringMatching(/\/about$/) },
        ...{ basis: 'llm', model: 'model-under-test', temperature: 0 },
        prompt_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        read_at: expect.stringMatching(/^\d{4}-/),
      },
    });
    expect(server.asked.map(dataOf).join()).toContain('Every loaf has a guest');
    const { body: brand } = await client.ask('GET', `/v1/brands/${brandId}`);
    expect(JSON.stringify(brand)).not.toContain('write software');
    const written = await client.ask('PATCH', `/v1/brands/${brandId}/facts`, { services: ['baking'] });
    expect(written.body).toMatchObject({ services: ['baking'] });
    expect(written.body).not.toHaveProperty('proposals');
  });

  it.each([
    ['says what no page says', () => says({ ...services, quote: 'the best of all software' }), 2],
    ['cannot be had', () => server.say({ status: 503 }), 1],
  ])('finds what it finds without one when the model %s', async (_what, say, times) => {
    say();
    const { body } = await research();
    expect(await done(body.job_id, capture, model)).toMatchObject({ status: 'completed' });
    const found = await facts();
    expect(found).toMatchObject({ founded_year: 2012, headquarters: 'Bergen' });
    expect(found).not.toHaveProperty('proposals');
    expect(server.asked).toHaveLength(times);
    expect(await books()).toMatchObject({ posted: 4, reserved: 0 });
  });
});
