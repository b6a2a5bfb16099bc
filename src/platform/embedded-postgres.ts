import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import { isoTime, systemClock } from './clock.ts';
import { Deadline } from './deadline.ts';
import type { Log } from './log.ts';
import { acquireOwnerLock, type Owner } from './owner-lock.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { stopOrphans } from './postgres-orphans.ts';
import { chooseRunAs, handOver } from './postgres-run-as.ts';
import {
  type ClusterPaths,
  initialiseCluster,
  POSTGRES_DATABASE,
  POSTGRES_USER,
  type RunningServer,
  startServer,
  stopServer,
} from './postgres-server.ts';

const START_BUDGET_MS = 120_000;
const STOP_BUDGET_MS = 30_000;

export interface EmbeddedPostgres {
  /** Connection string, password included: never log it. */
  url: string;
  /** Fast shutdown; may be called more than once, each call resolves when the server is down. */
  stop: () => Promise<void>;
}

/**
 * Starts the PostgreSQL that npm brought, with its data under `<dataDir>/postgres`, on a free loopback port; resolves
 * when it accepts connections. One owner at a time: throws DATABASE_OWNED while another process has it. What a killed
 * owner left running is stopped first, its data kept. Works as root too. Throws DATABASE_UNAVAILABLE with a fix when
 * the directory cannot be written, the disk is full, or the server does not start.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: Log;
  /** Programs to run; those that npm brought unless given. */
  binaries?: PostgresBinaries;
}): Promise<EmbeddedPostgres> {
  const root = join(options.dataDir, 'postgres');
  const paths = {
    root,
    data: join(root, 'data'),
    password: join(root, 'password'),
    log: join(root, 'postgres.log'),
  };
  const release = await own(root);
  try {
    const began = systemClock.monotonic();
    const { server, password } = await bringUp(
      paths,
      options.binaries ?? findPostgresBinaries(),
      options.log,
      Deadline.after(START_BUDGET_MS),
    );
    options.log.info(
      { port: server.port, ms: Math.round(systemClock.monotonic() - began) },
      'embedded PostgreSQL is up',
    );
    const url = `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${server.port}/${POSTGRES_DATABASE}`;
    return { url, stop: stopOnce(server, release, options.log) };
  } catch (error) {
    release();
    throw asFleetError(error, root);
  }
}

/**
 * Connection string of the embedded PostgreSQL that another process of this installation runs right now, for commands
 * that only need a word with it. Throws DATABASE_UNAVAILABLE when it does not run.
 */
export async function joinEmbeddedPostgres(dataDir: string): Promise<string> {
  const root = join(dataDir, 'postgres');
  try {
    // Line 4 of postmaster.pid is the port (PostgreSQL 18, "Database File Layout").
    const port = Number((await readFile(join(root, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3]);
    const password = (await readFile(join(root, 'password'), 'utf8')).trim();
    return `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${POSTGRES_DATABASE}`;
  } catch (cause) {
    throw new FleetError('DATABASE_UNAVAILABLE', `the embedded PostgreSQL in ${root} is not running`, {
      cause,
    });
  }
}

async function own(root: string): Promise<() => void> {
  const startedAt = isoTime(systemClock.now() - process.uptime() * 1000);
  const me = { pid: process.pid, startedAt, command: process.argv.slice(1).join(' ') };
  try {
    await mkdir(dirname(root), { recursive: true });
    await mkdir(root, { recursive: true, mode: 0o700 });
    const lock = await acquireOwnerLock(root, me);
    if (lock.held) return lock.release;
    throw ownedBy(lock.owner, root);
  } catch (error) {
    throw asFleetError(error, root);
  }
}

function ownedBy(owner: Owner | undefined, root: string): FleetError {
  const who = owner
    ? `process ${owner.pid} (${owner.command}), started ${owner.startedAt}`
    : 'another process';
  return new FleetError('DATABASE_OWNED', `the embedded PostgreSQL in ${root} is in use by ${who}`, {
    fix: 'stop that process, or set FLEET_DATA_DIR to another directory, or DATABASE_URL to a PostgreSQL of your own',
  });
}

async function bringUp(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  log: Log,
  deadline: Deadline,
): Promise<{ server: RunningServer; password: string }> {
  const created = existsSync(join(paths.data, 'PG_VERSION'));
  const password = await keepPassword(paths, created);
  const runAs = chooseRunAs(binaries, paths.root);
  if (created) {
    const orphans = await stopOrphans(paths.data, deadline);
    if (orphans.length > 0) log.warn({ pid: orphans[0] }, 'stopped a PostgreSQL that a killed run had left');
  }
  handOver(paths.root, runAs);
  if (!created) {
    log.info({ directory: paths.root, run: runAs.how }, 'creating the embedded PostgreSQL');
    await initialiseCluster(binaries, runAs, paths, deadline);
  }
  const server = await startServer(binaries, runAs, paths, deadline);
  return { server, password };
}

/** The password of the cluster, made once; only this user can read the file. */
async function keepPassword(paths: ClusterPaths, created: boolean): Promise<string> {
  if (existsSync(paths.password)) return (await readFile(paths.password, 'utf8')).trim();
  if (created) {
    throw new FleetError(
      'DATABASE_UNAVAILABLE',
      `${paths.password} is gone, and the database cannot be opened without it`,
      {
        fix: `put the file back, or move ${paths.root} away to begin anew`,
      },
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(paths.password, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

/**
 * A shell that waits for this process to be gone, however it went (its end of the pipe closes), and then shuts the
 * server down. Returns how to dismiss it.
 */
function guard(pid: number): () => void {
  const script = 'cat >/dev/null; kill -INT "$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  shell.once('error', () => undefined); // No shell: then the next start stops what is left, as after a power cut.
  shell.stdin?.on('error', () => undefined); // The pipe of a dismissed guard.
  if (shell.stdin && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return () => {
    if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGKILL');
  };
}

function stopOnce(server: RunningServer, release: () => void, log: Log): () => Promise<void> {
  const dismiss = server.process.pid === undefined ? () => undefined : guard(server.process.pid);
  let stopping: Promise<void> | undefined;
  void server.exited.then(() => {
    dismiss();
    if (!stopping) log.error('the embedded PostgreSQL ended by itself');
  });
  const stop = async (): Promise<void> => {
    await stopServer(server, Deadline.after(STOP_BUDGET_MS));
    release();
  };
  return () => {
    stopping ??= stop();
    return stopping;
  };
}

/** SQLite's "the disk is full" (sqlite.org/rescode.html#full, read 2026-11): the owner lock is its file. */
const SQLITE_FULL = 13;
const DIRECTORY_ERRORS = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ERR_SQLITE_ERROR'];

function asFleetError(error: unknown, root: string): unknown {
  if (error instanceof FleetError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const full =
    code === 'ENOSPC' || code === 'EDQUOT' || ('errcode' in error && error.errcode === SQLITE_FULL);
  if (full) {
    return new FleetError('DATABASE_UNAVAILABLE', `the disk that holds ${root} is full`, {
      fix: 'free some space, or set FLEET_DATA_DIR to a directory on another disk',
      cause: error,
    });
  }
  if (!DIRECTORY_ERRORS.includes(code)) return error;
  return new FleetError('DATABASE_UNAVAILABLE', `${root} cannot be used for the database: ${error.message}`, {
    fix: 'make it writable, or set FLEET_DATA_DIR to a directory that is',
    cause: error,
  });
}
