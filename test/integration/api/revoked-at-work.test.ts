import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const WAITING = 5;
const QUEUED = 7;
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

async function count(sql: string): Promise<number> {
  const { rows } = await world.db.query(`SELECT count(*)::integer AS n FROM ${sql}`);
  return (rows[0] as { n: number }).n;
}

describe('given a key that is revoked while it holds sync requests and queued jobs (situation 19)', () => {
  it('new calls are refused, what runs finishes and is answered, nothing leaks', async () => {
    const { key, info } = await createKey(world.db, { label: 'leaver' }, Date.now());
    const headers = { authorization: `Bearer ${key}` };
    const search = (mode: string) =>
      world.ask(`/v1/search?mode=${mode}`, {
        method: 'POST',
        headers,
        body: { query: 'q', surfaces: ['chatgpt'] },
      });
    const waiting = Array.from({ length: WAITING }, () => search('sync'));
    await expect.poll(() => count('fleet.sync_slot'), { timeout: 30_000 }).toBe(WAITING);
    const queued: string[] = [];
    for (let index = 0; index < QUEUED; index++) queued.push((await search('async')).body.jobId);

    const bearer = { authorization: `Bearer ${world.key}` };
    const revoked = await world.ask(`/v1/keys/${info.id}`, { method: 'DELETE', headers: bearer });
    expect(revoked.status).toBe(200);
    const revokedAt = performance.now();
    await expect.poll(async () => (await search('async')).status, { timeout: 5_000, interval: 20 }).toBe(401);
    const refusedAfterMs = Math.round(performance.now() - revokedAt);
    expect((await world.ask(`/v1/jobs/${queued[0]}`, { headers })).status).toBe(401);

    while ((await count(`fleet.child WHERE status = 'queued'`)) > 0) await finishNext(world);
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: WAITING }, () => 200));
    for (const jobId of queued) {
      expect((await world.get(`/v1/jobs/${jobId}`)).body.job.status).toBe('completed');
    }
    await expect.poll(() => count('fleet.sync_slot'), { timeout: 15_000 }).toBe(0);
    const open = await count(`fleet.account_balance WHERE reserved <> 0 OR open_children <> 0`);
    expect(open).toBe(0);
    const counted = {
      refusedAfterMs,
      syncAnswered: answers.length,
      queuedCompleted: queued.length,
      leaked: open,
    };
    process.stdout.write(`situation 19: ${JSON.stringify(counted)}\n`);
  });
});
