import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeRun } from './chaos-run.ts';
import { type ChaosWorld, openChaosWorld } from './chaos-world.ts';
import { Feed } from './feed.ts';

/** The specification's outage is a minute; CI makes it shorter. */
const AWAY_MS = Number(process.env.CHAOS_AWAY_S ?? '15') * 1000;
const PATIENCE_MS = 420_000;
/** What the specification gives the fleet after the database's return (measured: 0.1 s, then 0.2 s). */
const RESUMES_MS = 10_000;

let world: ChaosWorld;
beforeAll(async () => {
  world = await openChaosWorld({ workers: 1, apis: 1 });
}, 240_000);
afterAll(() => world?.close());

const base = (): string => `http://127.0.0.1:${world.ports[0]}`;

async function statusOf(path: string): Promise<number> {
  const answer = await fetch(`${base()}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}

async function until(reached: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await reached())) {
    if (performance.now() - began > PATIENCE_MS) throw new Error('not reached in time');
    await pause(100);
  }
  return Math.round(performance.now() - began);
}

describe('a database that goes away under load and comes back (situation 5)', () => {
  it('readyz says so, healthz does not; nothing is lost, and work resumes', async () => {
    const feed = new Feed({ ...world, seed: 5, everyMs: 2_000, webhookUrl: world.receiver.url });
    const feeding = feed.run();
    await until(async () => feed.accepted.length >= 2);
    await world.stopPostgres();
    await until(async () => (await statusOf('/readyz')) === 503);
    const alive = await statusOf('/healthz');
    await pause(AWAY_MS);
    const accepted = feed.accepted.length;
    await world.startPostgres();
    const readyMs = await until(async () => (await statusOf('/readyz')) === 200);
    const acceptedMs = await until(async () => feed.accepted.length > accepted);
    const lastFaultEndedAt = Date.now();
    await feed.finish();
    await feeding;
    const { snapshot, violations } = await judgeRun(world, feed, lastFaultEndedAt, () => undefined);
    const counted = { awayMs: AWAY_MS, readyMs, acceptedMs, children: snapshot.children.length };
    process.stdout.write(`situation 5: ${JSON.stringify({ ...counted, retries: feed.retries })}\n`);
    expect(alive).toBe(200);
    expect(feed.retries).toBeGreaterThan(0);
    expect(readyMs).toBeLessThan(RESUMES_MS);
    expect(acceptedMs).toBeLessThan(RESUMES_MS);
    expect(violations).toEqual([]);
  }, 900_000);
});
