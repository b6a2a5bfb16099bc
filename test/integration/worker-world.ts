import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FsArtifactStore } from '../../src/artifacts/fs-store.ts';
import type { Envelope } from '../../src/contract/envelope.ts';
import { type JobId, parseChildId } from '../../src/contract/ids.ts';
import type { SearchRequest } from '../../src/contract/search-request.ts';
import type { Surface } from '../../src/contract/surface.ts';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { Worker } from '../../src/fleet/worker.ts';
import type { WorkerOptions } from '../../src/fleet/worker-options.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { readChild, readJob } from '../../src/jobs/read.ts';
import { type Submitted, submit } from '../../src/jobs/submit.ts';
import { startSweeper } from '../../src/jobs/sweeper.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { type Listener, openListener } from '../../src/platform/listener.ts';
import { openQueue, type Queue } from '../../src/platform/queue.ts';
import type { SurfaceStage } from '../../src/stage/scene.ts';
import { type Stage, startStage } from '../../src/stage/server.ts';
import { type FreshDatabase, freshDatabase, testLog } from './database.ts';

/** Postgres, queue, stage, pool and artefact directory of one test file, and workers on them. */
export interface WorkerWorld {
  fresh: FreshDatabase;
  queue: Queue;
  listener: Listener;
  stage: Stage;
  store: FsArtifactStore;
  dataDir: string;
  worker(options?: Partial<WorkerOptions>): Promise<Worker>;
  submit(query: string, request?: Partial<SearchRequest>): Promise<Submitted>;
  envelope(childId: string): Promise<Envelope>;
  /** Waits until the job has ended; tells its children's Envelopes. */
  ended(jobId: JobId, timeoutMs?: number): Promise<Envelope[]>;
  close(): Promise<void>;
}

export interface WorldOptions {
  surfaces: readonly Surface[];
  stages?: readonly SurfaceStage[];
  captureTimeoutMs?: number;
  /** Default 10 s. */
  heartbeatS?: number;
  /** Where its tables are; a database of the server that all tests share unless given. */
  database?: () => Promise<FreshDatabase>;
}

export async function openWorkerWorld(options: WorldOptions): Promise<WorkerWorld> {
  const { captureTimeoutMs = 20_000, heartbeatS = 10, database = freshDatabase } = options;
  const fresh = await database();
  await ensureFirstAccount(fresh.db, { startCredits: 1_000_000, now: Date.now() });
  const queue = await openQueue(fresh.db, { log: testLog, heartbeatS, captureTimeoutMs, retryDelayS: 0 });
  const listener = await openListener(fresh.url, { log: testLog });
  const stage = await startStage(options.stages === undefined ? {} : { stages: options.stages });
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-worker-'));
  const store = new FsArtifactStore(join(dataDir, 'artifacts'));
  const sweeper = startSweeper({ db: fresh.db, queue, clock: systemClock, log: testLog });
  const workers: Worker[] = [];
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');

  const envelope = async (childId: string): Promise<Envelope> => {
    const parts = parseChildId(childId);
    const found = parts && (await readChild(fresh.db, DEFAULT_ACCOUNT, parts));
    if (found === undefined) throw new Error(`no child ${childId}`);
    return found;
  };
  return {
    fresh,
    queue,
    listener,
    stage,
    store,
    dataDir,
    envelope,
    worker: async (given = {}) => {
      const launch = { executablePath: path, binary, stagePort: stage.port, plugins: [], log: testLog };
      const worker = new Worker({
        ...{ db: fresh.db, queue, listener, store, clock: systemClock, captureTimeoutMs, log: testLog },
        ...{ surfaces: options.surfaces, slots: 2, heartbeatS, drainMs: 20_000, retryDelayMs: 0 },
        ...{ egress: {}, profiles: undefined },
        pool: new BrowserPool(launch, systemClock),
        workerId: `worker-${workers.length + 1}`,
        ...given,
      });
      workers.push(worker);
      await worker.start();
      return worker;
    },
    submit: async (query, request = {}) => {
      const full: SearchRequest = {
        ...{
          query,
          surfaces: ['chatgpt'],
          regions: [null],
          method: 'auto',
          replicates: 1,
          priority: 5,
          idempotencyKey: null,
        },
        ...request,
      };
      return submit(fresh.db, queue, full, {
        requestId: requestIdFrom(undefined),
        caller: ownerOf(DEFAULT_ACCOUNT),
        origin: 'stage',
        now: systemClock.now(),
        ttlMs: 600_000,
      });
    },
    ended: async (jobId, timeoutMs = 45_000) => {
      const until = systemClock.monotonic() + timeoutMs;
      for (;;) {
        const view = await readJob(fresh.db, DEFAULT_ACCOUNT, jobId);
        if (view !== undefined && view.job.status !== 'processing') {
          return Promise.all(view.children.map((child) => envelope(child.id)));
        }
        if (systemClock.monotonic() > until)
          throw new Error(`job ${jobId} has not ended: ${JSON.stringify(view)}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await sweeper.stop();
      await stage.stop();
      await listener.close();
      await queue.close();
      await fresh.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
