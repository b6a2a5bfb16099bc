import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureFleetClient } from '../../../src/client/index.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { grantCredits } from '../../../src/jobs/credits.ts';
import { setFeature } from '../../../src/jobs/features.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

/** Issue 6, *Bad input*, of the async-analysis API, row by row; in its front's own error shape: analysis-front. */
const PATH = '/api/v1/async-analysis';
const HOUR = 3_600_000;
let world: ApiWorld;
let client: CaptureFleetClient;
beforeAll(async () => {
  world = await openApiWorld({ config: { webhookKey: 'a key for the tests' } });
  client = new CaptureFleetClient({ baseUrl: world.url, apiKey: world.key });
});
afterAll(() => world.close());

const asked = { prompt: 'best crm?', replicates: 3, providers: ['chatgpt' as const], locations: ['US'] };

describe('issue 6, Bad input: an async analysis is refused', () => {
  const accountOf = async (name: string, credits: number): Promise<Record<string, string>> => {
    await openAccount(world.db, name, credits);
    const { key } = await createKey(world.db, { label: name, accountId: name }, Date.now() - HOUR);
    return { authorization: `Bearer ${key}` };
  };

  it('feature off: 403, until it is on', async () => {
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

  it('credits short: 403 as the reference says, and nothing is started', async () => {
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

  it('credits short by 0.01: 403 that says so, and nothing is started', async () => {
    const headers = await accountOf('acct_short', 2.99);
    await setFeature(world.db, 'acct_short', 'async-analysis', true);
    expect(await world.post(PATH, asked, headers)).toMatchObject({
      status: 403,
      body: {
        code: 'CREDITS_EXCEEDED',
        error: 'this analysis needs 3 credits, 2.99 available; nothing was started',
        details: { required: 3, available: 2.99 },
      },
    });
    const { rowCount } = await world.db.query(`SELECT 1 FROM fleet.job WHERE account_id = 'acct_short'`);
    expect(rowCount).toBe(0);
    const now = Date.now();
    await grantCredits(world.db, { accountId: 'acct_short', amount: 0.01, note: 'test', now, id: 'short' });
    const accepted = await world.post(PATH, asked, headers);
    expect(accepted.status).toBe(202);
    await world.ask(`/v1/jobs/${accepted.body.analysisId}/cancel`, { method: 'POST', headers });
  });

  it('foreign or unknown id: 404, byte-identical', async () => {
    const { analysisId } = await client.analyze(asked);
    const stranger = await accountOf('acct_stranger', 0);
    const theirs = await world.ask(`${PATH}/${analysisId}`, { headers: stranger });
    expect(theirs).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
    const same = { headers: { ...stranger, 'x-request-id': 'req_same' } };
    const unknown = 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa';
    const bytes = async (id: string): Promise<string> =>
      (await world.ask(`${PATH}/${id}`, same)).text.replaceAll(id, 'THE ID ASKED FOR');
    expect(await bytes(analysisId)).toBe(await bytes(unknown));
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
      'replicates 2.5',
      { ...asked, replicates: 2.5 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      'replicates 0',
      { ...asked, replicates: 0 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      'replicates 51',
      { ...asked, replicates: 51 },
      400,
      'VALIDATION_FAILED',
      'replicates must be an integer from 1 to 50',
    ],
    [
      'provider grok',
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
      'location XX',
      { ...asked, locations: ['XX'] },
      400,
      'VALIDATION_FAILED',
      'locations[0] must be an ISO 3166-1 alpha-2 code',
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
