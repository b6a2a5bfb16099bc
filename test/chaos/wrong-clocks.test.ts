import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ChaosWorld, openChaosWorld } from './chaos-world.ts';
import { Feed } from './feed.ts';
import { waiting } from './snapshot.ts';

const HOUR_MS = 3_600_000;
/** Clocks of one machine are compared here; a minute is far from an hour, and far from a busy machine's delays. */
const NEAR_MS = 60_000;
const SEARCHES = 6;

let world: ChaosWorld;
beforeAll(async () => {
  world = await openChaosWorld({ workers: 1, apis: 2 });
});
afterAll(() => world?.close());

const row = z.object({
  status: z.string(),
  requestedAt: z.string(),
  completedAt: z.string(),
  deadlineAt: z.date(),
});

async function children(): Promise<z.infer<typeof row>[]> {
  return world.look(async (db) => {
    const { rows } = await db.query(
      `SELECT c.status, c.envelope->'job'->>'requestedAt' AS "requestedAt",
         c.envelope->'job'->>'completedAt' AS "completedAt", j.deadline_at AS "deadlineAt"
       FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id`,
    );
    return z.array(row).parse(rows);
  });
}

describe('clocks that are an hour ahead and an hour behind, stepped while their processes run (situation 25)', () => {
  it('expire nothing, date nothing wrongly, and sign webhooks that receivers accept', async () => {
    const began = Date.now();
    const skews = { 'api-0': HOUR_MS, 'api-1': -HOUR_MS, 'worker-0': HOUR_MS, courier: -HOUR_MS };
    for (const [name, skew] of Object.entries(skews)) world.processes.get(name)?.setClock(skew);
    const feed = new Feed({ ...world, seed: 25, everyMs: 1_000, webhookUrl: world.receiver.url });
    for (let asked = 0; asked < SEARCHES; asked++) feed.ask('chatgpt', 'no-search');
    world.processes.get('worker-0')?.setClock(-HOUR_MS);
    await feed.finish();
    const until = performance.now() + 120_000;
    while (performance.now() < until) {
      const { open, untold } = await world.look(waiting);
      if (open + untold === 0) break;
      await pause(200);
    }
    const found = await children();
    const near = (at: number): boolean => at > began - NEAR_MS && at < Date.now() + NEAR_MS;
    const signatures = world.receiver.received.map(({ headers, body }) => {
      // Throws when the timestamp is more than five minutes away.
      new Webhook(world.webhookSecret).verify(body, headers as Record<string, string>);
      return Number(headers['webhook-timestamp']) * 1000;
    });
    const ends = Object.groupBy(found, ({ status }) => status);
    process.stdout.write(
      `situation 25: ${JSON.stringify({ skews, completed: ends.completed?.length ?? 0, expired: ends.expired?.length ?? 0, told: signatures.length })}\n`,
    );
    expect(found).toHaveLength(SEARCHES);
    expect(ends.expired).toBeUndefined();
    // All of them, on a machine that has time; a wrong clock that ends captures ends most.
    expect(ends.completed?.length ?? 0).toBeGreaterThan(SEARCHES / 2);
    for (const { requestedAt, completedAt, deadlineAt } of found) {
      expect(near(Date.parse(requestedAt))).toBe(true);
      expect(near(Date.parse(completedAt))).toBe(true);
      expect(near(deadlineAt.getTime() - HOUR_MS)).toBe(true);
    }
    expect(signatures.length).toBeGreaterThanOrEqual(SEARCHES);
    expect(signatures.every(near)).toBe(true);
  }, 240_000);
});
