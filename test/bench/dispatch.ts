import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCaptureSite } from '../../src/cli/capture-site.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import { Worker } from '../../src/fleet/worker.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { readStatus } from '../../src/jobs/read.ts';
import { submit } from '../../src/jobs/submit.ts';
import { readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { createLog } from '../../src/platform/log.ts';
import { SURFACES } from '../../surfaces/index.ts';
import { print, spread } from './figures.ts';

type Spread = ReturnType<typeof spread>;

const SAMPLES = 60;
const WARM_UP = 5;

/** Submit → first navigation on an idle, warm worker: from before the submit, and from its commit. */
export async function benchDispatch(): Promise<void> {
  const { fromSubmit, fromCommit } = await measureDispatch(SAMPLES);
  print({ bench: 'dispatch', what: 'submit called → navigation', ms: fromSubmit });
  print({ bench: 'dispatch', what: 'submit committed → navigation', ms: fromCommit });
}

/** What `benchDispatch` prints, over so many samples; ms. */
export async function measureDispatch(samples: number): Promise<{ fromSubmit: Spread; fromCommit: Spread }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir }, '/');
  const log = createLog('error', 'bench');
  const foundation = await openFoundation(config, log);
  const site = await openCaptureSite(config, log);
  const { db, queue } = foundation;
  await ensureFirstAccount(db, { startCredits: 1_000_000, now: Date.now() });
  let dispatched: (at: number) => void = () => undefined;
  const worker = new Worker({
    ...foundation,
    ...{
      ...site.seat,
      store: site.store,
      surfaces: SURFACES,
      slots: 2,
      log,
      workerId: 'bench',
    },
    ...{ captureTimeoutMs: 30_000, retryDelayMs: 0, heartbeatS: 10, drainMs: 30_000 },
    onDispatch: () => dispatched(performance.now()),
  });
  await worker.start();
  const fromSubmit: number[] = [];
  const fromCommit: number[] = [];
  for (let sample = 0; sample < samples + WARM_UP; sample++) {
    const navigation = new Promise<number>((resolve) => {
      dispatched = resolve;
    });
    const request = {
      ...{ query: 'best crm for startups', surfaces: ['google_ai_overview' as const], regions: [null] },
      ...{ method: 'auto' as const, priority: 5, replicates: 1, idempotencyKey: null },
    };
    const submittedAt = performance.now();
    const { jobId } = await submit(db, queue, request, {
      requestId: requestIdFrom(undefined),
      caller: ownerOf(DEFAULT_ACCOUNT),
      now: Date.now(),
      ttlMs: 60_000,
      origin: 'stage',
    });
    const committedAt = performance.now();
    const at = await navigation;
    if (sample >= WARM_UP) {
      fromSubmit.push(at - submittedAt);
      fromCommit.push(at - committedAt);
    }
    while ((await readStatus(db, jobId)) === 'processing') await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => setTimeout(done, 150)); // The next page is opened ahead meanwhile: a warm fleet.
  }
  await worker.stop();
  await site.close();
  await foundation.close();
  rmSync(dataDir, { recursive: true, force: true });
  return { fromSubmit: spread(fromSubmit), fromCommit: spread(fromCommit) };
}
