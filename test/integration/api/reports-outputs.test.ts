import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readMeasuredReport } from '../../../src/analysis/measure-report.ts';
import { findReport } from '../../../src/analysis/reports.ts';
import { writeReportFiles } from '../../../src/cli/report-files.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { draft, endNext } from './reports-world.ts';

let world: ApiWorld;
let client: FrontClient;
let report: { brandId: string; reportId: string };
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
  report = await draft(client, {
    prompts: ['=HYPERLINK("https://evil.example","best crm?")', 'cheapest <b>crm</b>?'],
    brand: { name: 'Hubfield <script>alert(1)</script>', brand_aliases: ['Hubfield'] },
  });
  await client.ask('POST', `/v1/reports/${report.reportId}/runs`, {});
  await endNext(world, 'chatgpt', {
    text: 'Use Hubfield or Pipewise.',
    cites: ['https://hubfield.example.com/a', 'https://news.example.net/b'],
  });
  await endNext(world, 'chatgpt', { text: 'Pipewise is cheapest.', cites: ['https://news.example.net/b'] });
  // `expect.poll` is for tests only.
  const path = `/v1/reports/${report.reportId}`;
  await vi.waitUntil(async () => (await client.ask('GET', path)).body.status === 'completed', {
    timeout: 20_000,
  });
});
afterAll(() => world.close());

/** A file as any client downloads it. */
async function file(path: string, key: string | null = client.key) {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${world.url}${path}`, { headers, redirect: 'error' });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

const of = (name: string): string => `/compat/rankprompt/v1/reports/${report.reportId}/${name}`;

describe('the files of a report', () => {
  it('the page needs nothing else, runs nothing, and shows hostile names as text', async () => {
    const { status, headers, text } = await file(of('report.html'));
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(text).toMatch(/^<!doctype html>/);
    // Read as a browser reads it: within an attribute `<` is no tag.
    const { document } = parseHTML(text);
    expect(document.querySelectorAll('script, iframe, object, link').length).toBe(0);
    const attributes = [...document.querySelectorAll('*')].flatMap((own) => own.getAttributeNames());
    expect(attributes.filter((attribute) => /^on/i.test(attribute))).toEqual([]);
    expect(text).toContain('Hubfield &lt;script&gt;');
    expect(text).toContain('cheapest &lt;b&gt;crm&lt;/b&gt;?');
  });

  it('CSV: a row per capture, mention and source; a formula in a prompt is inert', async () => {
    const read = async (name: string): Promise<Record<string, string>[]> => {
      const { status, headers, text } = await file(of(name));
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(headers.get('content-disposition')).toBe(
        `attachment; filename="report-${report.reportId}-${name}"`,
      );
      return parse(text, { columns: true });
    };
    const observations = await read('observations.csv');
    expect(observations).toHaveLength(2);
    const prompts = observations.map(({ prompt }) => prompt);
    expect(prompts).toContain(`'=HYPERLINK("https://evil.example","best crm?")`);
    expect((await read('mentions.csv')).map(({ kind }) => kind)).toEqual(['mention', 'mention', 'mention']);
    expect(await read('citations.csv')).toHaveLength(3);
    const metrics = await read('metrics.csv');
    expect(metrics.find((row) => row.metric === 'presence' && row.slice === 'all')).toMatchObject({
      ...{ k: '1', n: '2', value: '0.5' },
    });
    expect((await file(`${of('metrics.csv')}?bom=1`)).bytes.subarray(0, 3)).toEqual(
      Buffer.from([0xef, 0xbb, 0xbf]),
    );
  });

  it('the rows behind a number: narrowed by what it is about, and to nothing for what is not there', async () => {
    const rowsOf = async (query: string, name = 'observations.csv') =>
      parse((await file(`${of(name)}?${query}`)).text, { columns: true }) as Record<string, string>[];
    const all = await rowsOf('surface=chatgpt');
    expect(all).toHaveLength(2);
    const [first] = all;
    expect(await rowsOf(`prompt_id=${first?.prompt_id}`)).toEqual([first]);
    expect(await rowsOf('domain=example.net')).toHaveLength(2);
    expect(await rowsOf('url=https%3A%2F%2Fhubfield.example.com%2Fa', 'citations.csv')).toHaveLength(2);
    const own = (await rowsOf('', 'metrics.csv')).find(({ brand }) => brand?.startsWith('Hubfield'));
    expect(await rowsOf(`brand_id=${own?.brand_id}&surface=chatgpt`)).toHaveLength(1);
    expect(await rowsOf('category=none')).toEqual([]);
    expect(await rowsOf('day=1970-01-01')).toEqual([]);
  });

  it('NDJSON: a JSON object on every line', async () => {
    const { status, headers, text } = await file(of('observations.ndjson'));
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['answered', 'answered']);
  });

  it('are those of the last measuring until the report is measured again', async () => {
    const brand = `/v1/brands/${report.brandId}`;
    const before = await file(of('metrics.csv'));
    await client.ask('PATCH', brand, { brand_aliases: ['Hubfield', 'cheapest'] });
    expect((await file(of('metrics.csv'))).text).toBe(before.text);
    await client.ask('POST', `/v1/reports/${report.reportId}/recompute`);
    expect((await file(of('metrics.csv'))).text).not.toBe(before.text);
    await client.ask('PATCH', brand, { brand_aliases: ['Hubfield'] });
    await client.ask('POST', `/v1/reports/${report.reportId}/recompute`);
    expect((await file(of('metrics.csv'))).text).toBe(before.text);
  });

  it('of a report without a run that ended: 409 with its reason; of somebody else: 404', async () => {
    const { reportId } = await draft(client);
    expect(await client.ask('GET', `/v1/reports/${reportId}/report.html`)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', details: { reason: 'report_not_measured' } } },
    });
    await openAccount(world.db, 'acct_reader');
    const other = await frontClient(world, 'rankprompt', { accountId: 'acct_reader' });
    expect((await file(of('observations.csv'), other.key)).status).toBe(404);
  });
});

