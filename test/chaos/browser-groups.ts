import { markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import { testLog } from '../integration/database.ts';

const LOOK_MS = 1_000;

/** Process groups that browsers of a fleet have, or had. */
export interface BrowserGroups {
  seen: ReadonlySet<number>;
  /** Looks now. */
  look(): void;
  stop(): void;
}

/**
 * Watches for browsers under these data directories. What a browser's children are can only be told by their group:
 * Chromium overwrites their environment, and their command line names no folder, so that one whose browser is dead and
 * whose folder is gone could belong to anybody.
 */
export function watchBrowserGroups(dataDirs: readonly string[]): BrowserGroups {
  const roots = dataDirs.map((dataDir) => new ScratchRoot(dataDir, testLog));
  const seen = new Set<number>();
  const look = (): void => {
    for (const root of roots) for (const { group } of markedProcesses(root, root.list(0))) seen.add(group);
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return { seen, look, stop: () => clearInterval(timer) };
}
