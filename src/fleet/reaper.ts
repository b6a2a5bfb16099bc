import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { commandLine, killExactly, type ProcessEntry, readProcesses } from '../platform/process-table.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import type { FleetCounters } from './fleet-counters.ts';
import { treeMembers } from './process-tree.ts';
import {
  type BrowserMark,
  FOREIGN_AGE_MS,
  MARK_SWITCH,
  type Owner,
  ownerLives,
  parseMark,
  type ScratchFolder,
  type ScratchRoot,
} from './scratch.ts';

/** A process that bears the mark of this fleet. */
export interface MarkedProcess extends ProcessEntry {
  id: string;
  mark: BrowserMark;
}

/** What the operating system shows, and what the ledger says. */
export interface ReaperView {
  self: Owner;
  processes: readonly MarkedProcess[];
  folders: readonly { id: string; ageMs: number }[];
  /** Ids of this process's browsers. */
  ledger: ReadonlySet<string>;
  /** Whether the process of an owner in our scope still runs. */
  lives: (owner: Owner) => boolean;
}

export interface ReaperVerdict {
  kill: MarkedProcess[];
  sweep: string[];
}

/**
 * Which processes and folders belong to nobody any more: their owner is dead, or it is this process, which does not
 * know them. What belongs to a living owner is its own business; owners on other hosts or in other containers cannot
 * be asked, so their folders are judged by age alone. Pure.
 */
export function decideReaping(view: ReaperView): ReaperVerdict {
  const { self, ledger, lives } = view;
  const isOrphan = (mark: BrowserMark, id: string): boolean => {
    if (mark.scope !== self.scope) return false;
    const isOurs = mark.pid === self.pid && mark.startTicks === self.startTicks;
    return isOurs ? !ledger.has(id) : !lives(mark);
  };
  return {
    kill: view.processes.filter(({ mark, id }) => isOrphan(mark, id)),
    sweep: view.folders.flatMap(({ id, ageMs }) => {
      const mark = parseMark(id);
      if (mark === undefined) return [];
      const abandoned = mark.scope === self.scope ? isOrphan(mark, id) : ageMs > FOREIGN_AGE_MS;
      return abandoned ? [id] : [];
    }),
  };
}

/** The browser id in a mark of this fleet (`fleet.id`); undefined for other fleets' marks. Pure. */
export function idInMark(mark: string | undefined, fleet: string): string | undefined {
  return mark?.startsWith(`${fleet}.`) ? mark.slice(fleet.length + 1) : undefined;
}

/**
 * Processes of this fleet's browsers: a browser by its switch, its children by the process group they share with it or
 * that its folder notes.
 */
export function markedProcesses(root: ScratchRoot, folders: readonly ScratchFolder[]): MarkedProcess[] {
  const entries = readProcesses();
  const groups = new Map<number, string>();
  for (const { id, tree } of folders)
    if (tree !== undefined && treeMembers(tree, entries).length > 0) groups.set(tree.group, id);
  for (const { pid, group } of entries) {
    const id = idInMark(markOn(pid), root.fleet);
    if (id !== undefined) groups.set(group, id);
  }
  return entries.flatMap((entry) => {
    const id = groups.get(entry.group);
    const mark = id === undefined ? undefined : parseMark(id);
    return id === undefined || mark === undefined ? [] : [{ ...entry, id, mark }];
  });
}

function markOn(pid: number): string | undefined {
  const words = commandLine(pid).split(' ');
  return words.find((word) => word.startsWith(`${MARK_SWITCH}=`))?.slice(MARK_SWITCH.length + 1);
}

/** One look: ends orphaned processes, then removes orphaned folders. Returns what was done. */
export async function reapOnce(
  root: ScratchRoot,
  counters: FleetCounters,
  clock: Clock,
  log: Log,
): Promise<{ processes: number; folders: number }> {
  const seen = root.list(clock.now());
  const verdict = decideReaping({
    self: root.owner,
    processes: markedProcesses(root, seen),
    folders: seen,
    ledger: root.ids,
    lives: ownerLives,
  });
  const processes = verdict.kill.filter((orphan) => killExactly(orphan)).length;
  let folders = 0;
  for (const id of verdict.sweep) if (await root.remove(id)) folders++;
  counters.reaperLooks++;
  counters.orphanProcesses += processes;
  counters.orphanFolders += folders;
  if (processes + folders > 0) log.warn({ processes, folders }, 'orphans of this fleet were ended');
  return { processes, folders };
}

const LOOK_MS = 60_000;

/** Looks at once and then every minute until stopped. A failing look is logged and the next one tries again. */
export function startReaper(root: ScratchRoot, counters: FleetCounters, clock: Clock, log: Log): Rounds {
  return startRounds({
    round: async () => void (await reapOnce(root, counters, clock, log)),
    everyMs: LOOK_MS,
    failed: (err) => log.warn({ err }, 'the reaper could not look; its next look tries again'),
  });
}
