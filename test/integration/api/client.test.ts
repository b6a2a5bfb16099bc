import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRefusal, CaptureFleetClient } from '../../../src/client/index.ts';
import type { JobView } from '../../../src/contract/job-view.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
let client: CaptureFleetClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = new CaptureFleetClient({ baseUrl: world.url, apiKey: world.key });
});
afterAll(() => world.close());

/** Ends the next capture as soon as it is queued. */
async function worker(text: string): Promise<void> {
  const queued = async (): Promise<number> =>
    (await world.db.query(`SELECT 1 FROM fleet.child WHERE status = 'queued'`)).rowCount;
  await expect.poll(queued, { timeout: 10_000 }).toBeGreaterThan(0);
  await finishNext(world, { text });
}

const asked = { query: 'q', surfaces: ['chatgpt' as const] };

describe('the client against the API', () => {
  it('searches and gets the Envelopes, also when one request does not wait long enough', async () => {
    const [result] = await Promise.all([
      client.search({ ...asked, regions: ['US'] }, { waitS: 1 }),
      pause(1_500).then(() => worker('patient')),
    ]);
    expect(result).toMatchObject({ status: 'completed', children: [{ answer: { text: 'patient' } }] });
    // The repetition after the 504 found the same job.
    expect((await world.db.query('SELECT 1 FROM fleet.job')).rowCount).toBe(1);
  });

  it('submits, waits, and tells how it goes', async () => {
    const job = await client.submit({ ...asked, replicates: 2 });
    const seen: JobView[] = [];
    const waiting = client.waitFor(job, { onProgress: (view) => void seen.push(view) });
    await worker('one');
    await worker('two');
    const done = await waiting;
    expect(done.job.status).toBe('completed');
    expect(seen[0]?.job.status).toBe('processing');
    expect(seen.at(-1)).toEqual(done);
    const envelopes = await Promise.all(done.children.map((child) => client.getEnvelope(child.id)));
    expect(envelopes.map((envelope) => envelope.answer.text)).toEqual(['one', 'two']);
  });

  it('does not wait longer than it is told to, and cancels', async () => {
    const job = await client.submit(asked);
    await expect(client.waitFor(job, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(await client.cancel(job.jobId)).toMatchObject({ job: { status: 'canceled' } });
    const again: unknown = await client.cancel(job.jobId).catch((error: unknown) => error);
    if (!(isRefusal(again) && again.is('JOB_NOT_CANCELABLE'))) throw again;
    expect(again.requestId).toMatch(/^req_/);
  });

  it('refuses what the API refuses, once, with its details', async () => {
    const refused: unknown = await client
      .submit({ ...asked, regions: ['XX'] })
      .catch((reason: unknown) => reason);
    expect(refused).toMatchObject({
      ...{ code: 'VALIDATION_FAILED', status: 400, retryable: false },
      details: [{ path: 'regions[0].country' }],
    });
    const stranger = new CaptureFleetClient({ baseUrl: world.url, apiKey: 'nobody' });
    await expect(stranger.getJob('job_nobody')).rejects.toMatchObject({ code: 'AUTH_INVALID', status: 401 });
  });
});

function isRefusal(value: unknown): value is ApiRefusal {
  return value instanceof ApiRefusal;
}
