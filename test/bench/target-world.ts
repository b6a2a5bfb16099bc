import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { LaneGate } from '../../src/fleet/lane-gate.ts';
import { Lanes } from '../../src/fleet/lanes.ts';
import { Worker } from '../../src/fleet/worker.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { submit } from '../../src/jobs/submit.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { createLog } from '../../src/platform/log.ts';
import { claude } from '../../surfaces/claude/surface.ts';
import { simSurface } from './sim-page.ts';
import { startSimStage } from './sim-stage.ts';

/** Replicates of one search at most. */
const MOST = 50;
const CAPTURE_MS = 60_000;

const finishedLine = z.object({
  ...{ msg: z.literal('capture.finished'), childId: z.string(), outcome: z.string(), settled: z.boolean() },
  ...{ ms: z.number(), captureMs: z.number(), extractMs: z.number(), settleMs: z.number() },
  ...{ navigateMs: z.number(), awaitMs: z.number(), proofMs: z.number(), htmlChars: z.number() },
});

/** An attempt that ended, from its line in the log. */
export interface Finished extends Omit<z.infer<typeof finishedLine>, 'msg'> {
  /** When the line was written: the slot is about to be free. Monotonic ms. */
  at: number;
  /** What the page itself needed, ms; only the sim's pages tell. */
  pageMs: number;
}

/** The real worker with Postgres, browser and a stage of its own: what the targets are measured on. */
export interface TargetWorld {
  pool: BrowserPool;
  databaseUrl: string;
  /** Process of the stage, whose work is not the fleet's. */
  stagePid: number;
  finished: readonly Finished[];
  /** Monotonic ms at which each page was given back. */
  givenBack: readonly number[];
  /** Monotonic ms at which each first navigation was about to start. */
  dispatched: readonly number[];
  submit(query: string, captures: number, surface?: 'chatgpt' | 'claude'): Promise<void>;
  /** Waits until so many children have ended in all, however they ended. */
  settled(children: number): Promise<void>;
  /** The same; throws when one of them was not answered. */
  ended(children: number): Promise<void>;
  /** Waits for a navigation after this moment; tells when. */
  nextDispatch(after: number): Promise<number>;
  close(): Promise<void>;
}

export interface TargetWorldOptions {
  slots: number;
  /** Path of the browser; the headless shell that is installed when absent. */
  browser?: string | undefined;
  /** Longest a capture may take; 60 s when absent. */
  captureTimeoutMs?: number;
}

export async function openTargetWorld({
  slots,
  browser,
  captureTimeoutMs = CAPTURE_MS,
}: TargetWorldOptions): Promise<TargetWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const path = browser === undefined ? {} : { FLEET_BROWSER_PATH: browser };
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir, ...path }, '/');
  const stage = await startSimStage();
  const finished: Finished[] = [];
  const dispatched: number[] = [];
  const givenBack: number[] = [];
  const waiting = new Set<() => void>();
  const news = (): void => {
    for (const look of [...waiting]) look();
  };
  let pageMs = Number.NaN;
  const log = createLog('info', 'bench', {
    write: (line) => {
      const parsed = finishedLine.safeParse(JSON.parse(line));
      if (!parsed.success) return;
      const { msg: _said, ...facts } = parsed.data;
      finished.push({ ...facts, at: performance.now(), pageMs });
      news();
    },
  });
  const foundation = await openFoundation(config, createLog('fatal', 'bench'));
  const { db, queue, listener } = foundation;
  await ensureFirstAccount(db, { startCredits: 1_000_000, now: Date.now() });
  const found = findBrowser(config, 'shell');
  const launch = { executablePath: found.path, binary: found.binary, plugins: [], dataDir, log };
  const pool = tellingPool(new BrowserPool({ ...launch, stagePort: stage.port }, systemClock), givenBack);
  const worker = new Worker({
    ...{ db, queue, listener, pool, onlyStage: true, clock: systemClock, log, workerId: 'bench', slots },
    ...{ store: openArtifactStore(config), egress: {}, profiles: undefined },
    surfaces: [simSurface((ms) => (pageMs = ms)), claude],
    ...{ captureTimeoutMs, retryDelayMs: 0, heartbeatS: 10, drainMs: 30_000 },
    gate: new LaneGate({
      ...{ db, workerId: 'bench', log, lanes: new Lanes({ db, setting: config.lanes }) },
      exits: { onlyStage: true, egress: {} },
    }),
    onDispatch: () => {
      dispatched.push(performance.now());
      news();
    },
  });
  await worker.start();

  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => (holds() ? resolve() : undefined);
    const late = setTimeout(() => reject(new Error(`never came: ${what}`)), 10 * CAPTURE_MS);
    waiting.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(late);
      waiting.delete(look);
    });
  };
  const over = (): Finished[] => finished.filter(({ settled }) => settled);
  const settled = (children: number): Promise<void> =>
    until(`${children} children ended`, () => over().length >= children);
  return {
    settled,
    ...{ pool, databaseUrl: db.url, stagePid: stage.pid, finished, dispatched, givenBack },
    submit: async (query, captures, surface = 'chatgpt') => {
      for (let left = captures; left > 0; left -= MOST) {
        const request = {
          ...{ query, surfaces: [surface], regions: [null], method: 'auto' as const, priority: 5 },
          ...{ replicates: Math.min(MOST, left), idempotencyKey: null },
        };
        await submit(db, queue, request, {
          ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT), now: Date.now() },
          ...{ ttlMs: 3_600_000, origin: 'stage' as const },
        });
      }
    },
    ended: async (children) => {
      await settled(children);
      const failed = over().find(({ outcome }) => outcome !== 'answered');
      if (failed !== undefined) throw new Error(`a capture came to ${failed.outcome}`);
    },
    nextDispatch: async (after) => {
      const next = (): number | undefined => dispatched.find((at) => at > after);
      await until('the next navigation', () => next() !== undefined);
      return next() ?? Number.NaN;
    },
    close: async () => {
      await worker.stop();
      await foundation.close();
      await stage.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The same pool; notes when its pages are given back. */
function tellingPool(pool: BrowserPool, givenBack: number[]): BrowserPool {
  const acquire = pool.acquire.bind(pool);
  pool.acquire = async (order, deadline) => {
    const leased = await acquire(order, deadline);
    return {
      ...leased,
      release: (healthy) => {
        givenBack.push(performance.now());
        return leased.release(healthy);
      },
    };
  };
  return pool;
}
