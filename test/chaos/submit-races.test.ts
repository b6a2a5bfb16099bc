import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureFleetClient } from '../../src/client/index.ts';
import { createKey } from '../../src/jobs/api-keys.ts';
import { type JobsWorld, openJobsWorld } from '../integration/jobs/jobs-world.ts';
import { ApiProcesses } from './api-processes.ts';

let world: JobsWorld;
let apis: ApiProcesses;
let ports: number[];
let key: string;
beforeAll(async () => {
  world = await openJobsWorld();
  key = (await createKey(world.db, { label: 'test' }, Date.now())).key;
  apis = new ApiProcesses(world.url);
  ports = [await apis.start(), await apis.start(), await apis.start()];
});
afterAll(async () => {
  await apis.close();
  await world.close();
});

interface Tally {
  created: number;
  replayed: number;
  byStatus: Record<string, number>;
  jobs: Set<string>;
}

/** Posts all bodies at once, spread over the processes, without retries; counts what came back. */
async function race(bodies: readonly string[]): Promise<Tally> {
  const tally: Tally = { created: 0, replayed: 0, byStatus: {}, jobs: new Set() };
  await Promise.all(
    bodies.map(async (body, index) => {
      const response = await fetch(`http://127.0.0.1:${ports[index % ports.length]}/v1/search?mode=async`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
      const answer = (await response.json()) as { jobId?: string };
      tally.byStatus[response.status] = (tally.byStatus[response.status] ?? 0) + 1;
      if (answer.jobId === undefined) return;
      tally.jobs.add(answer.jobId);
      if (response.headers.get('idempotent-replayed') === 'true') tally.replayed++;
      else tally.created++;
    }),
  );
  return tally;
}

/** Rows that must fit together. */
async function stored(): Promise<Record<string, number>> {
  const { rows } = await world.db.query(
    `SELECT (SELECT count(*)::integer FROM fleet.job) AS jobs,
       (SELECT count(*)::integer FROM fleet.child) AS children,
       (SELECT count(*)::integer FROM fleet.ledger_entry WHERE kind = 'reserve') AS reservations,
       (SELECT count(*)::integer FROM fleet.idempotency) AS keys,
       (SELECT count(*)::integer FROM pgboss.job WHERE name = 'capture.chatgpt') AS queued,
       (SELECT count(*)::integer FROM pgboss.job q WHERE name = 'capture.chatgpt'
          AND NOT EXISTS (SELECT 1 FROM fleet.child c WHERE c.queue_job_id = q.id)) AS orphans,
       (SELECT count(*)::integer FROM fleet.child c
          WHERE NOT EXISTS (SELECT 1 FROM pgboss.job q WHERE q.id = c.queue_job_id)) AS "notQueued"`,
  );
  return rows[0] as Record<string, number>;
}

function say(situation: number, what: unknown): void {
  process.stdout.write(`situation ${situation}: ${JSON.stringify(what)}\n`);
}

describe('500 submits at once with one idempotency key, over three API processes', () => {
  it('and one body make one job with one reservation (situation 1)', async () => {
    const body = JSON.stringify({ query: 'race', surfaces: ['chatgpt'], idempotencyKey: 'race-1' });
    const { jobs, ...counted } = await race(Array.from({ length: 500 }, () => body));
    const after = await stored();
    say(1, { ...counted, jobs: jobs.size, stored: after });
    expect(counted).toEqual({ created: 1, replayed: 499, byStatus: { 202: 500 } });
    expect(jobs.size).toBe(1);
    expect(after).toMatchObject({ jobs: 1, children: 1, reservations: 1, orphans: 0, notQueued: 0 });
  });

  it('half of them written differently, one in ten with another priority (situation 2)', async () => {
    const plain = {
      query: 'race two',
      surfaces: ['chatgpt'],
      regions: [{ country: 'US' }],
      idempotencyKey: 'race-2',
    };
    const turned = {
      idempotencyKey: 'race-2',
      regions: ['us'],
      method: 'auto',
      surfaces: ['chatgpt'],
      prompt: 'race two',
      priority: 5,
    };
    // The first body must own the key, so that it is known which ones conflict.
    const first = await race([JSON.stringify(plain)]);
    const { jobs, ...counted } = await race(
      Array.from({ length: 500 }, (_, index) => {
        if (index % 10 === 9) return JSON.stringify({ ...plain, priority: 6 });
        return JSON.stringify(index % 2 === 0 ? plain : turned);
      }),
    );
    say(2, { ...counted, jobs: jobs.size });
    expect(counted).toEqual({ created: 0, replayed: 450, byStatus: { 202: 450, 409: 50 } });
    expect(jobs).toEqual(first.jobs);
  });
});

describe('2 000 submits while API processes are killed', () => {
  it('what was acknowledged is stored, nothing is torn, and the keys of lost tries are good (situation 3)', async () => {
    const before = await stored();
    const clients = ports.map((port) => client(port));
    const acknowledged = new Map<string, string>();
    let kills = 0;
    let running = true;
    const killer = async (): Promise<void> => {
      while (running) {
        await pause(150 + Math.random() * 300);
        const port = ports[Math.floor(Math.random() * ports.length)] ?? 0;
        await apis.kill(port);
        kills++;
        await apis.start(port);
      }
    };
    const killing = killer();
    const todo = Array.from({ length: 2_000 }, (_, index) => `kill-${index}`);
    const submitter = async (own: CaptureFleetClient): Promise<void> => {
      for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
        const { jobId } = await own.submit({ query: next, surfaces: ['chatgpt'], idempotencyKey: next });
        acknowledged.set(next, jobId);
      }
    };
    await Promise.all(Array.from({ length: 24 }, (_, index) => submitter(clients[index % 3] ?? client(0))));
    running = false;
    await killing;
    const after = await stored();
    const { rows } = await world.db.query(`SELECT id, query FROM fleet.job WHERE query LIKE 'kill-%'`);
    const found = new Map((rows as { id: string; query: string }[]).map((row) => [row.query, row.id]));
    say(3, { kills, acknowledged: acknowledged.size, jobs: found.size, stored: after });
    expect(kills).toBeGreaterThan(2);
    expect(found).toEqual(acknowledged);
    expect((after.jobs ?? 0) - (before.jobs ?? 0)).toBe(2_000);
    expect(after).toMatchObject({
      orphans: 0,
      notQueued: 0,
      reservations: after.children,
      queued: after.children,
    });
  }, 240_000);
});

/** A client that does not give up while its server is started again. */
function client(port: number): CaptureFleetClient {
  return new CaptureFleetClient({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: key,
    maxRetries: 40,
    timeoutMs: 10_000,
  });
}
