import { request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type GuardedProxy, openGuardedProxy } from '../../../src/capture/guarded-proxy.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { testLog } from '../database.ts';

const open: { proxy?: GuardedProxy; site?: Server } = {};
afterEach(async () => {
  await open.proxy?.close();
  open.site?.close();
});

/** A site that answers every connection with these bytes, whatever it is asked. Resolves to its port. */
async function siteSaying(bytes: string): Promise<number> {
  const site = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(bytes));
  });
  open.site = site;
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  return (site.address() as AddressInfo).port;
}

async function proxyFor(allow: string[], addresses: Record<string, string> = {}): Promise<GuardedProxy> {
  const guard = new AddressGuard(
    allow,
    async (hostname) => [{ address: addresses[hostname] ?? '127.0.0.1', family: 4 }],
    { plainHttp: true },
  );
  open.proxy = await openGuardedProxy(guard, testLog);
  return open.proxy;
}

/** The status with which the proxy answers; 0 when it closes the connection instead. */
function statusOf(proxy: GuardedProxy, url: string): Promise<number> {
  const { hostname, port } = new URL(proxy.server);
  return new Promise((resolve) => {
    const asked = request({ hostname, port, path: url, headers: { host: new URL(url).host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

test.each(['HTTP/1.1 099 Early', 'HTTP/1.1 000 Nothing'])(
  'given a site that answers %s, then the page gets 502, the process lives and the next request passes',
  async (line) => {
    const strange = await siteSaying(`${line}\r\ncontent-length: 0\r\n\r\n`);
    const site = open.site;
    const sound = await siteSaying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    const proxy = await proxyFor([`a.test:${strange}`, `b.test:${sound}`]);
    expect(await statusOf(proxy, `http://a.test:${strange}/`)).toBe(502);
    expect(await statusOf(proxy, `http://b.test:${sound}/`)).toBe(200);
    site?.close();
  },
);

test('given requests to a port or of a length that is refused, then their host is not taken for one of a private address', async () => {
  const port = await siteSaying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  const proxy = await proxyFor([`shop.test:${port}`], { 'shop.test': '93.184.216.34' });
  expect(await statusOf(proxy, 'http://shop.test:22/')).toBe(502);
  expect(await statusOf(proxy, `http://shop.test/pixel?${'x'.repeat(3_000)}`)).toBe(502);
  expect(proxy.refused('shop.test')).toBe(false);
});

test('given a name that led to a private address, then it is remembered until it leads to a public one', async () => {
  const port = await siteSaying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  const addresses: Record<string, string> = { 'moved.test': '10.0.0.1' };
  const proxy = await proxyFor([`moved.test:${port}`], addresses);
  expect(await statusOf(proxy, 'http://moved.test/')).toBe(502);
  expect(proxy.refused('moved.test')).toBe(true);
  addresses['moved.test'] = '127.0.0.1';
  expect(await statusOf(proxy, `http://moved.test:${port}/`)).toBe(200);
  expect(proxy.refused('moved.test')).toBe(false);
});
