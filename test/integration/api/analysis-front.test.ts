import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setFeature } from '../../../src/jobs/features.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND, endNext } from './reports-world.ts';

let world: ApiWorld;
let client: FrontClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'sellm');
});
afterAll(() => world.close());

const asked = { prompt: 'best crm?', replicates: 2, providers: ['chatgpt'], locations: ['US'] };

describe('async analysis for a client that sets only its base URL', () => {
  it('answers as the reference says: 202, one credit per capture, running until it has ended', async () => {
    expect(client.key).toMatch(/^sellm_/);
    const accepted = await client.ask('POST', '/api/v1/async-analysis', asked);
    expect(accepted).toMatchObject({ status: 202, body: { status: 'queued', creditsReserved: 2 } });
    const path = `/api/v1/async-analysis/${accepted.body.analysisId}`;
    expect((await client.ask('GET', path)).body).toMatchObject({ status: 'running', results: null });
    await endNext(world, 'chatgpt', { text: 'Hubfield.' });
    await endNext(world, 'chatgpt', { text: 'Pipewise.' });
    // No brand is known: null, never false.
    const { body } = await client.ask('GET', path);
    expect(body).toMatchObject({ status: 'completed', summary: { brand: null } });
    expect(body.results[0].runs.map((run: { brandMentioned: unknown }) => run.brandMentioned)).toEqual([
      null,
      null,
    ]);
  });

  it('says what it found of the account’s brand, once there is exactly one', async () => {
    expect((await client.ask('GET', '/api/v1/project')).body.brand).toBeNull();
    const reports = await frontClient(world, 'rankprompt');
    await reports.ask('POST', '/v1/brands', BRAND);
    expect((await client.ask('GET', '/api/v1/project')).body.brand).toMatchObject({
      ...{ name: 'Hubfield', domains: ['hubfield.example.com'], competitors: ['Pipewise'] },
    });
    const { analysisId } = (await client.ask('POST', '/api/v1/async-analysis', { ...asked, replicates: 3 }))
      .body;
    await endNext(world, 'chatgpt', { text: 'Pipewise, then Hubfield.' });
    await endNext(world, 'chatgpt', { text: 'Pipewise.' });
    await endNext(world, 'chatgpt', { outcome: 'challenge' });
    const { body } = await client.ask('GET', `/api/v1/async-analysis/${analysisId}`);
    const [pair] = body.results;
    expect(pair.runs.map((run: { brandMentioned: unknown }) => run.brandMentioned)).toEqual([
      true,
      false,
      null,
    ]);
    expect(pair.summary).toMatchObject({
      coverage: { k: 1, n: 2, value: 0.5, excluded: { challenge: 1 } },
      shareOfVoice: { k: 1, n: 3 },
      ...{ averagePosition: 2, sentiment: null },
    });
    await reports.ask('POST', '/v1/brands', { ...BRAND, name: 'Another' });
    const again = await client.ask('GET', `/api/v1/async-analysis/${analysisId}`);
    expect(again.body.summary.brand).toBeNull();
  });

  it('has its own error shape', async () => {
    expect(await client.ask('GET', '/api/v1/async-analysis/job_nowhere')).toMatchObject({
      status: 404,
      body: { error: { code: 'JOB_NOT_FOUND', message: expect.any(String) } },
    });
    const wrong = await client.ask('GET', '/api/v1/project', undefined, { authorization: 'Bearer sellm_no' });
    expect(wrong).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
    for (const body of [
      { ...asked, replicates: 0 },
      { ...asked, replicates: 51 },
      { ...asked, replicates: 2.5 },
      { ...asked, providers: ['grok'] },
      { ...asked, locations: ['XX'] },
    ]) {
      const answer = await client.ask('POST', '/api/v1/async-analysis', body);
      expect(answer).toMatchObject({ status: 400, body: { error: { message: expect.any(String) } } });
    }
    await openAccount(world.db, 'acct_sellm_poor', 1);
    const poor = await frontClient(world, 'sellm', {
      accountId: 'acct_sellm_poor',
    });
    expect(await poor.ask('POST', '/api/v1/async-analysis', asked)).toMatchObject({
      status: 403,
      body: { error: { code: 'FORBIDDEN', message: 'async analysis is not enabled for this account' } },
    });
    await setFeature(world.db, 'acct_sellm_poor', 'async-analysis', true);
    expect(await poor.ask('POST', '/api/v1/async-analysis', asked)).toMatchObject({
      status: 403,
      body: {
        error: {
          code: 'FORBIDDEN',
          message: expect.stringMatching(/2 credits, 1 available; nothing was started/),
        },
      },
    });
  });
});
