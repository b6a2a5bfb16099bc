import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const SLOW = 500;
const OTHERS = 60;
/** The clients and their sockets live in this process too; a request that is kept whole somewhere is far more. */
const BYTES_EACH = 100_000;
/** What a busy machine may add to any request; one that waited for the slow ones would wait for 10 s and more. */
const NOISE_MS = 250;
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

/** Bytes in use once nothing is left to collect. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') for (let round = 0; round < 3; round++) gc();
  return process.memoryUsage().heapUsed;
}

/** Others' requests, one after the other: their statuses, and how long one takes in the middle of all. */
async function others(): Promise<{ statuses: number[]; medianMs: number }> {
  const statuses = new Set<number>();
  const took: number[] = [];
  for (let index = 0; index < OTHERS; index++) {
    const began = performance.now();
    statuses.add((await world.get('/v1/usage')).status);
    took.push(performance.now() - began);
  }
  return { statuses: [...statuses], medianMs: took.sort((a, b) => a - b)[OTHERS / 2] ?? 0 };
}

describe('given 500 clients that begin a request and never end it (situation 13)', () => {
  it('others are served as fast meanwhile, each slow one is told 408 and closed, nothing of them stays', async () => {
    const before = await others();
    const heapBefore = heap();
    const slow = await Promise.all(Array.from({ length: SLOW }, (_none, index) => slowClient(index)));
    const meanwhile = await others();
    const heapMeanwhile = heap();
    const texts = await Promise.all(slow.map(({ closed }) => closed));
    const timedOut = texts.filter((text) => text.startsWith('HTTP/1.1 408 ')).length;
    const honest = texts.filter((text) => text.includes('"code":"REQUEST_TIMEOUT"')).length;
    const { rows } = await world.db.query('SELECT count(*)::int AS jobs FROM fleet.job');
    const bytesEach = Math.round((heapMeanwhile - heapBefore) / SLOW);
    const medians = [before.medianMs, meanwhile.medianMs].map((ms) => Number(ms.toFixed(1)));
    process.stdout.write(
      `situation 13: ${JSON.stringify({ slow: SLOW, timedOut, honest, othersServed: OTHERS, medians, bytesEach })}\n`,
    );
    expect([before.statuses, meanwhile.statuses]).toEqual([[200], [200]]);
    expect(meanwhile.medianMs).toBeLessThan(2 * before.medianMs + NOISE_MS);
    expect(bytesEach).toBeLessThan(BYTES_EACH);
    expect({ timedOut, honest }).toEqual({ timedOut: SLOW, honest: SLOW });
    expect(rows).toEqual([{ jobs: 0 }]);
    expect((await world.get('/v1/usage')).status).toBe(200);
  });
});
