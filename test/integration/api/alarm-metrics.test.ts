import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
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
      ...['ledger_drift', 'credits_reserved_open', 'webhook_dead_total', 'webhook_oldest_overdue_seconds'],
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

  it('webhook_oldest_overdue_seconds counts from what no courier has taken up, and is 0 while receivers are left alone', async () => {
    const name = 'webhook_oldest_overdue_seconds';
    await submitted();
    await finishNext(world);
    await world.db.query('UPDATE fleet.event SET expanded_at = now()');
    await world.db.query(`DELETE FROM fleet.webhook_delivery`);
    expect(await series(name)).toBe(0);
    const { rows } = await world.db.query(
      `UPDATE fleet.event SET expanded_at = NULL, created_at = now() - interval '400 s'
       WHERE id = (SELECT max(id) FROM fleet.event) RETURNING id, job_id AS "jobId"`,
    );
    const [event] = z.array(z.object({ id: z.string(), jobId: z.string() })).parse(rows);
    expect(await series(name)).toBeGreaterThanOrEqual(400);
    await world.db.query('UPDATE fleet.event SET expanded_at = now()');
    expect(await series(name)).toBe(0);
    await world.db.query(
      `WITH body AS (
         INSERT INTO fleet.webhook_body (event_id, api_version, body) VALUES ($1, '2026-06-27', '{}')
         ON CONFLICT DO NOTHING
       ), target AS (
         INSERT INTO fleet.webhook_target (key, served_at) VALUES ('late.example', now())
       )
       INSERT INTO fleet.webhook_delivery (id, event_id, account_id, job_id, receiver, url, target, api_version, state,
         created_at, scheduled_from, due_at)
       SELECT 'dlv_late', $1, $2, $3, 'request', 'https://late.example', 'late.example', '2026-06-27', 'pending',
         now(), now(), now() - interval '500 s'`,
      [event?.id, DEFAULT_ACCOUNT, event?.jobId],
    );
    expect(await series(name)).toBeGreaterThanOrEqual(500);
    await world.db.query(`UPDATE fleet.webhook_target SET open_until = now() + interval '1 h'`);
    expect(await series(name)).toBe(0);
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