describe('fleet report', () => {
  it('writes the same rows as are downloaded, and a page whose links lead into the store', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fleet-report-'));
    try {
      const found = await findReport(world.db, report.reportId);
      const read = found && (await readMeasuredReport(world.db, found.accountId, found.report));
      if (read === undefined) throw new Error('the report was measured');
      const [html, csv] = [join(directory, 'page/report.html'), join(directory, 'tables')];
      const written = await writeReportFiles('Title & co', read, world.store, { html, csv });
      expect(written).toHaveLength(5);
      for (const name of ['observations.csv', 'mentions.csv', 'citations.csv', 'metrics.csv']) {
        expect(readFileSync(join(csv, name), 'utf8')).toBe((await file(of(name))).text);
      }
      expect(readFileSync(html, 'utf8')).toContain('<title>Title &amp; co</title>');
      expect(await findReport(world.db, '00000000-0000-4000-8000-000000000000')).toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a share link', () => {
  const share = async () => (await client.ask('POST', `/v1/reports/${report.reportId}/shares`, {})).body;

  it('shows the page without a key; not indexed, not framed, its address not sent along', async () => {
    const { url } = await share();
    const { status, headers, text } = await file(url, null);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('x-robots-tag')).toMatch(/noindex/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
    expect(text).toBe((await file(of('report.html'))).text);
  });

  it('taken back, run out, or never given: the same 404, as unknown as any', async () => {
    const [taken, old] = [await share(), await share()];
    await client.ask('DELETE', `/v1/shares/${taken.id}`);
    await world.db.query(`UPDATE fleet.report_share SET expires_at = now() - interval '1 s' WHERE id = $1`, [
      old.id,
    ]);
    const answers = await Promise.all(
      [taken.url, old.url, `/r/${'A'.repeat(43)}`, '/r/short'].map((url) => file(url, null)),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const bodies = answers.map(({ text }) => ({ ...JSON.parse(text), request_id: 'same' }));
    expect(bodies.every((body) => JSON.stringify(body) === JSON.stringify(bodies[0]))).toBe(true);
    expect(answers[0]?.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('is read, and lasts as long as it is told; another account finds none', async () => {
    const { id, expires_at: first } = await share();
    const path = `/v1/shares/${id}`;
    expect((await client.ask('GET', path)).body).toMatchObject({ id, url: null, expires_at: first });
    const longer = await client.ask('PATCH', path, { expires_in_days: 60 });
    expect(Date.parse(longer.body.expires_at)).toBeGreaterThan(Date.parse(first));
    expect((await client.ask('PATCH', path, { expires_in_days: 366 })).status).toBe(400);
    await openAccount(world.db, 'acct_stranger');
    const other = await frontClient(world, 'rankprompt', { accountId: 'acct_stranger' });
    for (const method of ['GET', 'DELETE']) expect((await other.ask(method, path)).status).toBe(404);
    expect((await other.ask('PATCH', path, { expires_in_days: 1 })).status).toBe(404);
    await client.ask('DELETE', path);
    expect((await client.ask('PATCH', path, { expires_in_days: 1 })).status).toBe(404);
  });
});

describe('citations of a brand', () => {
  it('by page and by domain, the most cited first, in pages, of one report', async () => {
    const path = `/v1/brands/${report.brandId}/citations`;
    const first = await client.ask('GET', `${path}?limit=1`);
    expect(first.body).toMatchObject({
      ...{ object: 'list', has_more: true },
      data: [
        {
          ...{ object: 'citation', url: 'https://news.example.net/b', domain: 'news.example.net' },
          ...{ report_id: report.reportId, cited_in: 2, brand: null, rankprompt_score: null },
          citation_share: { k: 2, n: 3 },
          citation_share_weighted: { value: 0.75 },
        },
      ],
    });
    const second = await client.ask('GET', `${path}?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({
      ...{ has_more: false, next_cursor: null },
      data: [{ url: 'https://hubfield.example.com/a', brand: expect.stringMatching(/^Hubfield/) }],
    });
    const domains = await client.ask('GET', `${path}/by-domain`);
    expect(domains.body.data.map(({ domain }: { domain: string }) => domain)).toEqual([
      'example.net',
      'example.com',
    ]);
  });

  it('of a brand without a report that ended: an empty list', async () => {
    const { brandId } = await draft(client, { prompts: [] });
    expect((await client.ask('GET', `/v1/brands/${brandId}/citations`)).body).toEqual({
      ...{ data: [], has_more: false, next_cursor: null, object: 'list' },
    });
  });
});
