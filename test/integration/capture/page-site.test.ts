import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPageSite } from '../../../src/cli/page-site.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { testLog } from '../database.ts';
import { ARTICLE } from './page-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleet-page-site-'));
let server: Server;
let hostPort: string;
beforeAll(async () => {
  server = createServer((asked, answer) => {
    const found = asked.url === '/article';
    answer.writeHead(found ? 200 : 404, { 'content-type': 'text/html' }).end(found ? ARTICLE : 'none');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
  rmSync(directory, { recursive: true, force: true });
});

describe('given page captures in a process that finds no browser', () => {
  it('a rendered page fails and says why; once a browser is there, the next one is rendered', async () => {
    const there = findBrowser(readConfig({}, '/'), 'shell');
    const name = there.binary === 'shell' ? 'chrome-headless-shell' : 'chromium';
    const path = join(directory, name);
    const config = readConfig(
      { FLEET_BROWSER_PATH: path, FLEET_PAGE_ALLOW: hostPort, FLEET_DATA_DIR: join(directory, 'd') },
      directory,
    );
    const site = openPageSite(config, testLog);
    try {
      const rendered = () => site.capturer.capture(`http://${hostPort}/article`, 'rendered');
      await expect(rendered()).rejects.toMatchObject({ code: 'BROWSER_MISSING' });
      symlinkSync(there.path, path);
      const { record, screenshot } = await rendered();
      expect(record.outcome).toEqual({ kind: 'captured' });
      expect(record.rendered_html).toContain('Tea kettles compared');
      expect(screenshot).not.toBeNull();
    } finally {
      await site.close();
    }
  });
});
