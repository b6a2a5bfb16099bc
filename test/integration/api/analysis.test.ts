import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCourier } from '../../../src/cli/run-courier.ts';
import { CaptureFleetClient, verifyWebhook } from '../../../src/client/index.ts';
import type { Envelope } from '../../../src/contract/envelope.ts';
import type { Outcome } from '../../../src/contract/outcome.ts';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { setFeature } from '../../../src/jobs/features.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { wilsonInterval } from '../../../src/measure/wilson.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { testLog } from '../database.ts';
import { claimed, envelopeFor, openAccount } from '../jobs/jobs-world.ts';
import { startReceiver } from '../webhooks/receiver.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const PATH = '/api/v1/async-analysis';
const HOUR = 3_600_000;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let world: ApiWorld;
let client: CaptureFleetClient;
beforeAll(async () => {
  receiver = await startReceiver();
  const webhookKey = 'a key for the tests';
  world = await openApiWorld({ config: { webhookAllow: [receiver.hostPort], webhookKey } });
  client = new CaptureFleetClient({ baseUrl: world.url, apiKey: world.key });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const asked = { prompt: 'best crm?', replicates: 3, providers: ['chatgpt' as const], locations: ['US'] };

/** A source, as far as an analysis looks. */
function source(id: number, domain: string): Envelope['evidence']['sources'][number] {
  return {
    ...{
      id,
      url: `https://${domain}/`,
      canonicalUrl: `https://${domain}/`,
      title: null,
      domain,
      publisher: null,
    },
    ...{ snippet: null, publishedAt: null, position: id, role: 'cited', cited: true, charRanges: [] },
    ...{ charRangesBasis: null, providerRef: null },
  };
}

/** Ends the next capture of a surface as told. */
async function end(
  surface: SurfaceName,
  given: { outcome?: Outcome; text?: string; domains?: string[] } = {},
): Promise<void> {
  const child = await claimed(world, { surface });
  const envelope = await envelopeFor(world.db, child.id, given.outcome ?? 'answered', given.text ?? '');
  envelope.evidence.sources = (given.domains ?? []).map((domain, index) => source(index + 1, domain));
  await settle(world.db, world.queue, child, envelope);
}

describe('an async analysis', () => {
  it('is accepted with replicates × providers × locations captures, paid for up front', async () => {
    const wanted = { ...asked, providers: ['gemini' as const, 'copilot' as const], locations: ['US', 'de'] };
    const answer = await world.post(PATH, wanted);
    expect(answer.status).toBe(202);
    const { analysisId } = answer.body;
    expect(answer.body).toEqual({
      ...{ analysisId, status: 'queued', captures: 12, creditsReserved: 12, createdAt: expect.any(String) },
      ...{ prompt: 'best crm?', replicates: 3, providers: ['gemini', 'copilot'], locations: ['US', 'DE'] },
    });
    expect(answer.headers.location).toBe(`${PATH}/${analysisId}`);
    const running = await client.getAnalysis(analysisId);
    expect(running).toMatchObject({
      ...{ status: 'running', results: null, summary: null, completedAt: null, locations: ['US', 'DE'] },
      credits: { reserved: 12, settled: 0, released: 0 },
      progress: { total: 12, completed: 0, failed: 0 },
    });
    const { children } = await client.getJob(analysisId);
    expect(children.map((child) => child.id.slice(analysisId.length + 1)).slice(0, 4)).toEqual([
      'gemini.own-fleet.us',
      'gemini.own-fleet.us.r2',
      'gemini.own-fleet.us.r3',
      'gemini.own-fleet.de',
    ]);
    await client.cancel(analysisId);
    expect(await client.getAnalysis(analysisId)).toMatchObject({
      ...{ status: 'failed', progress: { total: 12, completed: 0, failed: 12 } },
      credits: { reserved: 12, settled: 0, released: 12 },
      results: Array(4).fill({ replicates: { asked: 3, answered: 0, excluded: { canceled: 3 } } }),
      summary: { asked: 12, answered: 0, excluded: { canceled: 12 }, domains: [], brand: null },
    });
  });

  it('tells for each pair in how many of n captures each domain and answer appears, and how far they differ', async () => {
    const { analysisId } = await client.analyze({ ...asked, replicates: 4 });
    await end('chatgpt', { text: 'Hubfield.', domains: ['a.example', 'b.example'] });
    await end('chatgpt', { text: 'Hubfield.', domains: ['a.example'] });
    await end('chatgpt', { outcome: 'absent' });
    await end('chatgpt', { outcome: 'challenge' });
    const analysis = await client.getAnalysis(analysisId);
    expect(analysis.status).toBe('completed');
    expect(analysis.credits).toEqual({ reserved: 4, settled: 2, released: 2 });
    const [pair] = analysis.results ?? [];
    expect(pair).toMatchObject({
      ...{ provider: 'chatgpt', location: 'US', summary: null },
      replicates: { asked: 4, answered: 2, excluded: { absent: 1, challenge: 1 } },
      stability: {
        domains: [
          { domain: 'a.example', k: 2, n: 2, rate: 1, ci95: wilsonInterval(2, 2) },
          { domain: 'b.example', k: 1, n: 2, rate: 0.5, ci95: wilsonInterval(1, 2) },
        ],
        answers: [{ text: 'Hubfield.', k: 2, n: 2, rate: 1 }],
        // {a,b} and {a}: one half; of two captures nobody knows how sure that is.
        meanJaccardDistance: { domains: 0.5, ci95: null, words: 0 },
      },
    });
    expect(pair?.runs.map(({ replicate, outcome, text }) => [replicate, outcome, text])).toEqual([
      [1, 'answered', 'Hubfield.'],
      [2, 'answered', 'Hubfield.'],
      [3, 'absent', ''],
      [4, 'challenge', ''],
    ]);
    expect(pair?.runs[0]).toMatchObject({
      brandMentioned: null,
      citations: [{ domain: 'a.example', cited: true, position: 1 }, { domain: 'b.example' }],
      raw: { job: { replicate: 1 } },
    });
    expect(analysis.summary).toMatchObject({
      ...{ asked: 4, answered: 2, excluded: { absent: 1, challenge: 1 }, brand: null },
      // One pair is one cluster: nothing can be said of others.
      domains: [
        { domain: 'a.example', k: 2, n: 2, ciCategory: null },
        { domain: 'b.example', rate: 0.5 },
      ],
    });
    expect(analysis.methodology).toMatchObject({ sampleSize: { asked: 4, answered: 2 }, llmUsed: false });
    const [lean] = (await client.getAnalysis(analysisId, { includeRaw: false })).results ?? [];
    expect(lean?.runs[0]?.raw).toBeUndefined();
    const nested = await world.get(`${PATH}/${analysisId}`, { 'x-aisearch-version': '2026-06-01' });
    expect(nested.body.results[0].runs[1].raw.job.id).toBe(`${analysisId}.chatgpt.us.r2`);
    expect(nested.body.results[0].runs[1].jobId).toBe(`${analysisId}.chatgpt.us.r2`);
  });

  it('pools the pairs of several locations as clusters, not their captures as if each were a question', async () => {
    const { analysisId } = await client.analyze({ ...asked, replicates: 2, locations: ['US', 'DE'] });
    await end('chatgpt', { text: 'One.', domains: ['a.example'] });
    await end('chatgpt', { text: 'One.', domains: ['a.example'] });
    await end('chatgpt', { text: 'Two.', domains: ['c.example'] });
    await end('chatgpt', { text: 'Two.', domains: ['c.example'] });
    const { summary } = await client.getAnalysis(analysisId);
    const [found] = summary?.domains ?? [];
    expect(found).toMatchObject({ domain: 'a.example', k: 2, n: 4, rate: 0.5 });
    const naive = wilsonInterval(2, 4);
    expect(found?.ciCategory?.low).toBeLessThan(naive.low);
    expect(found?.ciCategory?.high).toBeGreaterThan(naive.high);
  });

  it('knows the reference’s own name of a provider', async () => {
    const { analysisId } = await client.analyze({ ...asked, providers: ['google_aio' as never] });
    expect((await client.getAnalysis(analysisId)).providers).toEqual(['google_ai_overview']);
    await client.cancel(analysisId);
  });

  it('repeated with its Idempotency-Key is the same analysis', async () => {
    const first = await world.post(PATH, asked, { 'idempotency-key': 'weekly' });
    const again = await world.post(PATH, asked, { 'idempotency-key': 'weekly' });
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await world.post(PATH, { ...asked, replicates: 2 }, { 'idempotency-key': 'weekly' });
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    await client.cancel(first.body.analysisId);
  });

  it.each([
    ['success', 'answered', 'job.completed'],
    ['failure', 'login_wall', 'job.failed'],
  ] as const)('calls its webhook once on %s', async (_end, outcome, type) => {
    const secret = 'whsec_your_signing_secret';
    const { db, listener, config } = world;
    const courier = await runCourier(config, { db, listener, clock: systemClock }, testLog);
    receiver.received.length = 0;
    const webhook = { url: `${receiver.url}/hook`, secret };
    const { analysisId } = await client.analyze({ ...asked, replicates: 2, webhook });
    await end('chatgpt', { outcome });
    await end('chatgpt', { outcome });
    await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(1);
    await courier.stop();
    const [received] = receiver.received;
    if (received === undefined) throw new Error('nothing was received');
    const event = verifyWebhook(received.body, received.headers, secret);
    expect(event).toMatchObject({ type, job: { id: analysisId } });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('an async analysis is refused', () => {
  const accountOf = async (name: string, credits: number): Promise<Record<string, string>> => {
    await openAccount(world.db, name, credits);
    const { key } = await createKey(world.db, { label: name, accountId: name }, Date.now() - HOUR);
    return { authorization: `Bearer ${key}` };
  };

  it('to accounts that do not have the feature, until they do', async () => {
    const headers = await accountOf('acct_plain', 1_000);
    const refused = await world.post(PATH, asked, headers);
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', error: 'async analysis is not enabled for this account' },
    });
    expect(await setFeature(world.db, 'acct_plain', 'async-analysis', true)).toBe(true);
    const accepted = await world.post(PATH, asked, headers);
    expect(accepted.status).toBe(202);
    await world.ask(`/v1/jobs/${accepted.body.analysisId}/cancel`, { method: 'POST', headers });
    expect(await setFeature(world.db, 'acct_nobody', 'async-analysis', true)).toBe(false);
  });

  it('without the credits for all of it: 403 as the reference says, and nothing is started', async () => {
    const headers = await accountOf('acct_poor', 2);
    await setFeature(world.db, 'acct_poor', 'async-analysis', true);
    const refused = await world.post(PATH, asked, headers);
    expect(refused).toMatchObject({
      status: 403,
      body: {
        code: 'CREDITS_EXCEEDED',
        error: 'this analysis needs 3 credits, 2 available; nothing was started',
        details: { required: 3, available: 2 },
      },
    });
    const { rowCount } = await world.db.query(`SELECT 1 FROM fleet.job WHERE account_id = 'acct_poor'`);
    expect(rowCount).toBe(0);
  });

  it('when another account asks for it: as if it did not exist', async () => {
    const { analysisId } = await client.analyze(asked);
    const stranger = await accountOf('acct_stranger', 0);
    const theirs = await world.ask(`${PATH}/${analysisId}`, { headers: stranger });
    expect(theirs).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
    const nowhere = await world.ask(`${PATH}/job_nowhere`, { headers: stranger });
    expect(theirs.body.error.replace(analysisId, 'job_nowhere')).toBe(nowhere.body.error);
    await client.cancel(analysisId);
  });

  const pairs = { ...asked, providers: ['google_ai_overview', 'chatgpt'], locations: ['FR', 'US', 'JP'] };
  it('for pairs that cannot be, each of them named', async () => {
    const answer = await world.post(PATH, pairs);
    expect(answer).toMatchObject({ status: 400, body: { code: 'UNSUPPORTED_REGION' } });
    expect(answer.body.error).toBe(
      "provider 'google_ai_overview' is not available in 'FR'; available: US, DE",
    );
    expect(answer.body.details.map((detail: { path: string }) => detail.path)).toEqual([
      'locations[0]',
      'locations[2]',
    ]);
  });

  const emoji = '🙂'.repeat(5_000);
  it.each([
    ['no body', {}, 400, 'VALIDATION_FAILED', 'prompt must be 1-5000 characters.'],
    [
      'an empty prompt',
      { ...asked, prompt: ' ' },
      400,
      'VALIDATION_FAILED',
      'prompt must be 1-5000 characters.',
    ],
    [
      '5 001 characters',
      { ...asked, prompt: `${emoji}x` },
      400,
      'VALIDATION_FAILED',
      'prompt must be 1-5000 characters.',
    ],
    [
      'no replicates',
      { ...asked, replicates: 0 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      '51 replicates',
      { ...asked, replicates: 51 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      'a provider nobody knows',
      { ...asked, providers: ['grok'] },
      400,
      'UNSUPPORTED_SURFACE',
      /^provider 'grok' is not supported/,
    ],
    [
      'a provider not served here',
      { ...asked, providers: ['claude'] },
      400,
      'UNSUPPORTED_SURFACE',
      /^provider 'claude' is not available/,
    ],
    [
      'a provider twice',
      { ...asked, providers: ['chatgpt', 'chatgpt'] },
      400,
      'VALIDATION_FAILED',
      'providers[1] repeats providers[0]',
    ],
    [
      'a location twice',
      { ...asked, locations: ['US', 'us'] },
      400,
      'VALIDATION_FAILED',
      'locations[1] repeats locations[0]',
    ],
    [
      'a place that is no code',
      { ...asked, locations: ['USA'] },
      400,
      'VALIDATION_FAILED',
      'locations[0] must be an ISO 3166-1 alpha-2 code',
    ],
    ['no location', { ...asked, locations: [] }, 400, 'VALIDATION_FAILED', /^locations must be an array/],
    [
      'an unknown field',
      { ...asked, provider: 'chatgpt' },
      400,
      'VALIDATION_FAILED',
      "unknown field 'provider'; did you mean 'providers'?",
    ],
    [
      '501 captures',
      {
        ...asked,
        replicates: 50,
        locations: ['US', 'DE', 'FR', 'JP', 'GB', 'IT'],
        providers: ['chatgpt', 'gemini'],
      },
      422,
      'TOO_MANY_CHILDREN',
      /at most 500 per analysis/,
    ],
    [
      'a private webhook',
      { ...asked, webhook: { url: 'https://127.1/', secret: 'a secret of sixteen' } },
      400,
      'WEBHOOK_URL_FORBIDDEN',
      /non-public/,
    ],
  ])('with %s', async (_what, body, status, code, error) => {
    const answer = await world.post(PATH, body);
    expect(answer).toMatchObject({ status, body: { code } });
    if (typeof error === 'string') expect(answer.body.error).toBe(error);
    else expect(answer.body.error).toMatch(error);
  });

  it('and not for 5 000 emoji', async () => {
    const { analysisId } = await client.analyze({ ...asked, prompt: emoji });
    await client.cancel(analysisId);
  });

  it('with an includeRaw that is no boolean', async () => {
    const answer = await world.get(`${PATH}/job_nowhere?includeRaw=maybe`);
    expect(answer).toMatchObject({ status: 400, body: { error: 'includeRaw must be true or false' } });
  });
});
