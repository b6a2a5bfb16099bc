import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelopeSchema } from '../../../src/contract/envelope.ts';
import { jobViewSchema } from '../../../src/contract/job-view.ts';
import { revokeKey } from '../../../src/jobs/api-keys.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { cutConnections } from '../database.ts';
import { claimed, envelopeFor, finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

/** Finishes the next capture of a surface as soon as one is queued. */
async function worker(
  surface: 'chatgpt' | 'gemini' | 'google_ai_overview',
  text = 'an answer',
): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const job = await world.db.query(`SELECT 1 FROM fleet.child WHERE surface = $1 AND status = 'queued'`, [
      surface,
    ]);
    if (job.rowCount > 0) return void (await finishNext(world, { surface, text }));
    await pause(10);
  }
  throw new Error(`nothing was queued for ${surface}`);
}

/** Waits until a submit is in the queue. */
async function accepted(query: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const { rows } = await world.db.query('SELECT id FROM fleet.job WHERE query = $1', [query]);
    const row = rows[0] as { id: string } | undefined;
    if (row !== undefined) return row.id;
    await pause(10);
  }
  throw new Error(`nobody asked '${query}'`);
}

describe('given one surface and one region', () => {
  it('answers synchronously with the parent and its Envelope', async () => {
    const [answer] = await Promise.all([
      world.post('/v1/search', { query: 'sync', surfaces: ['chatgpt'], regions: ['US'] }),
      worker('chatgpt', 'forty-two'),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body.status).toBe('completed');
    const envelope = envelopeSchema.parse(answer.body.children[0]);
    expect(envelope).toMatchObject({
      job: { query: 'sync', region: 'us', attempts: 1 },
      answer: { text: 'forty-two' },
    });
    expect(envelope.job.id).toBe(`${answer.body.jobId}.chatgpt.own-fleet.us`);
  });

  it('view=flat gives the five fields, through the alias with prompt and country', async () => {
    const [answer] = await Promise.all([
      world.post('/v1/search/google_ai_overview?view=flat', { prompt: 'flat', country: 'de' }),
      worker('google_ai_overview', 'ja'),
    ]);
    expect(answer.body).toEqual({
      surface: 'google_ai_overview',
      status: 'completed',
      text: 'ja',
      markdown: 'ja',
      sources: [],
    });
  });

  it('mode=async gives 202 and where to read it, with the status as it goes', async () => {
    const answer = await world.post('/v1/search?mode=async', { query: 'later', surfaces: ['chatgpt'] });
    expect(answer.status).toBe(202);
    const { jobId, children, status } = answer.body;
    expect({ status, location: answer.headers.location }).toEqual({
      status: 'processing',
      location: `/v1/jobs/${jobId}`,
    });
    expect(children).toEqual([`${jobId}.chatgpt.own-fleet.GLOBAL`]);
    const queued = envelopeSchema.parse((await world.get(`/v1/jobs/${children[0]}`)).body);
    expect(queued).toMatchObject({
      job: { status: 'queued', outcome: null, completedAt: null },
      answer: { text: '' },
    });
    const child = await claimed(world);
    expect((await world.get(`/v1/jobs/${children[0]}`)).body.job.status).toBe('processing');
    await settle(world.db, world.queue, child, await envelopeFor(world.db, child.id, 'absent'));
    const view = jobViewSchema.parse((await world.get(answer.headers.location as string)).body);
    expect(view.job).toMatchObject({ id: jobId, status: 'completed' });
    expect(view.children).toEqual([
      { id: children[0], surface: 'chatgpt', region: 'GLOBAL', status: 'completed', outcome: 'absent' },
    ]);
  });
});

describe('given several captures', () => {
  it('several surfaces run async by default', async () => {
    const answer = await world.post('/v1/search', { query: 'two', surfaces: ['chatgpt', 'gemini'] });
    expect(answer.status).toBe(202);
    await Promise.all([worker('chatgpt'), worker('gemini')]);
  });

  it('one surface in several regions runs async by default, sync when asked, flat as a list', async () => {
    const body = {
      query: 'regions',
      surfaces: ['chatgpt'],
      regions: ['US', { country: 'DE', language: 'de' }],
    };
    expect((await world.post('/v1/search', body)).status).toBe(202);
    await worker('chatgpt');
    await worker('chatgpt');
    const [answer] = await Promise.all([
      world.post('/v1/search?mode=sync&view=flat', body),
      worker('chatgpt', 'one').then(() => worker('chatgpt', 'two')),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body.results.map((result: { text: string }) => result.text)).toEqual(['one', 'two']);
  });

  it('a failed one makes the parent partial', async () => {
    const [answer] = await Promise.all([
      world.post('/v1/search', { query: 'half', surfaces: ['chatgpt', 'gemini'] }, { prefer: 'wait=30' }),
      accepted('half').then(async () => {
        await finishNext(world, { surface: 'chatgpt' });
        await finishNext(world, { surface: 'gemini', outcome: 'challenge' });
      }),
    ]);
    expect(answer.headers['preference-applied']).toBe('wait=30');
    expect(answer.body.status).toBe('partial');
    expect(answer.body.children[1].job.failure.code).toBe('challenge');
  });
});

describe('given a capture that takes longer than the wait', () => {
  it('answers 504 with the place where the job goes on, and it does go on', async () => {
    const answer = await world.post(
      '/v1/search',
      { query: 'slow', surfaces: ['chatgpt'] },
      { prefer: 'wait=1' },
    );
    const { jobId } = answer.body.details;
    expect(answer).toMatchObject({
      status: 504,
      body: {
        code: 'SURFACE_TIMEOUT',
        error: `capture did not finish within 1 s; job ${jobId} continues, read it at /v1/jobs/${jobId}`,
      },
    });
    expect(answer.headers).toMatchObject({
      location: `/v1/jobs/${jobId}`,
      'retry-after': '5',
      'x-should-retry': 'true',
    });
    await worker('chatgpt');
    expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('completed');
  });

  it('answers 202 instead when the client prefers respond-async', async () => {
    const answer = await world.post(
      '/v1/search',
      { query: 'slow too', surfaces: ['chatgpt'] },
      { prefer: 'respond-async, wait=1' },
    );
    expect(answer.status).toBe(202);
    expect(answer.headers['preference-applied']).toBe('respond-async, wait=1');
    await worker('chatgpt');
  });
});

describe('given a client that leaves', () => {
  it('the job goes on, and nobody waits for it any more', async () => {
    const leaving = new AbortController();
    const asked = world.ask('/v1/search', {
      method: 'POST',
      body: { query: 'left', surfaces: ['chatgpt'] },
      headers: { authorization: `Bearer ${world.key}` },
      signal: leaving.signal,
    });
    const jobId = await accepted('left');
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await worker('chatgpt');
    expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('completed');
  });
});

describe('given a LISTEN connection that is cut while requests wait', () => {
  it('all of them are answered', async () => {
    const waiting = Array.from({ length: 20 }, () =>
      world.post('/v1/search', { query: 'cut', surfaces: ['chatgpt'] }),
    );
    for (let tries = 0; tries < 500; tries++) {
      const { rows } = await world.db.query(
        `SELECT count(*)::int AS count FROM fleet.job WHERE query = 'cut'`,
      );
      if ((rows[0] as { count: number }).count === 20) break;
      await pause(10);
    }
    expect(await cutConnections(world.databaseUrl, 'listen-under-test')).toBe(1);
    for (let index = 0; index < 20; index++) await finishNext(world);
    const answers = await Promise.all(waiting);
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
  });
});

describe('idempotency over HTTP', () => {
  it('the same key and body replays: async as 202, sync as the result', async () => {
    const body = { query: 'again', surfaces: ['chatgpt'], idempotencyKey: 'http-1' };
    const first = await world.post('/v1/search?mode=async', body);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const { idempotencyKey: _key, ...rest } = body;
    const second = await world.post(
      '/v1/search?mode=async',
      { prompt: rest.query, surfaces: rest.surfaces, method: 'auto', priority: 5 },
      { 'idempotency-key': '"http-1"' },
    );
    expect(second.status).toBe(202);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
    const [third] = await Promise.all([world.post('/v1/search', body), worker('chatgpt')]);
    expect(third).toMatchObject({ status: 200, body: { jobId: first.body.jobId, status: 'completed' } });
    expect(third.headers['idempotent-replayed']).toBe('true');
    expect((await world.post('/v1/search?mode=async', body)).body.status).toBe('completed');
  });

  it('another body is a conflict, another header is refused', async () => {
    await world.post('/v1/search?mode=async', {
      query: 'a',
      surfaces: ['chatgpt'],
      idempotencyKey: 'http-2',
    });
    const conflict = await world.post('/v1/search', {
      query: 'b',
      surfaces: ['chatgpt'],
      idempotencyKey: 'http-2',
    });
    expect(conflict).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    expect(conflict.body.error).toMatch(
      /^idempotencyKey 'http-2' was already used with a different body \(first used .*, job job_\w+\)$/,
    );
    const differ = await world.post(
      '/v1/search',
      { query: 'b', surfaces: ['chatgpt'], idempotencyKey: 'x' },
      { 'idempotency-key': 'y' },
    );
    expect(differ.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      error: 'Idempotency-Key header and idempotencyKey differ',
    });
    await worker('chatgpt');
  });
});

describe('reading jobs', () => {
  it('a child is found by its 4- and its 3-segment id, whatever the case of the region', async () => {
    const { body } = await world.post('/v1/search?mode=async', {
      query: 'ids',
      surfaces: ['chatgpt'],
      regions: [{ country: 'US', city: 'New York' }],
    });
    for (const id of [`${body.jobId}.chatgpt.own-fleet.us:new-york`, `${body.jobId}.chatgpt.US:NEW-YORK`]) {
      expect((await world.get(`/v1/jobs/${id}`)).body.job.id).toBe(body.children[0]);
    }
    await worker('chatgpt');
  });

  it.each([
    ['job_aaaaaaaaaaaaaaaaaaaaaaaaaa', "no job 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa'"],
    [
      'job_aaaaaaaaaaaaaaaaaaaaaaaaaa.chatgpt.own-fleet.us',
      "no job 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa.chatgpt.own-fleet.us'",
    ],
    ['<script>', 'no such job'],
    ['%2e%2e%2f', 'no such job'],
    ['%00', 'no such job'],
    ['..', 'no such job'],
    ['x'.repeat(512), 'no such job'],
  ])('%s is JOB_NOT_FOUND', async (id, error) => {
    expect(await world.get(`/v1/jobs/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'JOB_NOT_FOUND', error },
    });
  });

  it("another account's job is answered like one that does not exist", async () => {
    const { body } = await world.post('/v1/search?mode=async', { query: 'foreign', surfaces: ['copilot'] });
    await world.db.query(`UPDATE fleet.job SET account_id = 'acct_other' WHERE id = $1`, [body.jobId]);
    for (const id of [body.jobId, body.children[0]]) {
      expect(await world.get(`/v1/jobs/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'JOB_NOT_FOUND', error: `no job '${id}'` },
      });
    }
  });
});

