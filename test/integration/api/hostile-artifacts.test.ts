import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { type S3Server, s3rverServer } from '../artifacts/s3-servers.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
let s3: S3Server;
let beacon: Server;
let browser: Browser;
const hits: string[] = [];
let page = '';

beforeAll(async () => {
  s3 = await s3rverServer();
  world = await openApiWorld({ store: s3.store() });
  beacon = createServer((request, response) => {
    if (request.url === '/plain') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    if (request.url !== '/favicon.ico') hits.push(request.url ?? '');
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => beacon.once('listening', ready));
  page = hostilePage(beaconUrl());
  browser = await chromium.launch({
    executablePath: (await findBrowser(readConfig({}, '/'), 'shell')).path,
    chromiumSandbox: process.getuid?.() !== 0,
  });
});
afterAll(async () => {
  await browser.close();
  await world.close();
  await s3.stop();
  beacon.closeAllConnections();
  beacon.close();
});

function beaconUrl(): string {
  return `http://127.0.0.1:${(beacon.address() as AddressInfo).port}`;
}

/** A captured page that tries every way of doing something when it is opened. */
function hostilePage(url: string): string {
  return `<!doctype html><meta http-equiv="refresh" content="0;url=${url}/refresh">
<script>fetch('${url}/script', {mode: 'no-cors'})</script>
<svg xmlns="http://www.w3.org/2000/svg" onload="new Image().src='${url}/svg'"></svg>
<img src=x onerror="new Image().src='${url}/onerror'">
<iframe src="${url}/frame"></iframe><link rel="stylesheet" href="${url}/style">
<form action="${url}/form"><button autofocus onfocus="this.form.submit()">x</button></form>`;
}

/** Opens an address as a person would, with the key where one is given; tells what came of it. */
async function open(url: string, authorization?: string): Promise<'shown' | 'downloaded'> {
  const context = await browser.newContext(
    authorization === undefined ? {} : { extraHTTPHeaders: { authorization } },
  );
  const tab = await context.newPage();
  const download = tab.waitForEvent('download', { timeout: 5_000 }).then(
    () => 'downloaded' as const,
    () => 'shown' as const,
  );
  // Navigation to a download is aborted by the browser: that is the outcome hoped for.
  await tab.goto(url).catch(() => undefined);
  const outcome = await download;
  await context.close();
  return outcome;
}

describe('a captured page that would do something when opened (situation 17)', () => {
  it('does it where it is served without care: the trap works', async () => {
    await open(`${beaconUrl()}/plain`);
    expect(hits.length).toBeGreaterThan(2);
  });

  it('does nothing from our API and by a presigned link: it is saved, and no request leaves it', async () => {
    const { body } = await world.post('/v1/search?mode=async', { query: 'q', surfaces: ['chatgpt'] });
    await finishWithProof(world, s3.store(), page);
    const path = `/v1/jobs/${body.children[0]}/artifacts/proof`;
    const link = await world.get(`${path}?presign=1`);
    hits.length = 0;
    const fromApi = await open(`${world.url}${path}`, `Bearer ${world.key}`);
    const fromLink = await open(link.body.url);
    process.stdout.write(`situation 17: ${JSON.stringify({ fromApi, fromLink, requests: hits.length })}\n`);
    expect({ fromApi, fromLink, hits }).toEqual({ fromApi: 'downloaded', fromLink: 'downloaded', hits: [] });
  });
});
