import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import type { Deadline } from './deadline.ts';

const POLL_MS = 25;
/** How long each signal is given, in the order they are sent. */
const ESCALATION = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

async function isPostgresIn(pid: string, dataDirectory: string): Promise<boolean> {
  try {
    const [cwd, program] = await Promise.all([readlink(`/proc/${pid}/cwd`), readlink(`/proc/${pid}/exe`)]);
    return cwd === dataDirectory && basename(program).startsWith('postgres');
  } catch {
    // Gone meanwhile, or another user's: then it is not a server over our directory.
    return false;
  }
}

/** Process ids of PostgreSQL servers and their children over this data directory (each has it as its cwd). */
async function postgresProcesses(dataDirectory: string): Promise<number[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(entries.map((pid) => isPostgresIn(pid, dataDirectory)));
  return entries.filter((_, index) => ours[index]).map(Number);
}

/** Sends a signal; a process that is gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function postmasterPid(dataDirectory: string): Promise<number | undefined> {
  try {
    const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8');
    return Number(text.split('\n')[0]);
  } catch {
    return undefined; // No such file: the server was stopped properly.
  }
}

async function goneWithin(dataDirectory: string, waitMs: number, deadline: Deadline): Promise<boolean> {
  const limit = deadline.within(waitMs);
  while ((await postgresProcesses(dataDirectory)).length > 0) {
    if (limit.remainingMs() <= POLL_MS) return false;
    await limit.pause(POLL_MS);
  }
  return true;
}

/**
 * Stops what a killed owner left running over the data directory: the caller holds the owner lock, so nobody else
 * may. Returns the process ids it found. Where there is no /proc (macOS) PostgreSQL's own pid file has to judge.
 */
export async function stopOrphans(dataDirectory: string, deadline: Deadline): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const directory = await realpath(dataDirectory);
  const found = await postgresProcesses(directory);
  if (found.length > 0 && !(await stopAll(directory, deadline))) {
    throw new FleetError(
      'DATABASE_UNAVAILABLE',
      `a PostgreSQL that a killed run left (process ${found[0]}) does not end`,
      {
        fix: `end process ${found[0]} by hand and start again`,
      },
    );
  }
  await rm(join(directory, 'postmaster.pid'), { force: true });
  return found;
}

async function stopAll(directory: string, deadline: Deadline): Promise<boolean> {
  for (const { signal, waitMs } of ESCALATION) {
    const alive = await postgresProcesses(directory);
    const parent = await postmasterPid(directory);
    const targets = parent !== undefined && alive.includes(parent) && signal !== 'SIGKILL' ? [parent] : alive;
    for (const pid of targets) signalProcess(pid, signal);
    if (await goneWithin(directory, waitMs, deadline)) return true;
  }
  return false;
}
