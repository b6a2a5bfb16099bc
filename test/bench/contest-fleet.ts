import { z } from 'zod';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import type { Surface } from '../../src/contract/surface.ts';
import { BrowserPool } from '../../src/fleet/browser-pool.ts';
import { Worker } from '../../src/fleet/worker.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { CHILD_DONE_CHANNEL } from '../../src/jobs/channels.ts';
import { submit } from '../../src/jobs/submit.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import { createLog } from '../../src/platform/log.ts';
import { ANSWER, BUSY, COMPOSER, DONE, SEND } from '../../surfaces/claude/selectors.ts';
import { streamEnded } from '../../surfaces/claude/stream-end.ts';
import { SURFACES } from '../../surfaces/index.ts';

/**
 * The fleet as a contestant: submit → queue → claim → capture with transcript and full proof, hashed and stored → Envelope →
 * settlement, on an embedded Postgres that is part of its process tree. `steps: 'same'` drives as the peers do (open,
 * type, send, wait for the end mark); `'adapter'` is the shipped drive, which also waits until the text stands still.
 */
const order = z
  .object({
    ...{ browser: z.string(), shell: z.boolean(), stagePort: z.int(), concurrency: z.int() },
    ...{ query: z.string(), dataDir: z.string(), proof: z.string(), steps: z.enum(['same', 'adapter']) },
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));
/** Replicates of one search at most. */
const MOST = 50;
const LOOK_MS = 250;
/** As long as the peers wait (peers/order.mjs). */
const HYDRATION_MS = 150;

const shipped = SURFACES.find(({ name }) => name === 'claude');
if (shipped === undefined) throw new Error('no adapter for claude');
const sameSteps: Surface = {
  ...shipped,
  drive: async (_page, request, tools) => {
    await tools.open(shipped.entryUrl(request));
    await tools.pause(HYDRATION_MS);
    await tools.compose(COMPOSER, request.query);
    await tools.submit(SEND, COMPOSER);
    await tools.awaitAnswer({
      ...{ answer: ANSWER, busy: BUSY, done: DONE, transcriptEnded: streamEnded },
      ...{ stableMs: 0, floorMs: 60_000, firstSignMs: 60_000 },
    });
  },
};
const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: order.dataDir }, '/');
const log = createLog(process.env.BENCH_LOG === '1' ? 'info' : 'fatal', 'bench');
const foundation = await openFoundation(config, log);
const { db, queue, listener } = foundation;
await ensureFirstAccount(db, { startCredits: 1_000_000, now: Date.now() });
const binary = order.shell ? 'shell' : 'chrome';
const launch = { executablePath: order.browser, binary, plugins: [], dataDir: order.dataDir, log } as const;
const pool = new BrowserPool({ ...launch, stagePort: order.stagePort }, systemClock);
const worker = new Worker({
  ...{ db, queue, listener, pool, onlyStage: true, clock: systemClock, log, workerId: 'bench' },
  ...{
    store: openArtifactStore(config),
    egress: {},
    profiles: undefined,
    surfaces: [order.steps === 'same' ? sameSteps : shipped],
  },
  ...{ slots: order.concurrency, captureTimeoutMs: 60_000, retryDelayMs: 0, heartbeatS: 10, drainMs: 30_000 },
});
let changed: () => void = () => undefined;
await listener.subscribe(
  CHILD_DONE_CHANNEL,
  () => changed(),
  () => changed(),
);
await worker.start();

const tallyRow = z.object({ ended: z.int(), ok: z.int() });

async function tallyOf(jobs: readonly string[]): Promise<z.infer<typeof tallyRow>> {
  const { rows } = await db.query(
    `SELECT count(*) FILTER (WHERE status IN ('completed', 'failed'))::int AS ended,
       count(*) FILTER (WHERE outcome = 'answered' AND envelope->'answer'->>'text' LIKE '%' || $2 || '%'
         AND artifacts->>'screenshotSha256' IS NOT NULL AND artifacts->>'proofHtmlSha256' IS NOT NULL)::int AS ok
     FROM fleet.child WHERE job_id = ANY ($1)`,
    [[...jobs], order.proof],
  );
  return tallyRow.parse(rows[0]);
}

async function round(captures: number): Promise<{ ok: number; failed: number }> {
  const jobs: string[] = [];
  for (let left = captures; left > 0; left -= MOST) {
    const request = {
      ...{ query: order.query, surfaces: ['claude' as const], regions: [null], method: 'auto' as const },
      ...{ priority: 5, replicates: Math.min(MOST, left), idempotencyKey: null },
    };
    const { jobId } = await submit(db, queue, request, {
      ...{ requestId: requestIdFrom(undefined), caller: ownerOf(DEFAULT_ACCOUNT), now: Date.now() },
      ...{ ttlMs: 3_600_000, origin: 'stage' as const },
    });
    jobs.push(jobId);
  }
  let ended = 0;
  for (;;) {
    const news = new Promise<void>((done) => {
      changed = () => {
        if (++ended >= captures) done();
      };
      setTimeout(done, LOOK_MS * 8);
    });
    await news;
    const tally = await tallyOf(jobs);
    if (tally.ended === captures) return { ok: tally.ok, failed: captures - tally.ok };
    ended = tally.ended;
  }
}

process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  const { captures } = z.object({ captures: z.int() }).parse(message);
  if (captures > 0) return void process.send?.(await round(captures));
  await worker.stop();
  await foundation.close();
  process.disconnect();
});
await round(1);
process.send?.({ ready: true });
