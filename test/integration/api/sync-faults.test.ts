import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../../src/jobs/settle.ts';
import { claimed, envelopeFor, finishNext } from '../jobs/jobs-world.ts';
import { type SilentProxy, silentProxy } from '../silent-proxy.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const WAITERS = 50;
const LEAVERS = 200;
let proxy: SilentProxy;
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({
    listenAt: async (url) => {
      proxy = await silentProxy(new URL(url));
      return proxy.url;
    },
  });
});
afterAll(async () => {
  await world.close();
  proxy.close();
});

function say(situation: number, what: unknown): void {
  process.stdout.write(`situation ${situation}: ${JSON.stringify(what)}\n`);
}

async function count(sql: string): Promise<number> {
  const { rows } = await world.db.query(`SELECT count(*)::integer AS n FROM ${sql}`);
  return (rows[0] as { n: number }).n;
}

const asOwner = (): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${world.key}` },
});
const body = { query: 'sync', surfaces: ['chatgpt'] };

describe('given clients that leave while their captures are under way', () => {
  it('200 of them: every slot is free again, nobody waits, every job goes on and ends (situation 22)', async () => {
    const leaving = new AbortController();
    const waiting = Array.from({ length: LEAVERS }, () =>
      world.ask('/v1/search', { ...asOwner(), method: 'POST', body, signal: leaving.signal }).then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
    const held = (): Promise<number> => count('fleet.sync_slot WHERE expires_at > clock_timestamp()');
    await expect.poll(held, { timeout: 30_000 }).toBe(LEAVERS);
    leaving.abort();
    const left = await Promise.all(waiting);
    const leftAt = performance.now();
    await expect.poll(held, { timeout: 30_000, interval: 20 }).toBe(0);
    const freedMs = Math.round(performance.now() - leftAt);
    for (let index = 0; index < LEAVERS; index++) await finishNext(world);
    const stay = world.post('/v1/search', body);
    await expect.poll(() => count(`fleet.child WHERE status = 'queued'`)).toBe(1);
    await finishNext(world);
    const answer = await stay;
    const completed = await count(`fleet.child WHERE status = 'completed'`);
    const running = answer.headers['x-concurrency-running'];
    say(22, { left: left.length, freedMs, completed, running });
    expect(new Set(left)).toEqual(new Set(['AbortError']));
    expect(completed).toBe(LEAVERS + 1);
    // Its own slot is the only one.
    expect(answer).toMatchObject({ status: 200, headers: { 'x-concurrency-running': '1' } });
  });
});

describe('given a LISTEN connection that falls silent without being closed', () => {
  it('50 waiting requests are all answered by the re-check (situation 6)', async () => {
    const settledAt = new Map<string, number>();
    const delays: number[] = [];
    const waiting = Array.from({ length: WAITERS }, async () => {
      const answer = await world.post('/v1/search', body);
      delays.push(performance.now() - (settledAt.get(answer.body.jobId) ?? Number.NaN));
      return answer.status;
    });
    await expect.poll(() => count(`fleet.child WHERE status = 'queued'`), { timeout: 20_000 }).toBe(WAITERS);
    proxy.silence();
    for (let index = 0; index < WAITERS; index++) {
      const child = await claimed(world);
      await settle(world.db, world.queue, child, await envelopeFor(world.db, child.id, 'answered', 'late'));
      settledAt.set(child.jobId, performance.now());
    }
    expect(await Promise.all(waiting)).toEqual(Array(WAITERS).fill(200));
    say(6, { answered: delays.length, slowestMs: Math.round(Math.max(...delays)) });
  });
});
