import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { serveMetrics } from '../../../src/platform/metrics-server.ts';
import { testLog } from '../database.ts';

describe('metrics on a port of their own', () => {
  it('are served there with the liveness of the process, and nothing else', async () => {
    const metrics = createMetrics();
    metrics.captures.inc({ surface: 'chatgpt', outcome: 'answered' });
    const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, log: testLog });
    const answer = await fetch(server.url);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('captures_total{surface="chatgpt",outcome="answered"} 1');
    const base = new URL(server.url);
    expect((await fetch(new URL('/healthz', base))).status).toBe(200);
    expect((await fetch(new URL('/anything', base))).status).toBe(404);
    const taken = serveMetrics(metrics, { host: '127.0.0.1', port: Number(base.port), log: testLog });
    await expect(taken).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await server.stop();
  });

  it('say whether the process takes work, and why not', async () => {
    let reason: string | undefined = 'starting';
    const server = await serveMetrics(createMetrics(), {
      ...{ host: '127.0.0.1', port: 0, log: testLog },
      unready: () => reason,
    });
    const probe = async (): Promise<unknown> => {
      const answer = await fetch(new URL('/readyz', server.url));
      return [answer.status, await answer.text()];
    };
    expect(await probe()).toEqual([503, 'starting\n']);
    reason = undefined;
    expect(await probe()).toEqual([200, 'ready\n']);
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200);
    await server.stop();
  });

  it('a source that fails on a scrape is an error of that scrape, not of the process', async () => {
    const metrics = createMetrics();
    metrics.onScrape('fleet_broken', 'breaks', [], async () => Promise.reject(new Error('away')));
    const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, log: testLog });
    expect((await fetch(server.url)).status).toBe(500);
    await server.stop();
  });
});
