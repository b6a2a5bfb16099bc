/** What a chaos run does to a fleet; issue 5, *Show*, and specs/fleet.md 6. */
export const FAULT_KINDS = [
  'worker-killed',
  'worker-frozen',
  'browser-killed',
  'browser-frozen',
  'api-killed',
  'api-frozen',
  'courier-killed',
  'database-stopped',
  'database-half-open',
  'database-slow',
  'store-failing',
  'store-full',
  'page-takes-memory',
  'page-spins',
  'page-opens-popups',
  'page-never-ends',
  'clock-ahead',
  'clock-behind',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a fault is done to; two faults never hold the same thing at once. */
export type Target =
  | `worker-${number}`
  | `api-${number}`
  | 'courier'
  | 'database'
  | 'store'
  | `pages-${string}`;

/** One fault. Milliseconds from the run's start. */
export interface Fault {
  kind: FaultKind;
  target: Target;
  startMs: number;
  endMs: number;
}

export interface ScheduleOptions {
  seed: number;
  durationMs: number;
  workers: number;
  apis: number;
  /** Which kinds; all unless given. */
  kinds?: readonly FaultKind[];
}

/** A run of this length or longer meets every kind of fault. */
export const LONG_ENOUGH_MS = 8 * 60_000;

/** How long a fault lasts, in seconds, and the mean pause from one start to the next. */
const LASTS: Readonly<Record<FaultKind, readonly [least: number, most: number]>> = {
  'worker-killed': [1, 15],
  'worker-frozen': [15, 60],
  'browser-killed': [1, 1],
  'browser-frozen': [10, 40],
  'api-killed': [1, 10],
  'api-frozen': [5, 30],
  'courier-killed': [1, 15],
  'database-stopped': [3, 30],
  'database-half-open': [5, 20],
  'database-slow': [10, 30],
  'store-failing': [5, 40],
  'store-full': [5, 40],
  'page-takes-memory': [5, 15],
  'page-spins': [5, 15],
  'page-opens-popups': [5, 15],
  'page-never-ends': [5, 15],
  'clock-ahead': [20, 60],
  'clock-behind': [20, 60],
};
const GAP_MS = 10_000;
const QUIET_START_MS = 5_000;

/**
 * The faults of a run in the order they begin, from nothing but the seed: kinds are dealt from shuffled decks, so that
 * each comes before one comes twice; faults of different targets may overlap. The last fifth of the run, at most a
 * minute, is without any. Pure.
 */
export function scheduleFaults(options: ScheduleOptions): Fault[] {
  const { durationMs, kinds = FAULT_KINDS } = options;
  const random = seededRandom(options.seed);
  const lastEndMs = durationMs - Math.min(60_000, durationMs / 5);
  const freeAt = new Map<Target, number>();
  const faults: Fault[] = [];
  let at = Math.min(QUIET_START_MS, durationMs / 10);
  for (let deck: FaultKind[] = []; ; ) {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop();
    if (kind === undefined) break; // No kinds at all.
    const target = targetOf(kind, options, random);
    const [least, most] = LASTS[kind];
    const lastsMs = Math.round(1000 * (least + random() * (most - least)));
    const startMs = Math.round(Math.max(at, freeAt.get(target) ?? 0));
    if (startMs + 1_000 >= lastEndMs) break;
    const endMs = Math.min(startMs + lastsMs, lastEndMs);
    faults.push({ kind, target, startMs, endMs });
    freeAt.set(target, endMs + 1_000);
    at = at + GAP_MS * (0.5 + random());
  }
  return faults.sort((one, other) => one.startMs - other.startMs);
}

function targetOf(kind: FaultKind, { workers, apis }: ScheduleOptions, random: () => number): Target {
  const [what] = kind.split('-');
  if (what === 'api') return `api-${Math.floor(random() * apis)}`;
  if (what === 'courier' || what === 'database' || what === 'store') return what;
  if (what === 'page') return `pages-${kind}`;
  if (what !== 'clock') return `worker-${Math.floor(random() * workers)}`;
  // Everything that reads a clock may have a wrong one.
  const which = Math.floor(random() * (workers + apis + 1));
  if (which < workers) return `worker-${which}`;
  return which < workers + apis ? `api-${which - workers}` : 'courier';
}

function shuffled<T>(of: readonly T[], random: () => number): T[] {
  const items = [...of];
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}

/** Numbers from 0 up to 1 that a seed determines (mulberry32, Tommy Ettinger, public domain, 2017). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
