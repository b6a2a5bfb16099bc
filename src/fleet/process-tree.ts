import {
  HAS_PROCESS_TABLE,
  killExactly,
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
