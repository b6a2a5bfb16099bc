import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

/** The value of a series; undefined when nothing is said about it. */
async function series(name: string): Promise<number | undefined> {
  const { text } = await world.ask('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

async function submitted(body: object = {}): Promise<string> {
  const asked = { query: 'q', surfaces: ['chatgpt'], ...body };
  const answer = await world.post('/v1/search?mode=async', asked);
  expect(answer.status).toBe(202);
  return answer.body.jobId;
}

describe('the series that alarms are set on', () => {
  it('are 0 when nothing has happened', async () => {
    for (const name of [
      ...['ledger_drift', 'credits_reserved_open', 'webhook_dead_total'],
      ...['idempotent_replays_total', 'artifact_verify_failures_total'],
    ])
      expect(await series(name), name).toBe(0);
  });

  it('credits_reserved_open counts what is under way, and is 0 again at its end', async () => {
    await submitted({ surfaces: ['chatgpt', 'gemini'] });
    expect(await series('credits_reserved_open')).toBe(9);
    await finishNext(world);
    expect(await series('credits_reserved_open')).toBe(4);
    await finishNext(world, { surface: 'gemini', outcome: 'absent' });
    expect(await series('credits_reserved_open')).toBe(0);
    expect(await series('ledger_drift')).toBe(0);
  });

  it('sync_inflight counts requests that wait, and is 0 again when they are answered', async () => {
    expect(await series('sync_inflight')).toBe(0);
    const waiting = [1, 2].map(() => world.post('/v1/search', { query: 'q', surfaces: ['copilot'] }));
    await expect.poll(() => series('sync_inflight'), { timeout: 30_000 }).toBe(2);
    for (const _one of waiting) await finishNext(world, { surface: 'copilot' });
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
    expect(await series('sync_inflight')).toBe(0);
  });

  it('ledger_drift tells that a balance is not what its captures say', async () => {
    const change = (by: number) =>
      world.db.query('UPDATE fleet.account_balance SET reserved = reserved + $2 WHERE account_id = $1', [
        DEFAULT_ACCOUNT,
        by,
      ]);
    await change(3);
    expect(await series('ledger_drift')).toBe(1);
    await change(-3);
    expect(await series('ledger_drift')).toBe(0);
  });

  it('idempotent_replays_total counts repetitions only', async () => {
    const jobId = await submitted({ idempotencyKey: 'once' });
    expect(await series('idempotent_replays_total')).toBe(0);
    expect(await submitted({ idempotencyKey: 'once' })).toBe(jobId);
    expect(await submitted({ idempotencyKey: 'once' })).toBe(jobId);
    expect(await series('idempotent_replays_total')).toBe(2);
    await finishNext(world);
  });

  it('artifact_verify_failures_total counts what was withheld', async () => {
    await submitted();
    const { job } = await finishWithProof(world, world.store);
    const path = `/v1/jobs/${job.id}/artifacts/raw`;
    expect((await world.get(path)).status).toBe(200);
    expect(await series('artifact_verify_failures_total')).toBe(0);
    writeFileSync(world.store.describe(job.artifacts.rawKey ?? ''), 'something else');
    expect((await world.get(path)).status).toBe(502);
    expect(await series('artifact_verify_failures_total')).toBe(1);
  });

  it('webhook_dead_total counts deliveries given up, until they are replayed', async () => {
    const jobId = await submitted();
    await finishNext(world);
    await world.db.query(
      `WITH ended AS (
         SELECT id FROM fleet.event WHERE job_id = $1
       ), body AS (
         INSERT INTO fleet.webhook_body (event_id, api_version, body)
         SELECT id, '2026-06-27', '{}' FROM ended RETURNING event_id
       )
       INSERT INTO fleet.webhook_delivery (id, event_id, account_id, job_id, receiver, url, target, api_version, state,
         created_at, scheduled_from, due_at, finished_at)
       SELECT 'dlv_dead', event_id, $2, $1, 'request', 'https://a.example', 'a.example', '2026-06-27', 'dead',
         now(), now(), now(), now() FROM body`,
      [jobId, DEFAULT_ACCOUNT],
    );
    expect(await series('webhook_dead_total')).toBe(1);
    const headers = { authorization: `Bearer ${world.key}` };
    const replay = await world.ask('/v1/webhooks/deliveries/dlv_dead/replay', { method: 'POST', headers });
    expect(replay.status).toBe(202);
    expect(await series('webhook_dead_total')).toBe(0);
  });

  it('queue_oldest_age_seconds is the age of the oldest that waits, by surface, and is silent when none does', async () => {
    const name = 'queue_oldest_age_seconds{surface="perplexity"}';
    expect(await series(name)).toBeUndefined();
    const jobId = await submitted({ surfaces: ['perplexity'] });
    await world.db.query(`UPDATE fleet.job SET created_at = created_at - interval '400 s' WHERE id = $1`, [
      jobId,
    ]);
    const age = await series(name);
    expect(age).toBeGreaterThanOrEqual(400);
    expect(age).toBeLessThan(1_000);
    await finishNext(world, { surface: 'perplexity' });
    expect(await series(name)).toBeUndefined();
  });
});
