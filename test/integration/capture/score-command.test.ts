import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageScoreSchema } from '../../../src/contract/page-score.ts';
import { ARTICLE } from './page-world.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
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

function score(...args: string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, FLEET_DATA_DIR: dataDir, FLEET_PAGE_ALLOW: hostPort };
  return new Promise((done) => {
    execFile(process.execPath, [CLI, 'score', ...args], { env }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
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
    const unreadable = await score('--html', join(dataDir, 'missing.html'));
    expect(unreadable).toMatchObject({ code: 2 });
  });
});
