import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setFeature } from '../../../src/jobs/features.ts';
import { masked, printedRequest, sendPrinted } from './golden-files.ts';
import { GOLDEN_FRONTS, type GoldenWorld, openGoldenWorld, without } from './golden-world.ts';

/** Issue 6, *Show*: golden files for every request and response printed in the reference pages; see also reference-report-runs. */
let golden: GoldenWorld;
beforeAll(async () => {
  golden = await openGoldenWorld();
});
afterAll(() => golden?.close());

const replay: GoldenWorld['replay'] = (...example) => golden.replay(...example);

const NO_BODY = 'the page prints a status and what it means, no body';

describe('reference/content-intelligence-api.md', () => {
  it('01 create, as printed, and again under its key', async () => {
    const printed = {
      ...{ action_decision_id: 'act_...', run_id: '414cee1a-...', status: 'queued' },
      ...{ estimated_credits: '3.00', analysis_depth: 'score' },
    };
    const key = await golden.keyOf('content');
    const first = await replay('content', '01-create', { key, printed });
    const again = await replay('content', '01-create', { key, printed });
    expect(again.body).toEqual(first.body);
  });

  it('02 polling the printed id', () =>
    replay('content', '02-poll', {
      why: 'the printed id is an example: no run here has it, and it is answered as any that is unknown',
    }));

  it('03 polling a run of its own', async () => {
    const key = await golden.tenant('content', 'acct_polling', 10);
    const { body } = await replay('content', '01-create', { key });
    const { run_id } = body as { run_id: string };
    await replay('content', '03-poll-own', { key, given: { run_id }, why: 'the page prints no answer' });
  });

  it('04 400: an invalid URL', () => replay('content', '04-invalid-url', { why: NO_BODY }));
  it('05 400: an unsupported analysis depth', () =>
    replay('content', '05-unsupported-depth', { why: NO_BODY }));
  it('06 401: no API key', () => replay('content', '06-no-key', { why: NO_BODY }));
  it('07 401: an invalid API key', () => replay('content', '07-invalid-key', { why: NO_BODY }));
  it('08 402: insufficient credits', async () => {
    const key = await golden.tenant('content', 'acct_poor_content', 2);
    await replay('content', '08-insufficient-credits', { key, why: NO_BODY });
  });
  it('09 403: a missing scope', async () =>
    replay('content', '09-missing-scope', { key: await golden.powerless('content'), why: NO_BODY }));
  it('10 403: unavailable', async () =>
    replay('content', '10-unavailable', { key: await golden.suspended('content'), why: NO_BODY }));
  it('11 the defaults: full, 6 credits', () =>
    replay('content', '11-full-by-default', {
      why: 'the page tells the defaults, and prints no such answer',
    }));
});

describe('reference/async-analysis-api.md', () => {
  const unprinted = 'the page prints no answer';
  it('01 the request as printed, which has no body', () =>
    replay('analysis', '01-as-printed', {
      why: 'the page prints a request without a body, and calls four fields of its body required',
    }));
  it('02 a request with the fields its table requires, 04 and its status', async () => {
    const key = await golden.keyOf('analysis');
    const { body } = await replay('analysis', '02-submit', { key, why: unprinted });
    const { analysisId: analysis_id } = body as { analysisId: string };
    await replay('analysis', '04-poll-running', { key, given: { analysis_id }, why: unprinted });
  });
  it('03 with a webhook', () => replay('analysis', '03-submit-with-webhook', { why: unprinted }));
  it('05 400: an impossible pair of provider and location', () =>
    replay('analysis', '05-invalid-pair', { why: NO_BODY }));
  it('06 401', () => replay('analysis', '06-unauthorized', { why: NO_BODY }));
  it('07 403: the feature is not enabled', async () => {
    const key = await golden.tenant('analysis', 'acct_plain_analysis', 100);
    await replay('analysis', '07-feature-off', { key, why: NO_BODY });
  });
  it('08 403: credits exceeded', async () => {
    const key = await golden.tenant('analysis', 'acct_poor_analysis', 1);
    await setFeature(golden.world.db, 'acct_poor_analysis', 'async-analysis', true);
    await replay('analysis', '08-credits-exceeded', { key, why: NO_BODY });
  });
  it('09 404', () =>
    replay('analysis', '09-not-found', {
      why: `${NO_BODY}; it means the project, and here no key is without one: what is not there is the analysis`,
    }));
  it('10 429', async () => {
    const key = await golden.keyOf('analysis', undefined, golden.strict);
    const request = printedRequest('analysis', '10-rate-limited');
    await sendPrinted(`${golden.strict.url}/compat/sellm`, request, key);
    await replay('analysis', '10-rate-limited', { at: golden.strict, key, why: NO_BODY });
  });
  it('11 500', async () => {
    await without(golden.world, 'account_feature', () =>
      replay('analysis', '11-internal-error', { why: NO_BODY }),
    );
  });
});

describe('the golden files', () => {
  it.each(Object.keys(GOLDEN_FRONTS))('of %s: each request has its response', (front) => {
    const files = readdirSync(new URL(`./golden/${front}/`, import.meta.url)).sort();
    const names = [...new Set(files.map((file) => file.split('.')[0] ?? ''))];
    expect(files).toEqual(names.flatMap((name) => [`${name}.request.json`, `${name}.response.json`]));
  });

  it('write over ids, times and waits, and nothing else', () => {
    const body = {
      run_id: crypto.randomUUID(),
      at: '2026-11-27T19:00:00.123Z',
      status: 'queued',
      n: 3,
      none: null,
    };
    expect(masked({ 'retry-after': '17', body })).toEqual({
      'retry-after': 'SECONDS',
      body: { ...body, run_id: 'UUID', at: 'TIME' },
    });
  });
});
