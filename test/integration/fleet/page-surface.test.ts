import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startContentClerk } from '../../../src/analysis/content-clerk.ts';
import { readPageRecord } from '../../../src/artifacts/page-artifacts.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { readFleetView } from '../../../src/fleet/fleet-view.ts';
import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { Lanes } from '../../../src/fleet/lanes.ts';
import { PageCapturer } from '../../../src/fleet/page-capturer.ts';
import { Worker } from '../../../src/fleet/worker.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { type ApiWorld, openApiWorld } from '../api/api-world.ts';
import { type FrontClient, frontClient } from '../api/front-client.ts';
import { openPageSite, type PageSite } from '../capture/page-world.ts';
import { testLog } from '../database.ts';

const RUNS = '/v1/content-intelligence/runs';
const dataDir = mkdtempSync(join(tmpdir(), 'fleet-page-surface-'));

let site: PageSite;
let world: ApiWorld;
let client: FrontClient;
let pool: BrowserPool;
let capturer: PageCapturer;
let worker: Worker;
let clerk: ReturnType<typeof startContentClerk>;

beforeAll(async () => {
  site = await openPageSite();
  const { path, binary } = findBrowser(readConfig({}, '/'), 'shell');
  const launch = { executablePath: path, binary, stagePort: undefined, plugins: [], dataDir, log: testLog };
  pool = new BrowserPool(launch, systemClock);
  capturer = new PageCapturer({
    ...{ guard: site.guard, clock: systemClock, log: testLog, hostIntervalMs: 0 },
    pool: () => Promise.resolve(pool),
  });
  world = await openApiWorld({ pages: { guard: site.guard, capture: capturer.capture } });
  client = await frontClient(world, 'sleepwalker');
  const { db, queue, listener, store, metrics } = world;
  const workerId = 'page-worker';
  worker = new Worker({
    ...{ db, queue, listener, store, metrics, pool, workerId, clock: systemClock, log: testLog },
    ...{ surfaces: [], pages: capturer.capture, slots: 2, egress: {}, profiles: undefined },
    ...{ captureTimeoutMs: 60_000, heartbeatS: 10, drainMs: 1_000, retryDelayMs: 0 },
    gate: new LaneGate({
      ...{ db, workerId, log: testLog, lanes: new Lanes({ db, setting: {} }) },
      exits: { onlyStage: false, egress: {} },
    }),
  });
});
afterAll(async () => {
  await worker.stop();
  await clerk?.stop();
  await capturer.close();
  await world.close();
  await site.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface StoredChild {
  id: string;
  status: string;
  outcome: string;
  failure: { code: string } | null;
  artifacts: Record<string, string | null>;
  envelope: unknown;
}

/** The child that captured the page of a run, as its row says. */
async function childOf(runId: string): Promise<StoredChild> {
  const { rows } = await world.db.query(
    `SELECT c.id, c.status, c.outcome, c.failure, c.artifacts, c.envelope
     FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id WHERE p.run_id = $1`,
    [runId],
  );
  return rows[0] as StoredChild;
}

async function ended(runId: string): Promise<ReturnType<FrontClient['ask']>> {
  for (;;) {
    const answer = await client.ask('GET', `${RUNS}/${runId}?include_result=true`);
    if (!['queued', 'running'].includes(answer.body.status)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('given a content run before any worker is there', () => {
  it('its page waits in the queue of surface `page`, as the status and `fleet top` say', async () => {
    const { body } = await client.ask('POST', RUNS, { url: site.url('/app'), analysis_depth: 'full' });
    expect(body.status).toBe('queued');
    const status = await world.get('/v1/async/status');
    expect(status.body).toMatchObject({
      ...{ queued: 1, processing: 0 },
      surfaces: [{ surface: 'page', queued: 1, regions: [{ region: 'GLOBAL', queued: 1 }] }],
    });
    const view = await readFleetView(world.db, Date.now());
    expect(view.queues).toMatchObject([{ surface: 'page', queued: 1, processing: 0 }]);
  });

  it('no search asks for it, and it stands not among the surfaces that answer', async () => {
    const refused = await world.post('/v1/search?mode=async', { query: 'x', surfaces: ['page'] });
    expect(refused.status).toBe(400);
    const { surfaces } = (await world.get('/v1/surfaces')).body;
    expect(surfaces).toHaveLength(9);
    expect((await world.get('/v1/jobs')).body.data).toEqual([]);
  });
});

describe('given a worker that serves `page` only', () => {
  beforeAll(async () => {
    const { db, queue, store } = world;
    const means = { db, queue, store, log: testLog, clock: systemClock, origin: 'live' } as const;
    clerk = startContentClerk({ ...means, judges: true, everyMs: 100 });
    await worker.start();
  });

  it('from the HTTP request to proof on disk: both documents, picture, headers, robots.txt, all hashed', async () => {
    const search = await world.post('/v1/search?mode=async', { query: 'x', surfaces: ['chatgpt'] });
    const { body } = await client.ask('POST', RUNS, { url: site.url('/app'), analysis_depth: 'full' });
    const answer = await ended(body.run_id);
    expect(answer.body).toMatchObject({ status: 'completed', settled_credits: '6.00' });

    const { artifacts, ...child } = await childOf(body.run_id);
    expect(child).toMatchObject({ status: 'completed', outcome: 'answered', failure: null, envelope: null });
    const raw = await world.store.get(artifacts.rawKey ?? '');
    expect(artifacts.rawKey).toMatch(/^raw\/\d{4}\/\d\d\/\d\d\/job_\w+\.page\.own-fleet\.GLOBAL\.a1-/);
    expect(sha256(raw)).toBe(artifacts.rawSha256);
    const record = await readPageRecord(raw);
    expect(record).toMatchObject({ status: 200, robots: { text: expect.stringContaining('Disallow') } });
    expect(record.headers['content-type']).toContain('text/html');
    expect(record.static_html).toContain('<div id="a"></div>');
    expect(record.rendered_html).toContain('Built by script');
    const picture = await world.store.get(artifacts.screenshotKey ?? '');
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect([sha256(picture), record.screenshot?.sha256]).toEqual([
      artifacts.screenshotSha256,
      artifacts.screenshotSha256,
    ]);
    // What the page's scripts ask for goes through the guard as the page does.
    expect(site.asked).not.toContain('/stolen');
    const other = await world.get(`/v1/jobs/${search.body.jobId}`);
    expect(other.body.job.status).toBe('processing');
  });

  it('robots.txt is honoured: the page is never asked for, the verdict is stored, nothing is charged', async () => {
    const { body } = await client.ask('POST', RUNS, {
      url: site.url('/private/page'),
      analysis_depth: 'score',
    });
    const answer = await ended(body.run_id);
    expect(answer.body).toMatchObject({
      ...{ status: 'failed', settled_credits: '0.00', released_credits: '3.00' },
      ca_result: { content_score_issue: 'robots_disallowed' },
    });
    expect(site.asked).not.toContain('/private/page');
    const { artifacts, failure } = await childOf(body.run_id);
    expect(failure).toMatchObject({ code: 'robots_disallowed' });
    const record = await readPageRecord(await world.store.get(artifacts.rawKey ?? ''));
    expect(record).toMatchObject({ status: null, robots: { text: expect.stringContaining('/private/') } });
  });

  it('its lane and its captures are told as those of every surface', async () => {
    const view = await readFleetView(world.db, Date.now());
    const lane = view.lanes.find(({ surface }) => surface === 'page');
    expect(lane).toMatchObject({
      egress: 'direct',
      phase: 'flowing',
      settings: { perMinute: 120, atOnce: 8 },
    });
    expect(view.lanes.filter(({ surface }) => surface === 'page')).toHaveLength(1);
    const counted = await world.metrics.registry.metrics();
    expect(counted).toMatch(/captures_total\{surface="page",outcome="answered"\} [12]/);
    expect(counted).toMatch(/artifact_bytes_total\{surface="page",kind="screenshot"\} \d+/);
  });
});
