import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../../src/api/server.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { cancel } from '../../../src/jobs/cancel.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import type { Log } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

let world: WorkerWorld;
beforeEach(async () => {
  const plain = echoSurface();
  // One selector of this surface is always out of date.
  const surface = echoSurface({
    drive: async (page, request, tools) => {
      await plain.drive(page, request, tools);
      await tools.find({ name: 'drifted_away', any: ['#drifted-away'] });
    },
  });
  world = await openWorkerWorld({ surfaces: [surface], stages: [echoStage()], captureTimeoutMs: 90_000 });
});
afterEach(() => world.close());

interface Line {
  msg: string;
  requestId?: string;
  jobId?: string;
  childId?: string;
  attempt?: number;
}

/** A log that keeps its lines. */
function keptLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  return { log: pino({ level: 'debug' }, sink), lines };
}

describe('one request id', () => {
  it('leads from the answer to the job row, the lines of API and worker, the children and their events', async () => {
    const { log, lines } = keptLog();
    const metrics = createMetrics();
    await world.worker({ log, metrics });
    const { db } = world.fresh;
    const { key } = await createKey(db, { label: 'trace' }, Date.now());
    const config = { ...readConfig({ FLEET_ORIGIN: 'stage' }, '/tmp'), port: 0 };
    const api = await createApi({
      ...{ config, db, queue: world.queue, listener: world.listener, store: world.store, metrics },
      ...{ log, clock: systemClock },
      catalog: [{ name: 'chatgpt', regions: 'any', login: 'none', available: true }],
    });
    const { url } = await api.listen();
    const answer = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-request-id': 'trace-me-27',
      },
      body: JSON.stringify({ query: 'hello', surfaces: ['chatgpt'] }),
    });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, 'trace-me-27']);
    const { jobId, children } = (await answer.json()) as {
      jobId: string;
      children: { job: { id: string } }[];
    };
    await api.close();

    const mine = lines.filter(({ requestId }) => requestId === 'trace-me-27');
    expect(mine.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['search.accepted', 'capture.finished', 'answered']),
    );
    expect(mine.find(({ msg }) => msg === 'search.accepted')).toMatchObject({ jobId });
    const childId = children[0]?.job.id;
    const story = mine.find(({ msg }) => msg === 'capture.finished');
    expect(story).toMatchObject({
      ...{
        jobId,
        childId,
        attempt: 1,
        surface: 'chatgpt',
        outcome: 'answered',
        settled: true,
        missed: ['drifted_away'],
      },
      ...{ captureMs: expect.any(Number), extractMs: expect.any(Number), settleMs: expect.any(Number) },
      ...{ navigateMs: expect.any(Number), submitMs: expect.any(Number), awaitMs: expect.any(Number) },
      ...{ expandMs: 0, proofMs: expect.any(Number), egress: 'direct' },
      ...{ httpStatus: 200, frames: expect.any(Number), health: { answer: 'found' }, warnings: [] },
    });
    // It tells lengths and names, never what was asked or shown.
    expect(JSON.stringify(story)).not.toMatch(/hello|https?:/);
    const { rows } = await db.query(
      `SELECT c.id AS "childId", e.type FROM fleet.job j JOIN fleet.child c ON c.job_id = j.id
       JOIN fleet.event e ON e.child_id = c.id WHERE j.request_id = 'trace-me-27'`,
    );
    expect(rows).toEqual([{ childId, type: 'job.completed' }]);

    const { body } = await metrics.text();
    expect(body).toMatch(/captures_total\{surface="chatgpt",outcome="answered"\} 1/);
    expect(body).toMatch(/capture_duration_seconds_count\{surface="chatgpt",outcome="answered"\} 1/);
    expect(body).toMatch(/fleet_slots\{state="free"\} 2/);
  });
});

