import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import { type Deadline, DeadlineError } from './deadline.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { signalProcess } from './postgres-orphans.ts';
import type { RunAs } from './postgres-run-as.ts';

export const POSTGRES_USER = 'fleet';
export const POSTGRES_DATABASE = 'postgres';

const POLL_MS = 20;
const PORT_ATTEMPTS = 3;
const LOG_TAIL_LINES = 12;

/** For a small machine; durability stays on, because an accepted job must survive a power cut. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  fsync: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_checkpoints: 'off',
} as const;

/** Where a cluster's files are; all absolute. */
export interface ClusterPaths {
  root: string;
  data: string;
  password: string;
  log: string;
}

/** A server that accepts connections. */
export interface RunningServer {
  port: number;
  process: ChildProcess;
  exited: Promise<void>;
}

const quietEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** The one line that says why PostgreSQL failed, made of what it wrote, and what to do about it. */
export function explainPostgresFailure(output: string, directory: string): { message: string; fix: string } {
  if (/No space left on device|ENOSPC/.test(output)) {
    return {
      message: `the disk that holds ${directory} is full`,
      fix: 'free some space, or set FLEET_DATA_DIR to a directory on another disk',
    };
  }
  const lines = output.split('\n').map((line) => line.trim());
  const said =
    lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.findLast((line) => line !== '');
  return {
    message: `the embedded PostgreSQL did not start: ${said ?? 'it said nothing'}`,
    fix: `see ${join(directory, 'postgres.log')}, or set DATABASE_URL to a PostgreSQL 14 or newer`,
  };
}

function failure(output: string, paths: ClusterPaths): FleetError {
  const { message, fix } = explainPostgresFailure(output, paths.root);
  return new FleetError('DATABASE_UNAVAILABLE', message, { fix });
}

/** Creates the cluster beside its place and moves it there whole, so that a killed run leaves no half of one. */
export async function initialiseCluster(
  binaries: PostgresBinaries,
  runAs: RunAs,
  paths: ClusterPaths,
  deadline: Deadline,
): Promise<void> {
  const draft = `${paths.data}.new`;
  await rm(draft, { recursive: true, force: true });
  const call = runAs.wrap(binaries.initdb, [
    `--pgdata=${draft}`,
    `--username=${POSTGRES_USER}`,
    `--pwfile=${paths.password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  const child = spawn(call.file, call.args, {
    ...call.options,
    cwd: '/',
    env: quietEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    const code = await deadline.run('initdb', () => ended);
    if (code !== 0) throw failure(output, paths);
  } catch (error) {
    child.kill('SIGKILL');
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  await rename(draft, paths.data);
}

/** A TCP port of the loopback interface that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function launch(binaries: PostgresBinaries, runAs: RunAs, paths: ClusterPaths, port: number): RunningServer {
  const settings = Object.entries({ ...SETTINGS, port: String(port) });
  const call = runAs.wrap(binaries.postgres, [
    '-D',
    paths.data,
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const logFile = openSync(paths.log, 'w', 0o600);
  try {
    // A process group of its own: Ctrl-C in a terminal must reach the fleet, which drains before it stops this.
    const child = spawn(call.file, call.args, {
      ...call.options,
      cwd: '/',
      env: quietEnvironment,
      detached: true,
      stdio: ['ignore', 'ignore', logFile],
    });
    const exited = new Promise<void>((resolve) => {
      child.once('error', () => resolve()); // Could not be started: the wait for readiness reports it.
      child.once('exit', () => resolve());
    });
    return { port, process: child, exited };
  } finally {
    closeSync(logFile);
  }
}

/** PostgreSQL writes `ready` in the last line of its pid file (the way pg_ctl waits for it, PostgreSQL 10 and up). */
async function saysReady(paths: ClusterPaths, port: number): Promise<boolean> {
  try {
    const lines = (await readFile(join(paths.data, 'postmaster.pid'), 'utf8')).split('\n');
    return lines[7]?.trim() === 'ready' && lines[3] === String(port);
  } catch {
    return false; // Not written yet.
  }
}

async function untilReady(server: RunningServer, paths: ClusterPaths, deadline: Deadline): Promise<boolean> {
  let over = false;
  void server.exited.then(() => {
    over = true;
  });
  while (!(await saysReady(paths, server.port))) {
    if (over) return false;
    await deadline.pause(POLL_MS);
  }
  return true;
}

/** Starts the server on a free loopback port and waits until it accepts connections. */
export async function startServer(
  binaries: PostgresBinaries,
  runAs: RunAs,
  paths: ClusterPaths,
  deadline: Deadline,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const server = launch(binaries, runAs, paths, await freePort());
    try {
      if (await untilReady(server, paths, deadline)) return server;
    } catch (error) {
      if (server.process.pid !== undefined) signalProcess(server.process.pid, 'SIGKILL');
      throw error;
    }
    const output = readFileSync(paths.log, 'utf8').split('\n').slice(-LOG_TAIL_LINES).join('\n');
    if (attempt === PORT_ATTEMPTS || !/Address already in use/.test(output)) throw failure(output, paths);
  }
}

/** How long each way of stopping is given, in order; the last cannot be refused. */
const STOP_LADDER = [
  { signal: 'SIGINT', waitMs: 20_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** Fast shutdown: sessions are ended, everything is written. Harder ways follow only when that does not end. */
export async function stopServer(server: RunningServer, deadline: Deadline): Promise<void> {
  const pid = server.process.pid;
  if (pid === undefined) return;
  for (const { signal, waitMs } of STOP_LADDER) {
    if (server.process.exitCode !== null || server.process.signalCode !== null) return;
    signalProcess(pid, signal);
    try {
      await deadline.run('stopping PostgreSQL', () => server.exited, { budgetMs: waitMs });
      return;
    } catch (error) {
      if (!(error instanceof DeadlineError) || signal === 'SIGKILL') throw error;
    }
  }
}
