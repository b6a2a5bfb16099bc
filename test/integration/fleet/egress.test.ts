import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNTARGETED } from '../../../src/capture/visitor.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { captureOnce } from '../../../src/fleet/capture-once.ts';
import { readCapture } from '../../../src/fleet/read-capture.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import type { Egress } from '../../../src/platform/egress-setting.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';

/** A proxy on loopback that answers every plain request itself: what leaves through it is seen here. */
let proxy: Server;
const seen: string[] = [];
let pool: BrowserPool;

beforeAll(async () => {
  proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    response
      .setHeader('content-type', 'text/html')
      .end('<!doctype html><title>through the proxy</title><p>One.');
  });
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');
  pool = new BrowserPool(
    { executablePath: path, binary, stagePort: undefined, plugins: [], log: testLog },
    systemClock,
  );
});
afterAll(async () => {
  await pool?.stop();
  proxy?.close();
});

describe('the egress of a country', () => {
  const surface = echoSurface({ drive: (_page, _request, tools) => tools.open('http://echo.test/page') });
  const capture = (origin: 'live' | 'stage', country: string, given?: Record<string, Egress>) => {
    const { port } = proxy.address() as AddressInfo;
    const egress = given ?? readConfig({ FLEET_EGRESS: `DE=http://127.0.0.1:${port}` }, '/').egress;
    const seat = { pool, clock: systemClock, captureTimeoutMs: 15_000, egress, profiles: undefined };
    return captureOnce(
      { surface, query: 'x', region: { country }, origin },
      seat,
      Deadline.after(15_000),
      testLog,
    );
  };

  it('carries the captures of that country, and proves the region', async () => {
    const { record } = await capture('live', 'DE');
    expect(seen).toContain('http://echo.test/page');
    expect(record.html).toContain('through the proxy');
    const { provenance } = readCapture(surface, record);
    expect(provenance.region).toEqual({ requested: 'de', effective: 'de', basis: 'egress' });
  });

  it('carries nothing of another country, and nothing of the stage', async () => {
    seen.length = 0;
    // Without the proxy the name resolves nowhere, which is what shows that it was not used.
    expect((await capture('live', 'FR')).record.signals.failure?.outcome).toBe('navigation_failed');
    expect((await capture('stage', 'DE')).record.signals.failure?.outcome).toBe('navigation_failed');
    expect(seen).toEqual([]);
  });

  it('that the browser refuses fails its own capture, says so by name, and costs no other its browser', async () => {
    const other = await pool.acquire({ visitor: UNTARGETED, headers: {} }, Deadline.after(20_000));
    const [browser] = pool.pids;
    const before = pool.counters.browsersRetired.unhealthy;
    const refused = { server: 'socks5://proxy.test:1080', username: 'me', password: 'hunter2' };
    const { record } = await capture('live', 'DE', { DE: refused });
    expect(record.signals.failure).toEqual({
      outcome: 'navigation_failed',
      message: 'the browser refused the egress of DE',
    });
    expect(await other.ready.page.evaluate(() => 6 * 7)).toBe(42);
    await other.release(true);
    expect((await capture('live', 'DE')).record.signals.failure).toBeNull();
    expect(pool.pids).toEqual([browser]);
    expect(pool.counters.browsersRetired.unhealthy).toBe(before);
  });
});
