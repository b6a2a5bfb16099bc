import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCourier } from '../../../src/cli/run-courier.ts';
import { CaptureFleetClient, verifyWebhook } from '../../../src/client/index.ts';
import type { Envelope } from '../../../src/contract/envelope.ts';
import type { Outcome } from '../../../src/contract/outcome.ts';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { wilsonInterval } from '../../../src/measure/wilson.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { testLog } from '../database.ts';
import { claimed, envelopeFor } from '../jobs/jobs-world.ts';
import { startReceiver } from '../webhooks/receiver.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const PATH = '/api/v1/async-analysis';
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
    const { createdAt: _, ...read } = await client.getAnalysis(analysisId, { includeRaw: false });
    expect(event).toMatchObject({ event: `analysis.${read.status}`, ...read });
    expect(received.body.toString()).not.toContain('"raw"');
    expect(receiver.received).toHaveLength(1);
  });
});