describe('a selector that hits nothing', () => {
  it('is counted, and the Envelope names it', async () => {
    const metrics = createMetrics();
    await world.worker({ slots: 1, metrics });
    const { jobId } = await world.submit('hello');
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job.status).toBe('completed');
    const missed = envelope?.extraction?.selectors.filter(({ hit }) => hit === null);
    expect(missed?.map(({ name }) => name)).toEqual(['drifted_away']);
    // Counted after the settle that ended the job.
    const missing = async (): Promise<unknown> =>
      (await metrics.text()).body.match(/^selector_miss_total.*$/gm);
    await expect
      .poll(missing, { timeout: 30_000 })
      .toEqual(['selector_miss_total{surface="chatgpt",selector="drifted_away"} 1']);
  });
});

describe('what worker /metrics tell of captures', () => {
  it('selectors by how they were found, fields by their health, bytes by what was stored', async () => {
    const metrics = createMetrics();
    await world.worker({ slots: 1, metrics });
    const jobs = [await world.submit('one'), await world.submit('two')];
    const envelopes = (await Promise.all(jobs.map(({ jobId }) => world.ended(jobId, 150_000)))).flat();
    // Counted after the settle that ended the job.
    const counted = async (): Promise<string> => (await metrics.text()).body;
    await expect
      .poll(counted, { timeout: 30_000 })
      .toMatch(/captures_total\{surface="chatgpt",outcome="answered"\} 2/);
    const body = await counted();
    const series = (name: string): string[] => body.match(new RegExp(`^${name}\\{.*$`, 'gm')) ?? [];
    // The echo surface's field lists a first choice that its page has not.
    expect(series('selector_looks_total')).toEqual(
      expect.arrayContaining([
        'selector_looks_total{surface="chatgpt",selector="answer",result="hit"} 2',
        'selector_looks_total{surface="chatgpt",selector="field",result="fallback"} 2',
        'selector_looks_total{surface="chatgpt",selector="drifted_away",result="miss"} 2',
      ]),
    );
    expect(series('extraction_health_total')).toEqual(
      expect.arrayContaining(['extraction_health_total{surface="chatgpt",field="answer",health="found"} 2']),
    );
    const bytes = async (key: string | null | undefined): Promise<number> =>
      key == null ? 0 : (await world.store.get(key)).length;
    for (const [kind, keyOf] of [
      ['record', 'rawKey'],
      ['proof', 'proofHtmlKey'],
      ['screenshot', 'screenshotKey'],
      ['thumbnail', 'thumbnailKey'],
    ] as const) {
      const sizes = await Promise.all(envelopes.map(({ job }) => bytes(job.artifacts?.[keyOf])));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBeGreaterThan(0);
      expect(series('artifact_bytes_total')).toContain(
        `artifact_bytes_total{surface="chatgpt",kind="${kind}"} ${total}`,
      );
    }
    expect(series('artifact_bytes_total').filter((line) => line.includes('kind="envelope"'))).toHaveLength(1);
  }, 200_000);
});

describe('cancelling what a worker captures right now', () => {
  it('the next heartbeat notices; the capture is dropped, its slot is free, nothing of it stays', async () => {
    const { log, lines } = keptLog();
    const metrics = createMetrics();
    const worker = await world.worker({ slots: 1, heartbeatS: 1, log, metrics });
    const { jobId, children } = await world.submit('[scene:hang] hello');
    await expect.poll(() => world.stage.requests().length, { timeout: 30_000 }).toBeGreaterThan(0);
    const { db } = world.fresh;
    const asked = { accountId: DEFAULT_ACCOUNT, jobId, child: null, now: Date.now() };
    expect(await cancel(db, world.queue, asked)).toBe(true);
    await expect.poll(() => worker.attempts, { timeout: 15_000 }).toBe(0);
    expect(lines.map(({ msg }) => msg)).toContain(
      'lease lost: another attempt holds the child; nothing was changed',
    );
    expect((await metrics.text()).body).toContain('lease_lost_total 1');
    expect((await world.envelope(children[0] ?? '')).job).toMatchObject({
      status: 'canceled',
      outcome: null,
    });
    for (const kind of ['raw', 'proof', 'shots'] as const) {
      for await (const { key } of world.store.walk(kind)) expect.unreachable(`${key} was left behind`);
    }
    const next = await world.submit('hello again');
    expect((await world.ended(next.jobId))[0]?.job.status).toBe('completed');
  });
});
