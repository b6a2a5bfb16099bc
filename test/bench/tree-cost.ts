import { readdirSync, readFileSync } from 'node:fs';
import { memoryOf, type ProcessEntry, parseStat, readProcesses } from '../../src/platform/process-table.ts';

/** Clock ticks per second in /proc (USER_HZ: 100 on every Linux architecture Node runs on, man 5 proc, 2026-11). */
const TICKS_PER_S = 100;
const KB = 1024;

/** A process and all that descend from it. Pure. */
export function descendants(root: number, all: readonly ProcessEntry[]): number[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []).map((entry) => entry.pid));
  return found;
}

/**
 * CPU seconds of a line of /proc/PID/stat: the process's own, and (unless `own`) those of children that ended and were
 * collected. Pure.
 */
export function cpuOfStat(stat: string, whose: 'own' | 'with collected' = 'with collected'): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  const collected = whose === 'own' ? 0 : (childrenUser ?? 0) + (childrenSystem ?? 0);
  return ((user ?? 0) + (system ?? 0) + collected) / TICKS_PER_S;
}

/** A process of a tree: its own CPU time so far, seconds, and the same with that of children that ended. */
export interface TreeMember {
  pid: number;
  ownS: number;
  withCollectedS: number;
}

/** The processes of a tree, one read each; none that is gone. */
export function treeMembers(root: number): TreeMember[] {
  const stats = new Map<number, string>();
  const entries = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readOrNothing(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) return [];
    stats.set(Number(name), stat);
    return parseStat(stat) ?? [];
  });
  return descendants(root, entries).flatMap((pid) => {
    const stat = stats.get(pid);
    return stat === undefined
      ? []
      : [{ pid, ownS: cpuOfStat(stat, 'own'), withCollectedS: cpuOfStat(stat, 'with collected') }];
  });
}

/** CPU seconds that a process tree has used so far, ended members included. */
export function treeCpuS(root: number): number {
  return treeMembers(root).reduce((sum, { withCollectedS }) => sum + withCollectedS, 0);
}

/** Memory of a process tree, bytes: PSS where the kernel tells it, else RSS, which counts shared pages many times. */
export function treeMemory(root: number): { bytes: number; kind: 'pss' | 'rss' } {
  let bytes = 0;
  let kind: 'pss' | 'rss' = 'pss';
  for (const pid of descendants(root, readProcesses())) {
    const pss = /^Pss:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
    if (pss !== undefined) {
      bytes += Number(pss) * KB;
      continue;
    }
    const memory = memoryOf(pid);
    if (memory.private + memory.shared === 0) continue; // Gone meanwhile.
    bytes += memory.private + memory.shared;
    kind = 'rss';
  }
  return { bytes, kind };
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // The process is gone, or not ours to look into.
  }
}
