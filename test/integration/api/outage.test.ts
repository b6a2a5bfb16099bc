import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../../src/api/server.ts';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { testLog } from '../database.ts';
import { errorOf, openApiWorld } from './api-world.ts';

const body = { query: 'q', surfaces: ['chatgpt'] };

describe('given a server that is told to close while a sync request waits', () => {
  it('answers it with 504 and Location after the drain time, refuses new ones, and ends', async () => {
    const world = await openApiWorld({ drainMs: 500 });
    const waiting = world.post('/v1/search', body);
    await expect.poll(async () => (await world.db.query('SELECT 1 FROM fleet.job')).rowCount).toBe(1);
    const closed = world.api.close();
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 504, body: { code: 'SURFACE_TIMEOUT' } });
    expect(answer.headers.connection).toBe('close');
    expect(answer.headers.location).toMatch(/^\/v1\/jobs\/job_/);
    await closed;
    await expect(world.get('/v1/health')).rejects.toThrow(/ECONNREFUSED/);
    await world.listener.close();
    await world.queue.close();
    await world.drop();
  });
});

describe('given a port that is taken', () => {
  it('says so, and what to do', async () => {
    const world = await openApiWorld();
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { db, queue, listener } = world;
    const config = { ...world.config, port };
    const api = await createApi({
      config,
      db,
      queue,
      listener,
      store: world.store,
      catalog: [],
      log: testLog,
      clock: systemClock,
    });
    await expect(api.listen()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      fix: expect.stringContaining('PORT'),
    });
    await api.close();
    taken.close();
    await world.close();
  });
});

describe('given a database that goes away', () => {
  it('answers 503 with Retry-After, readyz too, and works again when it is back', async () => {
    const world = await openApiWorld();
    await world.get('/v1/jobs/x'); // The key is known now; only the work needs the database.
    const name = new URL(world.databaseUrl).pathname.slice(1);
    const { openDatabase } = await import('../../../src/platform/database.ts');
    const url = new URL(world.databaseUrl);
    url.pathname = '/template1';
    const outside = openDatabase(url.href, { log: testLog, max: 1 });
    await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    for (const version of API_VERSIONS) {
      const down = await world.post('/v1/search?mode=async', body, { 'x-aisearch-version': version });
      expect(down.status).toBe(503);
      expect(errorOf(down)).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        message: 'Service temporarily unavailable, please retry',
      });
      expect(down.headers).toMatchObject({ 'retry-after': '2', 'x-aisearch-version': version });
    }
    expect((await world.ask('/readyz')).status).toBe(503);
    expect((await world.ask('/healthz')).status).toBe(200);
    await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await expect
      .poll(async () => (await world.post('/v1/search?mode=async', body)).status, { timeout: 20_000 })
      .toBe(202);
    await outside.close();
    await world.close();
  });
});
