import { tmpdir } from 'node:os';
import { startContentClerk } from '../../src/analysis/content-clerk.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.ts';
import type { CapturePage } from '../../src/contract/page-record.ts';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { enter, startSupervisor } from '../../src/fleet/presence.ts';
import { Worker } from '../../src/fleet/worker.ts';
import { startSweeper } from '../../src/jobs/sweeper.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database.ts';
import type { Listener } from '../../src/platform/listener.ts';
import type { Log } from '../../src/platform/log.ts';
import type { Metrics } from '../../src/platform/metrics.ts';
import type { Queue } from '../../src/platform/queue.ts';

export interface PageWorkerGiven {
  db: Database;
  queue: Queue;
  listener: Listener;
  store: ArtifactStore;
  pages: CapturePage;
  log: Log;
  slots?: number;
  /** Default 1 s. */
  drainMs?: number;
  /** Default 10 s. */
  heartbeatS?: number;
  metrics?: Metrics;
}

/** A worker for pages and nothing else, registered as `fleet worker` registers one, and what goes with it in its process. */
export async function startPageWorker(
  given: PageWorkerGiven,
): Promise<{ worker: Worker; workerId: string; stop(): Promise<void> }> {
  const { db, queue, log, slots = 2, drainMs = 1_000, heartbeatS = 10 } = given;
  const workerId = `pages-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const launch = { executablePath: '/nowhere', binary: 'shell', stagePort: undefined, plugins: [] } as const;
  const worker = new Worker({
    ...{ ...given, slots, workerId, clock: systemClock, surfaces: [], egress: {}, profiles: undefined },
    ...{ captureTimeoutMs: 60_000, heartbeatS, drainMs, retryDelayMs: 0 },
    pool: new BrowserPool({ ...launch, dataDir: tmpdir(), log }, systemClock),
  });
  const card = {
    id: workerId,
    host: 'test',
    pid: process.pid,
    slots,
    origin: 'live',
    surfaces: ['page'],
  } as const;
  const presence = await enter(db, card, Date.now(), log);
  const parts = [
    startSupervisor(db, queue, log),
    startSweeper({ db, queue, clock: systemClock, log }),
    startContentClerk({ ...given, clock: systemClock, origin: 'stage', judges: true, everyMs: 100 }),
  ];
  await worker.start();
  return {
    ...{ worker, workerId },
    stop: async () => {
      await worker.stop();
      await Promise.all(parts.map((part) => part.stop()));
      await presence.leave();
    },
  };
}
