import {
  commandLine,
  HAS_PROCESS_TABLE,
  killExactly,
  memoryOf,
  type ProcessEntry,
  readProcesses,
} from '../platform/process-table.ts';
import { type RunDelays, runDelaysOf } from '../platform/run-delay.ts';

/** A browser and its children: one process group, whose leader is named by its start too. */
export interface ProcessTree {
  group: number;
  /** Start of the group's leader; undefined where processes cannot be looked at. */
  leaderStart: number | undefined;
}

/** Memory of a browser's tree, bytes. */
export interface TreeMemory {
  /** What the processes use alone, and once what they share: close to PSS at a tenth of its price. */
  bytes: number;
  renderers: { process: ProcessEntry; bytes: number }[];
}

/** The living members of a tree; none when the group's number has been given to somebody else. */
export function treeMembers(tree: ProcessTree, entries = readProcesses()): ProcessEntry[] {
  const members = entries.filter(({ group }) => group === tree.group);
  const leader = members.find(({ pid }) => pid === tree.group);
  return leader !== undefined && leader.startTicks !== tree.leaderStart ? [] : members;
}

/** SIGKILL to all of a tree. One that is already gone is fine. Returns how many processes were hit. */
export function killTree(tree: ProcessTree): number {
  if (HAS_PROCESS_TABLE) return treeMembers(tree).filter((member) => killExactly(member)).length;
  try {
    process.kill(-tree.group, 'SIGKILL');
    return 1;
  } catch {
    return 0; // Gone already.
  }
}

/** How long the threads of a tree have waited for a processor, each process's own and by thread. */
export function treeDelays(tree: ProcessTree): RunDelays {
  return new Map(treeMembers(tree).flatMap(({ pid }) => [...runDelaysOf(pid)]));
}

/** What a tree uses; zero where processes cannot be looked at. */
export function treeMemory(tree: ProcessTree): TreeMemory {
  let alone = 0;
  let together = 0;
  const renderers: TreeMemory['renderers'] = [];
  for (const process of treeMembers(tree)) {
    const memory = memoryOf(process.pid);
    alone += memory.private;
    together = Math.max(together, memory.shared);
    if (commandLine(process.pid).includes('--type=renderer'))
      renderers.push({ process, bytes: memory.private });
  }
  return { bytes: alone + together, renderers };
}
