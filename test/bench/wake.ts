import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../../src/api/server.ts';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import { surfaceCatalog } from '../../src/cli/service.ts';
import { CaptureFleetClient } from '../../src/client/index.ts';
import { parseChildId } from '../../src/contract/ids.ts';
import { DEFAULT_ACCOUNT } from '../../src/jobs/account.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { createKey } from '../../src/jobs/api-keys.ts';
import { claim } from '../../src/jobs/claim.ts';
import { readChild } from '../../src/jobs/read.ts';
import { settle } from '../../src/jobs/settle.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { print, spread } from './figures.ts';

const WAITERS = 200;
const ROUNDS = 3;

/**
 * Completion → sync response: 200 requests wait, each for a job of its own; the captures are settled one after the
 * other, and then all at once. Measured from the settle's commit to the whole answer at the client, which lives in the
 * same process as API and worker: their work is in the figure.
 */
export async function benchWake(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const limits = { FLEET_RATE_LIMIT: '10000000', FLEET_SYNC_LIMIT: '10000', FLEET_SYNC_WAIT_S: '120' };
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir, PORT: '0', ...limits }, '/');
  const log = createLog('error', 'bench');
  const foundation = await openFoundation(config, log);
  const now = Date.now();
  await ensureFirstAccount(foundation.db, { startCredits: 100_000_000, now });
  const { key } = await createKey(foundation.db, { label: 'bench' }, now);
  const store = openArtifactStore(config);
  const api = await createApi({
    ...foundation,
    config,
    catalog: surfaceCatalog(),
    store,
    log,
    clock: systemClock,
  });
  const { url } = await api.listen();
  const client = new CaptureFleetClient({ baseUrl: url, apiKey: key, maxRetries: 0 });
  const oneByOne: number[] = [];
  const atOnce: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const single = await wakes(client, foundation, 1);
    const all = await wakes(client, foundation, 8);
    if (round === 0) continue; // Warm-up.
    oneByOne.push(...single);
    atOnce.push(...all);
  }
  print({ bench: 'wake', what: `settled one by one, ${WAITERS} waiters`, ms: spread(oneByOne) });
  print({ bench: 'wake', what: `settled by 8 at once, ${WAITERS} waiters`, ms: spread(atOnce) });
  await api.close();
  await foundation.close();
  rmSync(dataDir, { recursive: true, force: true });
}

type Means = Pick<Awaited<ReturnType<typeof openFoundation>>, 'db' | 'queue'>;

/** Lets 200 wait, settles all with so many settlers at once; milliseconds from each commit to its answer. */
async function wakes(client: CaptureFleetClient, means: Means, settlers: number): Promise<number[]> {
  const answeredAt = new Map<string, number>();
  const waiting = Array.from({ length: WAITERS }, async () => {
    const { jobId } = await client.search({ query: 'best crm for startups', surfaces: ['chatgpt'] });
    answeredAt.set(jobId, performance.now());
  });
  await allQueued(means);
  const settledAt = new Map<string, number>();
  let left = WAITERS;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const jobId = await settleNext(means);
      settledAt.set(jobId, performance.now());
    }
  };
  await Promise.all(Array.from({ length: settlers }, one));
  await Promise.all(waiting);
  return [...settledAt].map(([jobId, at]) => Math.max(0, (answeredAt.get(jobId) ?? Number.NaN) - at));
}

/** Ends the next capture as a worker does; tells its job. */
async function settleNext({ db, queue }: Means): Promise<string> {
  const job = await queue.fetch('chatgpt');
  const claimed = job && (await claim(db, queue, job, { workerId: 'bench', now: Date.now() }));
  if (claimed?.kind !== 'claimed') throw new Error('nothing to settle');
  const { child } = claimed;
  const parts = parseChildId(child.id);
  const envelope = parts && (await readChild(db, DEFAULT_ACCOUNT, parts));
  if (envelope === undefined) throw new Error(`no child ${child.id}`);
  const completedAt = new Date().toISOString();
  Object.assign(envelope.job, { status: 'completed', outcome: 'answered', completedAt });
  await settle(db, queue, child, envelope);
  return child.jobId;
}

async function allQueued({ db }: Means): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(`SELECT 1 FROM fleet.child WHERE status = 'queued'`);
    if (rowCount === WAITERS) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
