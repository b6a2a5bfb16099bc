import { setTimeout as pause } from 'node:timers/promises';
import { FleetError } from '../../src/contract/errors.ts';
import { type ChaosWorld, openChaosWorld, type WorldSize } from './chaos-world.ts';
import { Feed } from './feed.ts';
import { inflict } from './inflict.ts';
import { TERMINAL_WITHIN_MS, type Violation, violationsOf } from './oracle.ts';
import type { Snapshot } from './oracle-facts.ts';
import { type Fault, type FaultKind, scheduleFaults, seededRandom } from './schedule.ts';
import { leftBehind, takeSnapshot, waiting } from './snapshot.ts';
import { type Tally, tallyOf } from './tally.ts';

export interface ChaosOptions extends WorldSize {
  seed: number;
  durationMs: number;
  /** Mean pause between searches. */
  everyMs: number;
  /** No further search while so many children are open. */
  atMostOpen?: number;
  kinds?: readonly FaultKind[];
  say: (line: string) => void;
  /** The fleet's folder with its logs is kept when something is wrong. */
  keep?: boolean;
}

export interface ChaosResult {
  faults: readonly Fault[];
  snapshot: Snapshot;
  violations: Violation[];
  tally: Tally;
  /** Requests repeated, and how long after the last fault all was done. */
  retries: number;
  settledMs: number;
}

const LOOK_MS = 1_000;
const BACKLOG_MS = 3_000;
/** A drain takes 40 s at most; the rest is for a busy machine. */
const STOP_MS = 150_000;

/** One run: a fleet, searches, faults, then peace; and the oracle's word on it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { say } = options;
  const world = await openChaosWorld(options);
  try {
    const faults = scheduleFaults(options);
    say(`fleet of ${[...world.processes.keys()].join(', ')} in ${world.root}; ${faults.length} faults`);
    const backlog = { open: 0, over: false };
    const hasRoom = (): boolean => backlog.open < (options.atMostOpen ?? Number.POSITIVE_INFINITY);
    const feed = new Feed({ ...options, ...world, webhookUrl: world.receiver.url, hasRoom });
    const feeding = [feed.run(), watchBacklog(world, backlog)];
    const lastFaultEndedAt = await playOut(faults, world, feed, options);
    backlog.over = true;
    await feed.finish();
    await Promise.all(feeding);
    return { faults, ...(await judgeRun(world, feed, lastFaultEndedAt, say)), retries: feed.retries };
  } finally {
    await world.close(options.keep === true);
  }
}

/** Once the searches have ended: waits until all is done, ends the fleet, and hears the oracle. */
export async function judgeRun(
  world: ChaosWorld,
  feed: Feed,
  lastFaultEndedAt: number,
  say: (line: string) => void,
): Promise<Pick<ChaosResult, 'snapshot' | 'violations' | 'tally' | 'settledMs'>> {
  const allEndedAt = await untilDone(world, say);
  const ends = await stopAll(world);
  const snapshot = await takeSnapshot(world, feed, { lastFaultEndedAt, allEndedAt, ...ends });
  const violations = violationsOf(snapshot);
  const tally = tallyOf(snapshot, violations);
  return { snapshot, violations, tally, settledMs: allEndedAt - lastFaultEndedAt };
}

/** Counts the open children now and then; while the database is away the last count stands. */
async function watchBacklog(world: ChaosWorld, backlog: { open: number; over: boolean }): Promise<void> {
  while (!backlog.over) {
    try {
      backlog.open = (await world.look(waiting)).open;
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
    }
    await pause(BACKLOG_MS);
  }
}

/** Inflicts and ends each fault at its time, then waits for the run's end; tells when the last fault had ended. */
async function playOut(
  faults: readonly Fault[],
  world: ChaosWorld,
  feed: Feed,
  { seed, durationMs, say }: ChaosOptions,
): Promise<number> {
  const began = performance.now();
  const random = seededRandom(seed ^ 0xfa17);
  const until = (atMs: number): Promise<void> => pause(Math.max(0, began + atMs - performance.now()));
  // The schedule gives a target one fault at a time; where this machine comes late, the next one waits for its turn.
  const lasts = new Map<string, Promise<number>>();
  const ends = await Promise.all(
    faults.map((fault) => {
      const { kind, target, startMs, endMs } = fault;
      const before = lasts.get(target);
      const played = (async () => {
        await Promise.all([until(startMs), before]);
        say(`${clock(began)} ${kind} ${target} for ${((endMs - startMs) / 1000).toFixed(1)} s`);
        const relieve = await inflict(fault, world, feed, random);
        await until(endMs);
        await relieve();
        return Date.now();
      })();
      lasts.set(target, played);
      return played;
    }),
  );
  const lastFaultEndedAt = Math.max(Date.now() - durationMs, ...ends);
  await until(durationMs);
  return lastFaultEndedAt;
}

/** Waits until every child has ended and every event is delivered; gives up after the time the oracle allows. */
async function untilDone(world: ChaosWorld, say: (line: string) => void): Promise<number> {
  const giveUpAt = Date.now() + TERMINAL_WITHIN_MS;
  for (;;) {
    const { open, untold } = await world.look(waiting);
    if (open + untold === 0) return Date.now();
    if (Date.now() > giveUpAt) {
      say(`gave up waiting: ${open} children open, ${untold} events not delivered`);
      return Date.now();
    }
    await pause(LOOK_MS);
  }
}

/** Asks every process to end; tells who did it otherwise than with 0, and what is there afterwards. */
async function stopAll(world: ChaosWorld): Promise<{ badEnds: string[]; left: Snapshot['left'] }> {
  const badEnds: string[] = [];
  world.browserGroups.look();
  const stopped = [...world.processes].map(async ([name, one]) => {
    // Whoever is just being started has not yet said what it does at a signal.
    const wasReady = one.ready;
    const end = await one.stop();
    if (wasReady && end !== 0) badEnds.push(`${name} ended with ${end}`);
  });
  await Promise.race([Promise.all(stopped), pause(STOP_MS, undefined, { ref: false })]);
  return { badEnds, left: leftBehind(world) };
}

function clock(began: number): string {
  return `[+${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s]`;
}
