import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { finishNext, openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const KINDS = ['raw', 'proof', 'screenshot', 'envelope'];

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { webhookKey: 'a key of the tests' } });
});
afterAll(() => world?.close());

/** Method and path of every route that takes the id of a job or a child. */
function routesOf(id: string): [string, string][] {
  const job = `/v1/jobs/${id}`;
  const artifacts = KINDS.flatMap((kind): [string, string][] => [
    ['GET', `${job}/artifacts/${kind}`],
    ['GET', `${job}/artifacts/${kind}?presign=1`],
  ]);
  return [['GET', job], ['HEAD', job], ['POST', `${job}/cancel`], ['GET', `${job}/proof`], ...artifacts];
}

it("every form of another account's ids, on every route, answers like one that never was (situation 18, P13)", async () => {
  const { body } = await world.post('/v1/search?mode=async', { query: 'mine', surfaces: ['chatgpt'] });
  await world.post('/v1/search?mode=async', { query: 'two', surfaces: ['chatgpt'] });
  await finishNext(world);
  const jobId: string = body.jobId;
  const child = `${jobId}.chatgpt.own-fleet.GLOBAL`;
  const forms = [jobId, child, `${jobId}.chatgpt.GLOBAL`, child.replace('GLOBAL', 'global')];
  for (const form of forms) expect((await world.get(`/v1/jobs/${form}`)).status, form).toBe(200);

  await openAccount(world.db, 'acct_nosy');
  const { key } = await createKey(world.db, { label: 'nosy', accountId: 'acct_nosy' }, Date.now());
  const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'req_same' };
  const never = `job_${'a'.repeat(jobId.length - 4)}`;
  let asked = 0;
  const statuses = new Set<number>();
  for (const version of ['2026-06-27', '2026-06-01']) {
    const asNosy = { headers: { ...headers, 'x-aisearch-version': version } };
    for (const [method, path] of forms.flatMap(routesOf)) {
      const foreign = await world.ask(path, { method, ...asNosy });
      const unknown = await world.ask(path.replace(jobId, never), { method, ...asNosy });
      asked++;
      statuses.add(foreign.status);
      expect(foreign.status, `${method} ${path}`).toBe(404);
      expect(unknown.status, `${method} ${path}`).toBe(404);
      expect(foreign.text.replaceAll(jobId, 'ID')).toBe(unknown.text.replaceAll(never, 'ID'));
    }
  }
  const cursor = (await world.get('/v1/jobs?limit=1')).body.nextCursor;
  expect(cursor).toBeTypeOf('string');
  const paged = await world.ask(`/v1/jobs?cursor=${encodeURIComponent(cursor)}`, { headers });
  expect(paged).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  expect((await world.ask('/v1/jobs', { headers })).body.data).toEqual([]);
  process.stdout.write(`situation 18: ${JSON.stringify({ asked, statuses: [...statuses], cursor: 400 })}\n`);
});

it('a key revoked under 5 sync requests and 3 queued jobs: refused anew, the rest ends well (situation 19)', async () => {
  const made = await world.post('/v1/keys', { label: 'to be revoked' });
  const headers = { authorization: `Bearer ${made.body.key}` };
  const ask = (mode: string) =>
    world.ask(`/v1/search?mode=${mode}`, {
      method: 'POST',
      headers,
      body: { query: 'q', surfaces: ['gemini'] },
    });
  const holding = async (): Promise<number> => {
    const { rows } = await world.db.query('SELECT count(*)::int AS n FROM fleet.sync_slot');
    return (rows[0] as { n: number }).n;
  };
  const waiting = Array.from({ length: 5 }, () => ask('sync'));
  await expect.poll(holding, { timeout: 10_000 }).toBe(5);
  const queued = [await ask('async'), await ask('async'), await ask('async')];
  const revokedAt = performance.now();
  await world.ask(`/v1/keys/${made.body.info.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${world.key}` },
  });
  const refused = async (): Promise<number> => (await world.ask('/v1/usage', { headers })).status;
  await expect.poll(refused, { timeout: 5_000, interval: 20 }).toBe(401);
  const refusedAfterMs = Math.round(performance.now() - revokedAt);
  for (let index = 0; index < 8; index++) await finishNext(world, { surface: 'gemini' });
  const answered = (await Promise.all(waiting)).map(({ status }) => status);
  const ended: string[] = [];
  for (const { body } of queued) ended.push((await world.get(`/v1/jobs/${body.jobId}`)).body.job.status);
  await expect.poll(holding, { timeout: 5_000, interval: 20 }).toBe(0);
  process.stdout.write(
    `situation 19: ${JSON.stringify({ refusedAfterMs, answered, ended, slotsHeld: await holding() })}\n`,
  );
  expect(answered).toEqual(Array(5).fill(200));
  expect(ended).toEqual(Array(3).fill('completed'));
});
