import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { hearErrors, openDatabase } from '../../../src/platform/database.ts';
import { createLog } from '../../../src/platform/log.ts';

const servers: Server[] = [];
const surprises: unknown[] = [];
const surprised = (error: unknown): void => void surprises.push(error);

afterEach(() => {
  process.off('uncaughtException', surprised);
  for (const server of servers.splice(0)) server.close();
});

/** Length-prefixed message of the wire protocol (PostgreSQL 17 documentation, 53.7, 2026-11). */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));
const SHUT_DOWN = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/** A server that is shut down in the moment a connection is ready: both stand in one packet. */
async function serverThatEndsAsItBegins(): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, SHUT_DOWN])));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return `postgres://fleet@127.0.0.1:${address.port}/fleet?sslmode=disable`;
}

it.each(['query', 'transaction', 'briefTransaction'] as const)(
  'a server that is shut down in the moment a connection is ready fails the %s and not the process',
  async (how) => {
    process.on('uncaughtException', surprised);
    const db = openDatabase(await serverThatEndsAsItBegins(), { log: createLog('silent', 'test') });
    const asked = how === 'query' ? db.query('SELECT 1') : db[how](async (sql) => sql.query('SELECT 1', []));
    await expect(asked).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await db.close();
    expect(surprises).toEqual([]);
  },
);

it('nor does it end a process whose pool is another’s (pg-boss lends its own in the same way)', async () => {
  process.on('uncaughtException', surprised);
  const url = await serverThatEndsAsItBegins();
  const pool = new pg.Pool({ connectionString: url, onConnect: hearErrors });
  pool.on('error', () => undefined);
  await expect(pool.connect().then((client) => client.query('SELECT 1'))).rejects.toThrow();
  expect(surprises).toEqual([]);
});
