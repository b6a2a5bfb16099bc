import { markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import {
  commandLine,
  killExactly,
  type ProcessEntry,
  readProcess,
} from '../../src/platform/process-table.ts';
import { testLog } from '../integration/database.ts';
import type { ChaosWorld } from './chaos-world.ts';
import type { Feed } from './feed.ts';
import type { Fault } from './schedule.ts';
import type { Supervised } from './supervised.ts';

/** Ends a fault. */
type Relief = () => Promise<void> | void;

const HOUR_MS = 3_600_000;
const SLOW_MS = 50;
/** How many searches meet a bad page. */
const BAD_PAGES = 2;

/** Begins a fault; tells how it is ended. `random` is 0 to 1. */
export async function inflict(
  fault: Fault,
  world: ChaosWorld,
  feed: Feed,
  random: () => number,
): Promise<Relief> {
  const { proxy, store } = world;
  switch (fault.kind) {
    case 'worker-killed':
    case 'api-killed':
    case 'courier-killed': {
      const victim = processOf(fault, world);
      await victim.kill();
      return () => void victim.start(); // As long as the database is away, so is it.
    }
    case 'worker-frozen':
    case 'api-frozen':
      processOf(fault, world).signal('SIGSTOP');
      return () => processOf(fault, world).signal('SIGCONT');
    case 'browser-killed':
      for (const browser of pick(browsersOf(fault, world), random)) killExactly(browser);
      return () => undefined;
    case 'browser-frozen':
      return frozen(pick(browsersOf(fault, world), random));
    case 'database-stopped':
      await world.stopPostgres();
      return () => world.startPostgres();
    case 'database-half-open':
      proxy.silence();
      return () => proxy.forget();
    case 'database-slow':
      proxy.delay(SLOW_MS);
      return () => proxy.delay(0);
    case 'store-failing':
    case 'store-full':
      store.become(fault.kind === 'store-full' ? 'full' : 'failing');
      return () => store.become('well');
    case 'clock-ahead':
    case 'clock-behind':
      processOf(fault, world).setClock(fault.kind === 'clock-ahead' ? HOUR_MS : -HOUR_MS);
      return () => processOf(fault, world).setClock(0);
    case 'page-takes-memory':
    case 'page-spins':
    case 'page-opens-popups':
    case 'page-never-ends':
      for (let times = 0; times < BAD_PAGES; times++) {
        const [surface, scene] = BAD[fault.kind];
        feed.ask(surface, scene);
      }
      return () => undefined;
  }
}

const BAD = {
  'page-takes-memory': ['chatgpt', 'out-of-memory'],
  'page-spins': ['chatgpt', 'busy-loop'],
  'page-opens-popups': ['chatgpt', 'popups'],
  'page-never-ends': ['claude', 'endless-stream'],
} as const;

function processOf({ target }: Fault, world: ChaosWorld): Supervised {
  const found = world.processes.get(target);
  if (found === undefined) throw new TypeError(`the run has no ${target}`);
  return found;
}

/** Browsers and their children of one worker. */
function browsersOf({ target }: Fault, world: ChaosWorld): ProcessEntry[] {
  const root = new ScratchRoot(world.dataDir(target), testLog);
  return markedProcesses(root, root.list(0)).filter(
    ({ pid }) => !/--type=(zygote|utility)/.test(commandLine(pid)),
  );
}

function pick<T>(from: readonly T[], random: () => number): T[] {
  return from.slice(Math.floor(random() * from.length)).slice(0, 1);
}

function frozen(processes: readonly ProcessEntry[]): Relief {
  for (const { pid } of processes) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const { pid, startTicks } of processes)
      if (readProcess(pid)?.startTicks === startTicks) process.kill(pid, 'SIGCONT');
  };
}
