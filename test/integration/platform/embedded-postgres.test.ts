import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts';
import { createLog } from '../../../src/platform/log.ts';
import { findPostgresBinaries } from '../../../src/platform/postgres-binaries.ts';

const log = createLog('silent', 'test');
const HOLDER = join(import.meta.dirname, 'hold-postgres.ts');

let dataDir: string;
let open: EmbeddedPostgres[];
let holders: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fleet-postgres-'));
  open = [];
  holders = [];
});

afterEach(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  await Promise.all(open.map((postgres) => postgres.stop()));
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  open.push(postgres);
  return postgres;
}

/** Another process that owns the database of `dataDir`; its connection string too. */
async function startHolder(): Promise<{ holder: ChildProcess; url: string }> {
  const holder = spawn(process.execPath, [HOLDER, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  const lines = createInterface({ input: holder.stdout });
  const [url]: unknown[] = await once(lines, 'line');
  return { holder, url: String(url) };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined); // The server of a killed owner ends under its client.
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  it('keeps its data over a restart', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('listens on loopback only, with a password that only its owner can read', async () => {
    const { url } = await start();
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    const stranger = new URL(url);
    stranger.password = 'wrong';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('runs in a directory that no other user can enter', async () => {
    await chmod(dataDir, 0o700);
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs programs that lie in a directory no other user can enter: a clone made in mktemp -d', async () => {
    const closed = join(dataDir, 'clone');
    const native = join(dirname(findPostgresBinaries().initdb), '..');
    await cp(native, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    await chmod(closed, 0o700);
    const bin = join(closed, 'native', 'bin');
    const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    const { url, stop } = await startEmbeddedPostgres({ dataDir: join(closed, 'data'), log, binaries });
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stop();
  });

  it('stops however often it is told to', async () => {
    const postgres = await start();
    await Promise.all([postgres.stop(), postgres.stop()]);
    await postgres.stop();
    await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('refuses a second owner, saying which process has it and what to do', async () => {
    const { holder } = await startHolder();
    await expect(start()).rejects.toMatchObject({
      code: 'DATABASE_OWNED',
      message: expect.stringMatching(new RegExp(`process ${holder.pid} \\(.*hold-postgres.*started \\d{4}-`)),
      fix: expect.stringContaining('FLEET_DATA_DIR'),
    });
  });

  it('refuses a second start in the same process too', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'DATABASE_OWNED' });
  });

  it('goes on with all data after its owner was killed', async () => {
    const { holder, url } = await startHolder();
    await query(url, 'CREATE TABLE accepted AS SELECT 7 AS job');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const next = await start();
    expect(await query(next.url, 'SELECT job FROM accepted')).toEqual([{ job: 7 }]);
  });

  it('is free again once its owner stopped properly', async () => {
    const { holder } = await startHolder();
    holder.kill('SIGTERM');
    expect(await once(holder, 'exit')).toEqual([0, null]);
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says in one line what to do where the directory cannot be made', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    await expect(startEmbeddedPostgres({ dataDir: file, log })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(/^.*cannot be used for the database.*$/),
      fix: expect.stringContaining('FLEET_DATA_DIR'),
    });
  });
});
