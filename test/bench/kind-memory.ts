import { readFileSync } from 'node:fs';
import { readProcesses } from '../../src/platform/process-table.ts';
import { kindOf, type ProcessKind } from './kind-cpu.ts';
import { descendants } from './tree-cost.ts';

const KB = 1_024;

/** What processes of one kind use, bytes. */
export interface KindMemory {
  processes: number;
  /** Memory with what is shared divided among those that share it (Linux: PSS). */
  pss: number;
  /** The part of it that no file and no other process holds. */
  anonymous: number;
}

/** Memory of a process tree by kind of process, without the subtrees of `apart`. */
export function memoryByKind(
  root: number,
  apart: readonly number[],
): Partial<Record<ProcessKind, KindMemory>> {
  const all = readProcesses();
  const left = new Set(apart.flatMap((pid) => descendants(pid, all)));
  const sums: Partial<Record<ProcessKind, KindMemory>> = {};
  for (const pid of descendants(root, all)) {
    if (left.has(pid)) continue;
    try {
      const kind = kindOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      const { pss, anonymous } = parseRollup(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      const sum = sums[kind] ?? { processes: 0, pss: 0, anonymous: 0 };
      sums[kind] = {
        processes: sum.processes + 1,
        pss: sum.pss + pss,
        anonymous: sum.anonymous + anonymous,
      };
    } catch {
      // Gone between the list and the look.
    }
  }
  return sums;
}

/** Reads /proc/PID/smaps_rollup (man 5 proc, 2026-11). Pure. */
export function parseRollup(text: string): { pss: number; anonymous: number } {
  const bytes = (name: string): number => {
    const kb = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return Number(kb ?? 0) * KB;
  };
  return { pss: bytes('Pss'), anonymous: bytes('Pss_Anon') };
}
