import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const SLOW = 500;
const OTHERS = 60;
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { rateLimit: 1_000_000 } });
});
afterAll(() => world.close());

interface Slow {
  socket: Socket;
  /** What the server wrote until it closed the connection. */
  closed: Promise<string>;
}

/** A client that begins a request and never ends it: half of its headers, or its headers and half of its body. */
function slowClient(index: number): Promise<Slow> {
  const { hostname, port } = new URL(world.url);
  const begun = `POST /v1/search HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${world.key}\r\n`;
  const rest = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query": "sl';
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const closed = new Promise<string>((done) => {
      let text = '';
      socket.on('data', (data: Buffer) => {
        text += data.toString();
      });
      socket.on('close', () => done(text));
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write(index % 2 === 0 ? begun : `${begun}${rest}`);
      resolve({ socket, closed });
    });
  });
}

describe('given 500 clients that begin a request and never end it (situation 13)', () => {
  it('others are served meanwhile, each slow one is told 408 and closed, nothing of them stays', async () => {
    const before = await world.get('/v1/usage');
    expect(before.status).toBe(200);
    const slow = await Promise.all(Array.from({ length: SLOW }, (_none, index) => slowClient(index)));
    const served = new Set<number>();
    for (let index = 0; index < OTHERS; index++) served.add((await world.get('/v1/usage')).status);
    const texts = await Promise.all(slow.map(({ closed }) => closed));
    const timedOut = texts.filter((text) => text.startsWith('HTTP/1.1 408 ')).length;
    const honest = texts.filter((text) => text.includes('"code":"REQUEST_TIMEOUT"')).length;
    const { rows } = await world.db.query('SELECT count(*)::int AS jobs FROM fleet.job');
    process.stdout.write(
      `situation 13: ${JSON.stringify({ slow: SLOW, timedOut, honest, othersServed: OTHERS })}\n`,
    );
    expect([...served]).toEqual([200]);
    expect({ timedOut, honest }).toEqual({ timedOut: SLOW, honest: SLOW });
    expect(rows).toEqual([{ jobs: 0 }]);
    expect((await world.get('/v1/usage')).status).toBe(200);
  });
});
