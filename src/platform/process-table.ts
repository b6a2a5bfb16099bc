import { readdirSync, readFileSync } from 'node:fs';

/** One process of this machine, as /proc tells it. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  /** Clock ticks from boot to its start: with the pid, it names a process for ever. */
  startTicks: number;
}

/** Memory of a process in bytes: what it alone uses, and what it maps together with others. */
export interface ProcessMemory {
  private: number;
  shared: number;
}

const PAGE_BYTES = 4_096;

/** Whether this machine tells its processes (Linux). */
export const HAS_PROCESS_TABLE = process.platform === 'linux';

/** All processes that can be seen from here; empty where there is no /proc. */
export function readProcesses(): ProcessEntry[] {
  if (!HAS_PROCESS_TABLE) return [];
  return readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : [],
  );
}

/** One process, or undefined when it is gone (or a zombie: ended, and only waiting to be collected). */
export function readProcess(pid: number): ProcessEntry | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(stat);
}

/** Reads /proc/PID/stat (man 5 proc, 2026-11): the name in parentheses may hold anything, so fields count from its end. */
export function parseStat(stat: string): ProcessEntry | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTicks = Number(fields[19]);
  if (state === 'Z' || state === 'X' || !Number.isInteger(startTicks)) return undefined;
  return { pid: Number.parseInt(stat, 10), parent: Number(parent), group: Number(group), startTicks };
}

/** Command line as one text, arguments separated by spaces; empty when it cannot be read. */
export function commandLine(pid: number): string {
  return (readText(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
}

/** Memory of a process, from /proc/PID/statm; zero when it is gone. */
export function memoryOf(pid: number): ProcessMemory {
  const [, resident = 0, shared = 0] = (readText(`/proc/${pid}/statm`) ?? '').split(' ').map(Number);
  return { private: Math.max(0, resident - shared) * PAGE_BYTES, shared: shared * PAGE_BYTES };
}

/** Sends SIGKILL to a process only if it is still the one that was looked at. True when it was sent. */
export function killExactly({ pid, startTicks }: ProcessEntry): boolean {
  if (readProcess(pid)?.startTicks !== startTicks) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // Gone in this very moment, or another user's.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // The process is gone, or not ours to look into; both are ordinary.
  }
}
