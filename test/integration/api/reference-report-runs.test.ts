import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/platform/database.ts';
import { testLog } from '../database.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { printedRequest, sendPrinted } from './golden-files.ts';
import { type GoldenWorld, openGoldenWorld, without } from './golden-world.ts';
import { draft, ended, endNext } from './reports-world.ts';

/** Issue 6, *Show*: golden files for every response that reference/report-runs-api.md prints. */
let golden: GoldenWorld;
beforeAll(async () => {
  golden = await openGoldenWorld();
});
afterAll(() => golden?.close());

const replay: GoldenWorld['replay'] = (...example) => golden.replay(...example);

describe('reference/report-runs-api.md', () => {
  const REPORT = '8a72d9f1-c4b5-4e6d-9b1f-0e3a2c6d8b04';
  const REQUEST = '9f6c4e8a-1d3b-4c8b-9f1e-7a3b1c2d3e4f';
  const error = (code: string, message: string): object => ({
    error: { code, message },
    request_id: REQUEST,
  });
  const details = (what: string): string => `details, which the page calls optional, say ${what}`;
  let client: FrontClient;
  beforeAll(async () => {
    client = await frontClient(golden.world, 'rankprompt');
  });

  /** The report that the page runs. */
  async function printedReport(): Promise<void> {
    const { reportId } = await draft(client, { prompts: [] });
    await golden.world.db.query('UPDATE fleet.report SET id = $2 WHERE id = $1', [reportId, REPORT]);
    const prompts = [{ prompt_text: 'best crm?' }];
    expect((await client.ask('POST', `/v1/reports/${REPORT}/prompts`, { prompts })).status).toBe(201);
  }

  it('01 run analysis, 11 and 12 its job', async () => {
    await printedReport();
    const printed = {
      job_id: '8c2f9c4b-1d8e-4f23-9a8b-13aa5e1f9020',
      object: 'report.run',
      report_id: REPORT,
    };
    const { key } = client;
    const { body } = await replay('reports', '01-run', { key, printed, kept: [REPORT] });
    const { job_id } = body as { job_id: string };
    const told = { key, given: { job_id }, kept: [REPORT], why: 'the page prints no answer' };
    await replay('reports', '11-job-queued', told);
    await endNext(golden.world, 'chatgpt', { text: 'Hubfield.' });
    await ended(client, REPORT);
    await replay('reports', '12-job-completed', told);
  });

  it('02 400 validation_error', () =>
    replay('reports', '02-validation-error', {
      ...{ printed: error('validation_error', 'Request validation failed'), why: details('where and what') },
    }));
  it('03 401 unauthorized', () =>
    replay('reports', '03-unauthorized', {
      printed: error('unauthorized', 'Missing or invalid credentials'),
    }));
  const forbidden = error('forbidden', 'You do not have permission to access this resource');
  it('04 403 forbidden', async () =>
    replay('reports', '04-forbidden', { key: await golden.suspended('reports'), printed: forbidden }));
  it('13 403 for want of a scope', async () =>
    replay('reports', '13-missing-scope', {
      ...{ key: await golden.powerless('reports'), printed: forbidden },
      why: 'another page of the vendor has a code of its own for this, which names the scope',
    }));
  it('05 404 not_found', () =>
    replay('reports', '05-not-found', { printed: error('not_found', 'Resource not found') }));
  it('06 409 conflict', async () => {
    const { reportId: report_id } = await draft(client, { prompts: [] });
    await replay('reports', '06-conflict', {
      ...{ given: { report_id }, printed: error('conflict', 'Resource conflict') },
      why: details('which precondition is not met'),
    });
  });
  it('07 422 body_validation_error', () =>
    replay('reports', '07-body-validation-error', {
      printed: error('body_validation_error', 'Request body did not match the expected schema'),
      why: details('what did not match'),
    }));
  it('08 429 rate_limit_exceeded', async () => {
    const key = await golden.keyOf('reports', undefined, golden.strict);
    await sendPrinted(`${golden.strict.url}/compat/rankprompt`, printedRequest('reports', '01-run'), key);
    await replay('reports', '08-rate-limit-exceeded', {
      ...{ at: golden.strict, key, printed: error('rate_limit_exceeded', 'Per-minute rate limit exceeded') },
    });
  });
  it('09 500 internal_error', async () => {
    const { reportId: report_id } = await draft(client);
    const printed = error('internal_error', 'An unexpected error occurred');
    await without(golden.world, 'report_run', () =>
      replay('reports', '09-internal-error', { given: { report_id }, printed }),
    );
  });
  it('10 503 service_unavailable', async () => {
    const key = await golden.keyOf('reports');
    const headers = { authorization: `Bearer ${key}` };
    // The key is known then; only the work needs the database.
    expect((await fetch(`${golden.world.url}/compat/rankprompt/v1/me`, { headers })).status).toBe(200);
    const printed = error('service_unavailable', 'Service temporarily unavailable, please retry');
    await withoutDatabase(() =>
      replay('reports', '10-service-unavailable', { key, printed, why: details('when to try again') }),
    );
  });
});

async function withoutDatabase(happens: () => Promise<unknown>): Promise<void> {
  const url = new URL(golden.world.databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/template1';
  const outside = openDatabase(url.href, { log: testLog, max: 1 });
  await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  try {
    await happens();
  } finally {
    await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await outside.close();
  }
}
