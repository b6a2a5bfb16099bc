import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openListener } from '../../../src/platform/listener.ts';
import { cutConnections, type FreshDatabase, freshDatabase, testLog } from '../database.ts';
import { silentProxy } from '../silent-proxy.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false });
});
afterAll(() => fresh.drop());

describe('given a listener', () => {
  it('delivers to every subscriber of a channel, and to none that left', async () => {
    const listener = await openListener(fresh.url, { log: testLog });
    const heard: string[] = [];
    const leave = await listener.subscribe('a', (payload) => heard.push(`1:${payload}`));
    await listener.subscribe('a', (payload) => heard.push(`2:${payload}`));
    await fresh.db.query(`NOTIFY a, 'x'`);
    await expect.poll(() => heard).toEqual(['1:x', '2:x']);
    leave();
    await fresh.db.query(`NOTIFY a, 'y'`);
    await expect.poll(() => heard).toEqual(['1:x', '2:x', '2:y']);
    await listener.close();
  });

  it('listens again after its connection was cut, and says that something may have been missed', async () => {
    const listener = await openListener(fresh.url, { log: testLog, applicationName: 'cut-me' });
    const heard: string[] = [];
    const restored = Promise.withResolvers<void>();
    await listener.subscribe('b', (payload) => heard.push(payload), restored.resolve);
    expect(await cutConnections(fresh.url, 'cut-me')).toBe(1);
    await restored.promise;
    await fresh.db.query(`NOTIFY b, 'after'`);
    await expect.poll(() => heard).toEqual(['after']);
    await listener.close();
  });

  it('notices a connection that fell silent by its heartbeat', async () => {
    const proxy = await silentProxy(new URL(fresh.url));
    const listener = await openListener(proxy.url, { log: testLog, heartbeatMs: 200 });
    const heard: string[] = [];
    const restored = Promise.withResolvers<void>();
    await listener.subscribe('c', (payload) => heard.push(payload), restored.resolve);
    proxy.silence();
    await restored.promise;
    await fresh.db.query(`NOTIFY c, 'back'`);
    await expect.poll(() => heard).toEqual(['back']);
    await listener.close();
    proxy.close();
  });

  it('closes although its connection fell silent', async () => {
    const proxy = await silentProxy(new URL(fresh.url));
    const listener = await openListener(proxy.url, { log: testLog });
    proxy.silence();
    await listener.close();
    proxy.close();
  });

  it('says DATABASE_UNAVAILABLE when there is no database', async () => {
    const nowhere = openListener('postgres://postgres@127.0.0.1:1/none', { log: testLog });
    await expect(nowhere).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});
