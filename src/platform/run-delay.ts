import { readdirSync } from 'node:fs';
import { type ReadKernelFile, readKernelFile } from './machine-load.ts';

/** Milliseconds that each thread of a process has waited for a processor since it began, by thread. */
export type RunDelays = ReadonlyMap<string, number>;

const NS_PER_MS = 1e6;

/**
 * How long the threads of a process could run and were given no processor: second field of /proc/PID/task/TID/schedstat
 * (Linux, Documentation/scheduler/sched-stats.rst, 2026-11). Empty where the kernel does not tell, or the process is gone.
 */
export function runDelaysOf(pid: number, read: ReadKernelFile = readKernelFile): RunDelays {
  return new Map(
    threadsOf(pid).flatMap((thread) => {
      const delay = Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[1] ?? Number.NaN);
      return Number.isFinite(delay) ? [[thread, delay / NS_PER_MS] as const] : [];
    }),
  );
}

/**
 * What the thread that waited longest waited between two looks, threads born meanwhile included; a stopped or stuck
 * process waits for none. Nothing where the first look told nothing. Pure.
 */
export function longestWait(before: RunDelays, after: RunDelays): number {
  if (before.size === 0) return 0;
  const waits = [...after].map(([thread, delay]) => delay - (before.get(thread) ?? 0));
  return Math.max(0, ...waits);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // Gone, or a machine without /proc.
  }
}
