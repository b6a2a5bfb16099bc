import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from '../../../src/api/list-cursor.ts';
import { claim } from '../../../src/jobs/claim.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { claimed, envelopeFor, finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, errorOf, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

async function submitted(body: Record<string, unknown> = {}): Promise<{ jobId: string; children: string[] }> {
  const answer = await world.post('/v1/search?mode=async', { query: 'q', surfaces: ['chatgpt'], ...body });
  expect(answer.status).toBe(202);
  return answer.body;
}

const cancel = (id: string) => world.ask(`/v1/jobs/${id}/cancel`, { method: 'POST', headers: bearer() });
const bearer = () => ({ authorization: `Bearer ${world.key}` });

describe('replicates', () => {
  it('each has a child of its own, with a fifth segment from the second on, and an Envelope that says which', async () => {
    const { jobId, children } = await submitted({ replicates: 3, regions: ['US'] });
    const first = `${jobId}.chatgpt.own-fleet.us`;
    expect(children).toEqual([first, `${first}.r2`, `${first}.r3`]);
    await Promise.all([1, 2, 3].map(() => finishNext(world)));
    for (const [index, id] of children.entries()) {
      const { body } = await world.get(`/v1/jobs/${id}`);
      expect(body.job).toMatchObject({ id, replicate: index + 1, status: 'completed' });
    }
    expect((await world.get(`/v1/jobs/${jobId}.chatgpt.US.r2`)).body.job.replicate).toBe(2);
  });

  it('50 of one surface are accepted as one job', async () => {
    const { jobId, children } = await submitted({ replicates: 50 });
    expect(new Set(children).size).toBe(50);
    expect((await cancel(jobId)).body.job.status).toBe('canceled');
  });
});

