import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../src/cli/analyse.ts';
import { readBrandBook } from '../../../src/cli/read-brand-book.ts';
import { benchBook, benchEnvelopes, benchPrompts } from '../../bench/measure-envelopes.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
const run = promisify(execFile);
let folder: string;
let envelopes: string;
let brand: string;

async function fleet(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [CLI, ...args], { maxBuffer: 64 << 20 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, stdout: failed.stdout, stderr: failed.stderr };
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'analyse-'));
  envelopes = join(folder, 'envelopes');
  brand = join(folder, 'brands.json');
  const book = benchBook();
  await mkdir(join(envelopes, '2026/11/20'), { recursive: true });
  for (const { envelope } of benchEnvelopes(benchPrompts(4), 2, book)) {
    const { id } = envelope.job;
    const file = (attempt: number): string => join(envelopes, `2026/11/20/${id}.a${attempt}.envelope.json`);
    await writeFile(file(1), JSON.stringify(envelope));
    // An attempt that was superseded: its answer must not count.
    const earlier = {
      ...envelope,
      job: { ...envelope.job, attempts: 0 },
      answer: { ...envelope.answer, text: '' },
    };
    await writeFile(file(0), JSON.stringify(earlier));
  }
  const brands = book.brands.slice(0, 3).map(({ name, domains, terms }) => ({
    ...{ name, domains, aliases: terms.slice(1).map(({ text }) => text) },
  }));
  await writeFile(brand, JSON.stringify({ brands }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fleet analyse', () => {
  it('reads a folder of stored Envelopes: each child once, each query a prompt, the first brand the own one', async () => {
    const { report } = await analyse(envelopes, await readBrandBook(brand));
    expect(report).toMatchObject({ asked: 4 * 9 * 2, version: 'measure/2' });
    expect(report.prompts).toHaveLength(4);
    expect(report.brands.map(({ own }) => own)).toEqual([true, false, false]);
    expect(report.brands[0]?.presence.k).toBeGreaterThan(10);
    expect(report.surfaces).toHaveLength(9);
  });

  it('prints the same bytes as JSON each time, and a table for people', async () => {
    const [one, two] = [
      await fleet('analyse', '--envelopes', envelopes, '--brand', brand, '--json'),
      await fleet('analyse', '--envelopes', envelopes, '--brand', brand, '--json'),
    ];
    expect(one.code).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    expect(JSON.parse(one.stdout)).toMatchObject({ asked: 72 });
    const text = await fleet('analyse', '--envelopes', envelopes, '--brand', brand);
    expect(text.stdout).toMatch(/4 prompts, 72 captures/);
    expect(text.stdout).toMatch(/tier: exploratory\n {2}lacks at least 50 prompts \(4\)/);
  });

  it('writes the page and the tables that a stored report has', async () => {
    const [html, csv] = [join(folder, 'out/page.html'), join(folder, 'out')];
    const args = ['--envelopes', envelopes, '--brand', brand, '--html', html, '--csv', csv, '--json'];
    const { code, stdout, stderr } = await fleet('analyse', ...args);
    expect(code).toBe(0);
    expect(stderr.match(/^wrote /gm)).toHaveLength(5);
    expect(JSON.parse(stdout)).toMatchObject({ asked: 72 });
    const page = await readFile(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('id="chart-matrix"');
    expect((await readFile(join(csv, 'observations.csv'), 'utf8')).trimEnd().split('\r\n')).toHaveLength(73);
  });

  it.each([
    [
      'a folder that is not there',
      () => ['--envelopes', '/nowhere', '--brand', brand],
      /cannot read \/nowhere/,
    ],
    [
      'a folder without Envelopes',
      () => ['--envelopes', import.meta.dirname, '--brand', brand],
      /no \*\.envelope\.json/,
    ],
    [
      'a file that holds none',
      () => ['--envelopes', brand, '--brand', brand],
      /line 1 is no Envelope: schemaVersion/,
    ],
    ['a book that is no book', () => ['--envelopes', envelopes, '--brand', CLI], /is no JSON/],
  ])('refuses %s with exit code 2 and says what', async (_what, args, message) => {
    const { code, stderr } = await fleet('analyse', ...args());
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('names every problem of a brand book with its place', async () => {
    const bad = join(folder, 'bad.json');
    const brands = [{ name: 'Hubfield' }, { name: 'Pipewise', aliases: ['hubfield'], website: 'ftp://x' }];
    await writeFile(bad, JSON.stringify({ brands }));
    const { code, stderr } = await fleet('analyse', '--envelopes', envelopes, '--brand', bad);
    expect(code).toBe(2);
    expect(stderr).toMatch(/brands\.1\.website: website must be http/);
    expect(stderr).toMatch(/stands for both “Hubfield” and “Pipewise”/);
  });
});
