import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

/** What the second of two requests hidden in one would ask for; it must never be answered. */
const HIDDEN = 'GET /v1/health HTTP/1.1\r\nHost: hidden\r\nX-Request-Id: smuggled\r\n\r\n';
const START = 'POST /v1/search HTTP/1.1\r\n';
const HOST = 'Host: a\r\n';

/** Bytes that two readers of HTTP/1.1 have been known to cut at different places (RFC 9112 6.3, 5.2, 2.2, 11.2). */
const SET: readonly [name: string, bytes: string][] = [
  [
    'length and chunks',
    `${START}${HOST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  [
    'chunks and length',
    `${START}${HOST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['two lengths', `${START}${HOST}Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['two equal lengths', `${START}${HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${HIDDEN}`],
  ['a list of lengths', `${START}${HOST}Content-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a signed length', `${START}${HOST}Content-Length: +2\r\n\r\n{}${HIDDEN}`],
  ['a length in hexadecimal', `${START}${HOST}Content-Length: 0x2\r\n\r\n{}${HIDDEN}`],
  ['a negative length', `${START}${HOST}Content-Length: -1\r\n\r\n${HIDDEN}`],
  ['chunked twice', `${START}${HOST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a coding nobody knows', `${START}${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunked, then identity', `${START}${HOST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a blank before the colon', `${START}${HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  [
    'a folded header',
    `${START}${HOST}Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['a chunk size that is none', `${START}${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n${HIDDEN}`],
  [
    'a chunk size beyond all',
    `${START}${HOST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${HIDDEN}`,
  ],
  [
    'a bare LF in a chunk extension',
    `${START}${HOST}Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['bare LF line ends', `POST /v1/search HTTP/1.1\nHost: a\nContent-Length: 0\n\n${HIDDEN}`],
  ['a bare CR', `POST /v1/search HTTP/1.1\rHost: a\r\n\r\n${HIDDEN}`],
  ['a NUL in a header', `${START}${HOST}X: a\u0000b\r\n\r\n${HIDDEN}`],
  ['no Host', `POST /v1/search HTTP/1.1\r\nContent-Length: 0\r\n\r\n${HIDDEN}`],
  ['two Hosts', `${START}${HOST}Host: b\r\nContent-Length: 0\r\n\r\n${HIDDEN}`],
  ['a header without a name', `${START}${HOST}: x\r\n\r\n${HIDDEN}`],
  ['a version from the future', `POST /v1/search HTTP/9.9\r\n${HOST}\r\n${HIDDEN}`],
];

/** All that comes back until the server closes. */
async function answersTo(bytes: string): Promise<string> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

describe('bytes made to be read differently by two servers (situation 14)', () => {
  let refused = 0;
  it.each(SET)(
    '%s: one refusal in our shape, the connection closed, nothing hidden answered',
    async (_name, bytes) => {
      const text = await answersTo(bytes);
      expect(text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
      expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(text.toLowerCase()).toContain('\r\nconnection: close\r\n');
      expect(text).not.toContain('smuggled');
      const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
      expect(body).toMatchObject({
        code: expect.stringMatching(/^[A-Z_]+$/),
        request_id: expect.any(String),
      });
      refused++;
    },
  );

  it('and the server goes on', async () => {
    process.stdout.write(`situation 14: ${JSON.stringify({ sent: SET.length, refused })}\n`);
    expect(refused).toBe(SET.length);
    expect((await world.ask('/v1/health')).status).toBe(200);
  });
});
