import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { draft, endNext } from './reports-world.ts';

const PROMPTS = ['best crm?', 'cheapest crm?'];
let world: ApiWorld;
let client: FrontClient;
let brandId: string;
let earlier: string;
let later: string;

/** A report of the same brand in which each prompt is answered as told, in their order. */
async function reported(texts: readonly string[], prompts: readonly string[] = PROMPTS): Promise<string> {
  const { body } = await client.ask('POST', '/v1/reports', { brand_id: brandId, ai_platforms: ['chatgpt'] });
  await client.ask('POST', `/v1/reports/${body.id}/prompts`, {
    prompts: prompts.map((prompt_text) => ({ prompt_text })),
  });
  return run(body.id, texts);
}

async function run(id: string, texts: readonly string[]): Promise<string> {
  await client.ask('POST', `/v1/reports/${id}/runs`, {});
  for (const text of texts) await endNext(world, 'chatgpt', { text, cites: ['https://news.example.net/b'] });
  // `expect.poll` is for tests only.
  const status = async () => (await client.ask('GET', `/v1/reports/${id}`)).body.status;
  await vi.waitUntil(async () => (await status()) === 'completed', { timeout: 20_000 });
  return id;
}

beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
  const first = await draft(client, { prompts: PROMPTS });
  brandId = first.brandId;
  earlier = await run(first.reportId, ['Pipewise leads.', 'Pipewise is cheapest.']);
  later = await reported(['Hubfield leads.', 'Hubfield is cheapest.']);
});
afterAll(() => world.close());

const path = (id: string, other?: string, name = 'compare'): string =>
  `/v1/reports/${id}/${name}${other === undefined ? '' : `?with=${other}`}`;

describe('GET /v1/reports/{id}/compare', () => {
  it('says what changed since an earlier report, paired by prompt', async () => {
    const { status, body } = await client.ask('GET', path(later, earlier));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ object: 'report.comparison', before: earlier, after: later, brand_id: brandId },
      prompts: { common: 2, only_before: 0, only_after: 0 },
      platforms: { common: ['chatgpt'] },
      tests: 4,
      drift: { between: { value: 0 }, value: null, interval: null },
    });
    const own = body.figures.find((figure: { own: boolean }) => figure.own);
    expect(own).toMatchObject({
      ...{ brand: 'Hubfield', metric: 'presence', platform: null, difference: 1, prompts: 2, p_value: 0.5 },
      before: { k: 0, n: 2, value: 0 },
      after: { k: 2, n: 2, value: 1 },
      ...{ interval: null, method: 'sign_flip/1', verdict: 'not_shown' },
    });
  });

  it('as a page that loads nothing, its counts leading to both reports', async () => {
    const response = await fetch(`${world.url}/compat/rankprompt${path(later, earlier, 'compare.html')}`, {
      headers: { authorization: `Bearer ${client.key}` },
    });
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    const { document } = parseHTML(await response.text());
    expect(document.querySelectorAll('script').length).toBe(0);
    const links = [...document.querySelectorAll('#chart-presence + div tbody tr:first-child a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual(
      [earlier, later].map((id) => `/v1/reports/${id}/observations.csv`),
    );
  });

  it('shows the earlier report in the trend of the later one, not the other way round, and in no share', async () => {
    const page = async (url: string): Promise<Document> => {
      const headers = { authorization: `Bearer ${client.key}` };
      const response = await fetch(`${world.url}${url}`, { headers });
      return parseHTML(await response.text()).document as unknown as Document;
    };
    const rowsOf = (document: Document): number =>
      document.querySelectorAll('#chart-trend-reports + div tbody tr').length;
    const reportOf = (id: string) => page(`/compat/rankprompt/v1/reports/${id}/report.html`);
    const document = await reportOf(later);
    expect(rowsOf(document)).toBe(2);
    expect(document.querySelector('#chart-trend-reports + div tbody a')?.getAttribute('href')).toBe(
      `/v1/reports/${earlier}/report.html`,
    );
    expect(rowsOf(await reportOf(earlier))).toBe(0);
    const share = await client.ask('POST', `/v1/reports/${later}/shares`, {});
    expect(rowsOf(await page(share.body.url))).toBe(0);
  });

  it('counts the earlier report as a run of the same prompts', async () => {
    const runsOf = async (id: string) =>
      (await client.ask('GET', `/v1/reports/${id}`)).body.metrics.methodology.cadence.runs;
    expect(await runsOf(earlier)).toBe(1);
    expect(await runsOf(later)).toBe(2);
  });

  it('refuses what cannot be compared, saying why', async () => {
    const faultOf = async (url: string) => {
      const { status, body } = await client.ask('GET', url);
      return [status, body.error.code, body.error.details?.reason ?? body.error.details?.errors?.[0]?.type];
    };
    expect(await faultOf(path(later))).toEqual([400, 'validation_error', 'missing']);
    expect(await faultOf(path(later, later))).toEqual([400, 'validation_error', 'value']);
    expect((await faultOf(path(later, '00000000-0000-4000-8000-000000000000'))).slice(0, 2)).toEqual([
      ...[404, 'not_found'],
    ]);
    const other = await draft(client);
    expect(await faultOf(path(later, other.reportId))).toEqual([409, 'conflict', 'different_brands']);
    const { body } = await client.ask('POST', '/v1/reports', {
      brand_id: brandId,
      ai_platforms: ['chatgpt'],
    });
    expect(await faultOf(path(later, body.id))).toEqual([409, 'conflict', 'report_not_completed']);
    const elsewhere = await reported(['Hubfield.'], ['something else?']);
    expect(await faultOf(path(later, elsewhere))).toEqual([409, 'conflict', 'nothing_in_common']);
    await openAccount(world.db, 'acct_compares');
    const stranger = await frontClient(world, 'rankprompt', { accountId: 'acct_compares' });
    expect((await stranger.ask('GET', path(later, earlier))).status).toBe(404);
  });
});

describe('fleet report ID --against ID', () => {
  const fleet = async (...args: string[]) => {
    const env = { ...process.env, DATABASE_URL: world.databaseUrl, FLEET_DATA_DIR: world.config.dataDir };
    const cli = resolve(import.meta.dirname, '../../../src/cli.ts');
    return promisify(execFile)(process.execPath, [cli, 'report', ...args], { env });
  };

  it('prints what the API says, to programs and to people', async () => {
    const { body } = await client.ask('GET', path(later, earlier));
    const { stdout } = await fleet(later, '--against', earlier, '--json');
    const printed = JSON.parse(stdout);
    expect(printed.tests).toBe(body.tests);
    const own = body.figures.find((figure: { own: boolean }) => figure.own);
    expect((await fleet(later, '--against', earlier)).stdout).toContain(own.brand);
  });

  it('refuses a report that is not there, naming it', async () => {
    const nowhere = '00000000-0000-4000-8000-000000000000';
    await expect(fleet(later, '--against', nowhere)).rejects.toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringContaining(nowhere),
    });
  });
});