describe('cancelling', () => {
  it('a queued job ends at once, costs nothing, and is out of the queue', async () => {
    const { jobId, children } = await submitted({ surfaces: ['chatgpt', 'gemini'] });
    const answer = await cancel(jobId);
    expect(answer).toMatchObject({ status: 200, body: { job: { id: jobId, status: 'canceled' } } });
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
    expect(await world.queue.fetch('gemini')).toBeUndefined();
    const { body } = await world.get(`/v1/jobs/${children[0]}`);
    expect(body.job).toMatchObject({ status: 'canceled', failure: { code: 'canceled', retryable: false } });
    const ledger = await world.db.query(
      'SELECT DISTINCT kind FROM fleet.ledger_entry WHERE child_id = ANY($1) ORDER BY kind',
      [children],
    );
    expect(ledger.rows).toEqual([{ kind: 'release' }, { kind: 'reserve' }]);
    expect((await world.db.query('SELECT 1 FROM fleet.event WHERE job_id = $1', [jobId])).rowCount).toBe(2);
  });

  it('one child leaves the others alone, and takes either form of its id', async () => {
    const { jobId, children } = await submitted({ surfaces: ['chatgpt', 'gemini'] });
    const answer = await cancel(`${jobId}.chatgpt.GLOBAL`);
    expect(answer.body.job).toMatchObject({ id: children[0], status: 'canceled' });
    expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('processing');
    await finishNext(world, { surface: 'gemini' });
    expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('partial');
  });

  it("a running one loses its lease: the worker's heartbeat says so, and its result is void", async () => {
    const { jobId, children } = await submitted();
    const child = await claimed(world);
    const envelope = await envelopeFor(world.db, child.id, 'answered', 'too late');
    expect(await world.queue.touch(child.lease)).toBe(true);
    expect((await cancel(jobId)).status).toBe(200);
    expect(await world.queue.touch(child.lease)).toBe(false);
    await expect(settle(world.db, world.queue, child, envelope)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect((await world.get(`/v1/jobs/${children[0]}`)).body).toMatchObject({
      job: { status: 'canceled' },
      answer: { text: '' },
    });
  });

  it('what has ended cannot be cancelled, and says how it ended', async () => {
    const { jobId, children } = await submitted();
    await finishNext(world);
    for (const id of [jobId, children[0] ?? '']) {
      expect(await cancel(id)).toMatchObject({
        status: 409,
        body: { code: 'JOB_NOT_CANCELABLE', error: 'job is already completed' },
      });
    }
    const other = await submitted();
    await cancel(other.jobId);
    expect(errorOf(await cancel(other.jobId)).message).toBe('job is already canceled');
  });

  it('unknown and foreign jobs are not found, whatever the body', async () => {
    const { jobId } = await submitted();
    await world.db.query(`UPDATE fleet.job SET account_id = 'acct_other' WHERE id = $1`, [jobId]);
    for (const id of [jobId, `${jobId}.chatgpt.GLOBAL`, 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'nonsense']) {
      expect(errorOf(await cancel(id)).code).toBe('JOB_NOT_FOUND');
    }
    const empty = { 'content-type': 'application/json', ...bearer() };
    const answer = await world.ask('/v1/jobs/job_aaaaaaaa/cancel', {
      method: 'POST',
      raw: '',
      headers: empty,
    });
    expect(answer.status).toBe(404);
    await world.db.query(`DELETE FROM fleet.job WHERE id = $1`, [jobId]);
  });

  it('100 cancels against claims and settles at the same time end every child once', async () => {
    const jobs = await Promise.all(Array.from({ length: 25 }, () => submitted({ replicates: 4 })));
    const work = async (): Promise<void> => {
      for (;;) {
        const job = await world.queue.fetch('chatgpt');
        if (job === undefined) return;
        const taken = await claim(world.db, world.queue, job, { workerId: 'racer', now: Date.now() });
        if (taken.kind !== 'claimed') continue;
        const envelope = await envelopeFor(world.db, taken.child.id, 'answered', 'in time');
        await settle(world.db, world.queue, taken.child, envelope).catch((error: { code?: string }) =>
          expect(error.code).toBe('LEASE_LOST'),
        );
      }
    };
    const answers = await Promise.all([
      ...jobs.map(({ jobId }) => cancel(jobId)),
      ...jobs.map(({ children }) => cancel(children[2] ?? '')),
      work(),
      work(),
    ]);
    const statuses = answers.flatMap((answer) => (answer ? [answer.status] : []));
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
    const { rows } = await world.db.query(
      `SELECT count(*)::int AS count, count(DISTINCT child_id)::int AS children FROM fleet.event WHERE job_id = ANY($1)`,
      [jobs.map(({ jobId }) => jobId)],
    );
    expect(rows).toEqual([{ count: 100, children: 100 }]);
  });
});

describe('reading again', () => {
  it('a live job has a weak tag that changes with it, a terminal one a strong tag that stays', async () => {
    const { jobId, children } = await submitted();
    const first = await world.get(`/v1/jobs/${jobId}`);
    expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^W\/"[0-9a-f]{32}"$/);
    const same = await world.get(`/v1/jobs/${jobId}`, { 'if-none-match': tag });
    expect(same).toMatchObject({ status: 304, text: '' });
    expect(same.headers.etag).toBe(tag);
    await finishNext(world);
    const ended = await world.get(`/v1/jobs/${jobId}`, { 'if-none-match': tag });
    expect(ended.status).toBe(200);
    expect(ended.headers).toMatchObject({ 'cache-control': 'private, max-age=86400, immutable' });
    const child = await world.get(`/v1/jobs/${children[0]}`);
    expect(child.headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
    const known = { 'if-none-match': `"other", ${child.headers.etag}` };
    expect((await world.get(`/v1/jobs/${children[0]}`, known)).status).toBe(304);
    const nested = { ...known, 'x-aisearch-version': '2026-06-01' };
    expect((await world.get(`/v1/jobs/${children[0]}`, nested)).status).toBe(200);
  });

  it('Prefer: wait answers when it has ended: parent and child', async () => {
    const { jobId, children } = await submitted();
    const waiting = [jobId, children[0]].map((id) => world.get(`/v1/jobs/${id}`, { prefer: 'wait=30' }));
    await pause(100);
    await finishNext(world);
    for (const answer of await Promise.all(waiting)) {
      expect(answer.body.job.status).toBe('completed');
      expect(answer.headers['preference-applied']).toBe('wait=30');
    }
  });

  it('Prefer: wait answers with the state of then when time is up', async () => {
    const { jobId, children } = await submitted();
    const answer = await world.get(`/v1/jobs/${children[0]}`, { prefer: 'wait=1' });
    expect(answer).toMatchObject({ status: 200, body: { job: { status: 'queued' } } });
    await cancel(jobId);
  });
});

describe('listing jobs', () => {
  it('pages through all that were there, newest first, while new ones arrive: none twice, none missing', async () => {
    await world.db.query(`UPDATE fleet.job SET account_id = 'acct_old'`);
    const known: string[] = [];
    for (let index = 0; index < 7; index++) known.push((await submitted({ query: `list ${index}` })).jobId);
    // Several in one millisecond: ids decide.
    await world.db.query(
      `UPDATE fleet.job SET created_at = date_trunc('second', created_at) WHERE query LIKE 'list %'`,
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await world.get(`/v1/jobs?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map((job: { id: string }) => job.id));
      cursor = body.nextCursor;
      await submitted({ query: 'arrives meanwhile' });
    } while (cursor !== null);
    expect(seen.filter((id) => known.includes(id))).toHaveLength(7);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...known].sort()).toEqual(seen.filter((id) => known.includes(id)).sort());
  });

  it('filters by status, surface and time, and tells how the children stand', async () => {
    const { jobId } = await submitted({ query: 'done', surfaces: ['copilot', 'gemini'] });
    await finishNext(world, { surface: 'copilot' });
    await finishNext(world, { surface: 'gemini', outcome: 'challenge' });
    const { body } = await world.get('/v1/jobs?status=partial&surface=copilot');
    expect(body.data).toEqual([
      {
        id: jobId,
        status: 'partial',
        query: 'done',
        surfaces: ['copilot', 'gemini'],
        children: { total: 2, completed: 1, failed: 1, open: 0 },
        createdAt: expect.any(String),
        completedAt: expect.any(String),
      },
    ]);
    expect((await world.get('/v1/jobs?status=canceled')).body.data).toEqual([]);
    expect((await world.get('/v1/jobs?surface=perplexity')).body.data).toEqual([]);
    expect((await world.get('/v1/jobs?until=2020-01-01')).body.data).toEqual([]);
    const since = encodeURIComponent(body.data[0].createdAt);
    const later = await world.get(`/v1/jobs?since=${since}&limit=1`);
    expect(later.body.data[0].id).toBe(jobId);
  });

  it.each([
    ['limit=0', 'limit must be 1-100'],
    ['limit=101', 'limit must be 1-100'],
    ['limit=x', 'limit must be 1-100'],
    ['cursor=x', 'cursor is not valid'],
    ['cursor=%21', 'cursor is not valid'],
    ['status=done', 'status must be one of processing, completed, partial, failed, canceled, expired'],
    ['since=yesterday', 'since must be an ISO 8601 date or time, such as 2026-11-23 or 2026-11-23T10:00:00Z'],
  ])('%s is refused in both dialects', async (query, message) => {
    for (const version of ['2026-06-27', '2026-06-01']) {
      const answer = await world.get(`/v1/jobs?${query}`, { 'x-aisearch-version': version });
      expect(answer.status).toBe(400);
      expect(errorOf(answer)).toMatchObject({ code: 'VALIDATION_FAILED', message });
    }
  });

  it("another account's cursor is no cursor", async () => {
    const { body } = await world.get('/v1/jobs?limit=1');
    expect(parseCursor('acct_default', body.nextCursor)).toBeDefined();
    expect(parseCursor('acct_other', body.nextCursor)).toBeUndefined();
  });

  it('a forged cursor leads to the end of time at most, never to a failure', async () => {
    const forged = (createdAt: number, id = 'x'): string => formatCursor('acct_default', { createdAt, id });
    for (const path of ['/v1/jobs', '/v1/webhooks/deliveries']) {
      const status = async (cursor: string): Promise<number> =>
        (await world.get(`${path}?limit=1&cursor=${cursor}`)).status;
      expect(await status(forged(8.64e15))).toBe(200);
      expect(await status(forged(0))).toBe(200);
      expect(await status(forged(8.64e15 + 1))).toBe(400);
      expect(await status(forged(0, '\0'))).toBe(400);
    }
  });
});
