import {
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AddressGuard, AddressRefused } from '../platform/address-guard.ts';
import type { Log } from '../platform/log.ts';

/** What a browser's context is given as its proxy. */
export interface GuardedProxy {
  server: string;
  /** Whether a connection to a host was refused because it leads to no public address, and none was made since. */
  refused: (hostname: string) => boolean;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const MAX_REFUSED = 100_000;

/**
 * A forward proxy on loopback through which a browser reaches public web servers and nothing else: every connection of a page,
 * subresources, redirects, frames and sockets too, is resolved here by the guard and made to the address it passed, so no
 * second look-up can lead elsewhere.
 */
export async function openGuardedProxy(guard: AddressGuard, log: Log): Promise<GuardedProxy> {
  const sockets = new Set<Duplex>();
  const refused = new Set<string>();
  const reach = async (url: string): Promise<{ host: string; port: number }> => {
    try {
      const target = guard.checkText(url);
      const [first] = await guard.addresses(target);
      refused.delete(target.hostname);
      if (first === undefined) throw new Error('no address');
      const standard = target.protocol === 'https:' ? 443 : 80;
      return { host: first.address, port: target.port === '' ? standard : Number(target.port) };
    } catch (error) {
      // A port or a length that is refused says nothing of where the name leads.
      const privately = error instanceof AddressRefused && error.refusal === 'address';
      if (privately && refused.size < MAX_REFUSED) refused.add(new URL(url).hostname);
      log.debug({ err: error }, 'a page asked for an address it may not reach');
      throw error;
    }
  };
  const server = createServer((asked, answer) => void relay(asked, answer, reach));
  server.on('connect', (asked, client, head) => {
    keep(client, sockets);
    void tunnel(asked, client, head, reach, sockets);
  });
  server.on('connection', (socket) => keep(socket, sockets));
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server: `http://127.0.0.1:${port}`,
    refused: (hostname) => refused.has(hostname),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

type Reach = (url: string) => Promise<{ host: string; port: number }>;

function keep(socket: Duplex, sockets: Set<Duplex>): void {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
}

/** `CONNECT host:port`: https and wss. */
async function tunnel(
  asked: IncomingMessage,
  client: Duplex,
  head: Buffer,
  reach: Reach,
  sockets: Set<Duplex>,
): Promise<void> {
  try {
    const { host, port } = await reach(`https://${asked.url ?? ''}`);
    const upstream = await connected(host, port);
    keep(upstream, sockets);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  } catch {
    // Why, is in the log of `reach`, or it is an ordinary failed connection; the browser only needs to know that.
    client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  }
}

function connected(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no answer to the connection')));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

const HOP_BY_HOP = new Set([
  'proxy-connection',
  'proxy-authorization',
  'connection',
  'keep-alive',
  'te',
  'upgrade',
]);

/** `GET http://…`: plain http. */
async function relay(asked: IncomingMessage, answer: ServerResponse, reach: Reach): Promise<void> {
  try {
    const url = new URL(asked.url ?? '');
    if (url.protocol !== 'http:') throw new Error('only http comes without a tunnel');
    const { host, port } = await reach(url.href);
    const headers = Object.fromEntries(
      Object.entries(asked.headers).filter(([name]) => !HOP_BY_HOP.has(name)),
    );
    const options: RequestOptions = {
      host,
      port,
      method: asked.method,
      path: `${url.pathname}${url.search}`,
      headers,
    };
    const upstream = request(
      { ...options, setHost: false, agent: false, timeout: CONNECT_MS * 3 },
      (received) => passOn(received, answer),
    );
    upstream.on('timeout', () => upstream.destroy(new Error('no answer')));
    upstream.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    answer.on('close', () => upstream.destroy());
    asked.pipe(upstream);
  } catch {
    answer.writeHead(502).end();
  }
}

/** A site may answer what Node reads and does not write, a status below 100 for one: it must not end this process. */
function passOn(received: IncomingMessage, answer: ServerResponse): void {
  received.on('error', () => answer.destroy());
  try {
    answer.writeHead(received.statusCode ?? 0, received.headers);
  } catch {
    received.destroy();
    answer.writeHead(502).end();
    return;
  }
  received.pipe(answer);
}
