import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/platform/database.ts';
import { PoolSockets } from '../../../src/platform/pool-sockets.ts';
import { openQueue } from '../../../src/platform/queue.ts';
import { holdSessionLock } from '../../../src/platform/session-lock.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';
import { type SilentProxy, silentProxy } from '../silent-proxy.ts';

/** Far more than the few seconds a goodbye takes, far less than the minutes the system would go on trying. */
const BOUND_MS = 30_000;

let fresh: FreshDatabase;
let proxy: SilentProxy;
beforeEach(async () => {
  fresh = await freshDatabase();
  proxy = await silentProxy(new URL(fresh.url));
});
afterEach(async () => {
  proxy.close();
  await fresh.drop();
});

async function endsInTime(end: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), BOUND_MS)));
  const inTime = await Promise.race([end.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

describe('given connections whose other end fell silent', () => {
  it('a pool closes all the same', async () => {
    const db = openDatabase(proxy.url, { log: testLog });
    await Promise.all([db.query('SELECT pg_sleep(0.1)'), db.query('SELECT pg_sleep(0.1)')]);
    proxy.silence();
    expect(await endsInTime(db.close())).toBe(true);
  });

  it('a pool that had given them up before leaves no socket open, which would keep its process', async () => {
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const pool = new PoolSockets();
    const before = sockets();
    const { hostname, port } = new URL(proxy.url);
    const given = pool.stream().connect(Number(port), hostname);
    await once(given, 'connect');
    proxy.silence();
    expect(sockets()).toBeGreaterThan(before);
    await pool.closeWith(async () => undefined);
    await expect.poll(() => given.destroyed).toBe(true);
  });

  it('a queue closes all the same', async () => {
    const db = openDatabase(proxy.url, { log: testLog });
    const queue = await openQueue(db, {
      log: testLog,
      heartbeatS: 10,
      captureTimeoutMs: 1_000,
      retryDelayS: 0,
    });
    proxy.silence();
    expect(await endsInTime(queue.close())).toBe(true);
    await db.close();
  });

  it('a session lock is let go all the same', async () => {
    const lock = await holdSessionLock({
      url: proxy.url,
      key: 1n,
      log: testLog,
      onHeld: async () => undefined,
    });
    proxy.silence();
    expect(await endsInTime(lock.close())).toBe(true);
  });

  it('a session lock notices that it may be lost, and is taken again', async () => {
    let taken = 0;
    const lock = await holdSessionLock({
      ...{ url: proxy.url, key: 2n, log: testLog },
      ...{ heartbeatMs: 100, answerMs: 1_000 },
      onHeld: async () => void taken++,
    });
    proxy.silence();
    // The server still believes in the silent session, until its own keep-alive does not.
    await expect.poll(() => lock.held, { timeout: BOUND_MS }).toBe(false);
    await fresh.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 2`,
    );
    await expect.poll(() => taken, { timeout: BOUND_MS }).toBe(2);
    expect(lock.held).toBe(true);
    await lock.close();
  });
});
