import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scoreCommand } from '../../../src/cli/score.ts';
import { FleetError } from '../../../src/contract/errors.ts';
import { recordOfFile } from '../../../src/contract/page-record.ts';
import { pageScoreSchema } from '../../../src/contract/page-score.ts';
import { benchBook, benchEnvelopes, benchPrompts } from '../../bench/measure-envelopes.ts';
import { ARTICLE } from './page-world.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'fleet-score-'));
let server: Server;
let hostPort = '';

beforeAll(async () => {
  server = createServer((request, answer) => {
    const page = request.url === '/page';
    answer.writeHead(page ? 200 : 404, { 'content-type': 'text/html' }).end(page ? ARTICLE : 'none');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise<void>((done) => server.close(() => done()));
  rmSync(dataDir, { recursive: true, force: true });
});

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** The command in this process, with what it prints and how it ends. */
async function score(...args: string[]): Promise<Ended> {
  const printed = { out: '', err: '' };
  vi.stubEnv('FLEET_DATA_DIR', dataDir);
  vi.stubEnv('FLEET_PAGE_ALLOW', hostPort);
  vi.stubEnv('FLEET_LOG_LEVEL', 'error');
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += String(text);
    return true;
  });
  const command = scoreCommand().exitOverride();
  command.configureOutput({ writeErr: (text) => (printed.err += text) });
  try {
    await command.parseAsync(args, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...printed };
  } catch (error) {
    if (error instanceof FleetError) printed.err += error.message;
    else if (!(error instanceof CommanderError)) throw error;
    return { code: 2, ...printed };
  } finally {
    process.exitCode = 0;
    write.mockRestore();
    vi.unstubAllEnvs();
  }
}

describe('fleet score', () => {
  it('given an address, then it prints the score, stores the record, and the record scores the same again', async () => {
    const text = await score(`http://${hostPort}/page`, '--query', 'kettle boils in minutes');
    expect(text.code).toBe(0);
    expect(text.out).toMatch(
      /Tea kettles compared[\s\S]*of 100[\s\S]*G1 pass[\s\S]*F11 +hygiene[\s\S]*r = 0\.009/,
    );
    const path = text.out.trim().split('record: ')[1] ?? '';
    const first = await score('--record', path, '--json');
    const second = await score('--record', path, '--json');
    expect(first.out).toBe(second.out);
    expect(pageScoreSchema.parse(JSON.parse(first.out))).toMatchObject({ outcome: 'captured' });
    expect(readdirSync(dataDir, { recursive: true }).join()).toContain('.page.json.gz');
  });

  it('given a file, then it is scored without a network, --url is optional', async () => {
    const file = join(dataDir, 'page.html');
    writeFileSync(file, ARTICLE);
    const { code, out } = await score('--html', file, '--json');
    expect(code).toBe(0);
    expect(pageScoreSchema.parse(JSON.parse(out)).gates[0]?.status).toBe('unknown');
  });

  it('given captures and records of the pages they cite, then it says who is cited and what the page lacks', async () => {
    const about = (host: string): string =>
      `<html lang="en"><title>Kettles</title><article><h1>Kettles of ${host}</h1><p>${'Plain words about water and cups. '.repeat(9)}</p><h2>Limescale in kettles</h2><p>Limescale in kettles is removed with 2 spoons of citric acid in half a litre of water.</p></article></html>`;
    const cited = ['a.example', 'b.example.org'].map((host) => {
      const url = `https://${host}/kettles`;
      const known = { url, bytes: 0, clipped: false, undecodable: 0, capturedAt: '2026-11-20T00:00:00.000Z' };
      const file = join(dataDir, `${host}.json`);
      writeFileSync(file, JSON.stringify(recordOfFile(about(host), known)));
      return { url, file };
    });
    const template = [...benchEnvelopes(benchPrompts(2), 1, benchBook())].find(
      ({ envelope }) => envelope.job.status === 'completed' && envelope.evidence.sources.length > 0,
    )?.envelope;
    const [source] = template?.evidence.sources ?? [];
    if (template === undefined || source === undefined)
      throw new Error('the bench made no capture with a source');
    const sources = cited.map(({ url }, at) => ({
      ...source,
      ...{ id: at + 1, url, canonicalUrl: url, cited: true, role: 'cited', position: at + 1, charRanges: [] },
    }));
    const envelope = {
      ...template,
      job: { ...template.job, query: 'how to clean a kettle', warnings: [] },
      evidence: { ...template.evidence, sources },
    };
    const envelopes = join(dataDir, 'captures.ndjson');
    writeFileSync(envelopes, `${JSON.stringify(envelope)}\n`);
    const page = join(dataDir, 'own.html');
    writeFileSync(page, ARTICLE);
    const asked = [
      '--html',
      page,
      '--url',
      'https://kettles.example/',
      '--depth',
      'full',
      '--envelopes',
      envelopes,
    ];
    const text = await score(...asked, '--cited', ...cited.map(({ file }) => file));
    expect(text.err).toBe('');
    expect(text.out).toMatch(/Captures: 1 answers, 2 cited pages compared/);
    expect(text.out).toMatch(/“how to clean a kettle”: cited in 0 of 1/);
    expect(text.out).toMatch(
      /missing: Limescale in kettles[\s\S]*a\.example\/kettles: “Limescale in kettles is removed/,
    );
    const alone = await score('--html', page, '--cited', page);
    expect(alone).toMatchObject({ code: 2 });
  });

  it('given a page that cannot be had, then exit 1 and the reason; a wrong call, exit 2 and what is allowed', async () => {
    const missing = await score(`http://${hostPort}/other`);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.out).toContain('not_found');
    const privateOne = await score('http://10.1.2.3/');
    expect(privateOne).toMatchObject({ code: 1 });
    expect(privateOne.out).toContain('private_address');
    const local = await score('file:///etc/passwd');
    expect(local).toMatchObject({ code: 2 });
    expect(local.out).toContain('http or https URL');
    const none = await score();
    expect(none).toMatchObject({ code: 2 });
    expect(none.err).toContain('give one of URL, --html FILE, --record FILE; 0 came');
    const deep = await score('http://example.com/', '--depth', 'deep');
    expect(deep).toMatchObject({ code: 2 });
    expect(deep.err).toContain('Allowed choices are score, full');
    const pdf = join(dataDir, 'page.html');
    writeFileSync(pdf, '\n%PDF-1.7 …');
    expect((await score('--html', pdf)).err).toContain('page.html is a PDF; --html takes a page');
    const unreadable = await score('--html', join(dataDir, 'missing.html'));
    expect(unreadable).toMatchObject({ code: 2 });
  });
});