describe('documents and probes', () => {
  it('the Envelope’s JSON Schema is served, for whoever checks a result a year later', async () => {
    const { status, body } = await world.ask('/schema/envelope.json');
    expect(status).toBe(200);
    expect(body.$schema).toContain('2020-12');
    expect(JSON.stringify(body)).toContain('charRanges');
  });

  it('openapi.json is 3.1 and names every route; the docs page has an anchor for every error', async () => {
    const { body } = await world.ask('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v1/search', '/v1/search/{surface}', '/v1/jobs/{id}', '/v1/health']),
    );
    expect(Object.keys(body.components.schemas)).toEqual(
      expect.arrayContaining(['SearchRequest', 'Envelope', 'Error']),
    );
    expect(Object.keys(body.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
    const { text } = await world.ask('/docs');
    for (const code of body.components.schemas.Error.properties.code.enum)
      expect(text).toContain(`id="${code.toLowerCase()}"`);
  });

  it('the method page is linked from the docs and loads nothing', async () => {
    expect((await world.ask('/docs')).text).toContain('href="/docs/method"');
    const { status, text, headers } = await world.ask('/docs/method');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(text).toContain('How the figures are made');
  });

  it('health tells which surfaces are served; the probes are open', async () => {
    const { body } = await world.ask('/v1/health');
    expect(body.status).toBe('ok');
    expect(body.surfaces).toContainEqual({ name: 'claude', available: false });
    expect((await world.ask('/healthz')).status).toBe(200);
    expect((await world.ask('/readyz')).status).toBe(200);
    expect((await world.ask('/v1/health', { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a revoked key', () => {
  it('is refused once the cache has forgotten it', async () => {
    const { rows } = await world.db.query('SELECT id FROM fleet.api_key');
    await revokeKey(world.db, (rows[0] as { id: string }).id, Date.now());
    await expect
      .poll(async () => (await world.get('/v1/jobs/x')).status, { timeout: 10_000, interval: 250 })
      .toBe(401);
  });
});
