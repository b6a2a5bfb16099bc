import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decideAdmission, FRESH_LANE, type LaneState } from '../../../src/fleet/lane-decision.ts';
import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { readLanes } from '../../../src/fleet/lane-row.ts';
import { Lanes } from '../../../src/fleet/lanes.ts';
import { watchWorkers } from '../../../src/fleet/worker-metrics.ts';
import { claim } from '../../../src/jobs/claim.ts';
import { giveBack } from '../../../src/jobs/give-back.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { type LaneSettings, POLITE } from '../../../src/platform/lanes-setting.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { testLog } from '../database.ts';
import { claimed, context, fetched, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { setting } from './lane-world.ts';

const KEDA = readFileSync(resolve(import.meta.dirname, '../../../docker/kubernetes/keda.yaml'), 'utf8');
const HOUR_MS = 3_600_000;

let world: JobsWorld;
beforeEach(async () => {
  world = await openJobsWorld();
});
afterEach(() => world.close());

/** The figures that KEDA asks for: captures wanted, and the seconds the oldest of them has waited. */
async function asked(): Promise<number[]> {
  const queries = [...KEDA.matchAll(/^ +query: (.+)$/gm)].map(([, query = '']) => query);
  const figures = await Promise.all(queries.map((query) => world.db.query(query)));
  return figures.map(({ rows }) => Number(Object.values(z.record(z.string(), z.int()).parse(rows[0]))[0]));
}

async function submitMany(count: number, origin: 'live' | 'stage'): Promise<void> {
  await submit(world.db, world.queue, request({ replicates: count }), context({ origin }));
  await world.db.query(`UPDATE fleet.job SET created_at = now() - interval '100 s'`);
}

const demandRow = z.object({ running: z.int(), waiting: z.int(), wanted: z.int(), oldest: z.number() });

async function demand(): Promise<z.infer<typeof demandRow>> {
  const { rows } = await world.db.query(
    'SELECT running, waiting, wanted, oldest_seconds AS oldest FROM fleet.demand()',
  );
  return demandRow.parse(rows[0]);
}

describe('what a fleet asks of its autoscaler', () => {
  it('is all that is due where no lane has limits', async () => {
    expect(await asked()).toEqual([0, 0]);
    await submitMany(10, 'stage');
    const [wanted, oldest] = await asked();
    expect(wanted).toBe(10);
    expect(oldest).toBeGreaterThanOrEqual(100);
    await claimed(world);
    expect((await asked())[0]).toBe(10);
  });

  it('is what the lane lets through, however much waits behind it', async () => {
    await submitMany(10, 'live');
    const lanes = new Lanes({ db: world.db, setting: setting('live: at-once=2, per-minute=6') });
    const child = await claimed(world);
    await lanes.admit(child, { surface: 'chatgpt', egress: 'direct' }, 'w');
    expect(await asked()).toEqual([2, 0]); // The second waits for its pace, and not for a worker.
    await lanes.close({ surface: 'chatgpt', egress: 'direct' }, 'by hand', null);
    expect(await asked()).toEqual([1, 0]);
    await lanes.open({ surface: 'chatgpt', egress: 'direct' });
    expect((await asked())[0]).toBe(2);
  });

  it('is all again once a worker begins that was told of no limits', async () => {
    await submitMany(10, 'live');
    const limited = new Lanes({ db: world.db, setting: setting('live: at-once=2') });
    await limited.admit(await claimed(world), { surface: 'chatgpt', egress: 'direct' }, 'w');
    const lanes = new Lanes({ db: world.db, setting: setting('live: off') });
    const exits = { onlyStage: false, egress: {} };
    const gate = new LaneGate({ db: world.db, lanes, exits, workerId: 'w', log: testLog });
    await gate.begin(['chatgpt']);
    expect((await asked())[0]).toBe(10);
    expect(await readLanes(world.db)).toMatchObject([{ settings: null }]);
  });

  it('leaves out what waits for its next attempt, and what rests', async () => {
    await submitMany(2, 'stage');
    const job = await fetched(world.queue);
    const first = await claim(world.db, world.queue, job, { workerId: 'w', now: Date.now() });
    if (first.kind !== 'claimed') throw new Error(first.kind);
    await giveBack(world.db, world.queue, first.child, { outcome: 'timeout', message: '' });
    expect((await asked())[0]).toBe(2);
    await world.db.query(
      `UPDATE pgboss.job SET start_after = now() + interval '1 min' WHERE state = 'retry'`,
    );
    expect((await asked())[0]).toBe(1);
    await world.db.query(`UPDATE fleet.child SET not_before = now() + interval '1 min' WHERE attempts = 0`);
    expect(await asked()).toEqual([0, 0]);
  });

  it('counts each lane by itself, with the egress of its own where there is one', async () => {
    const regions = [{ country: 'DE' }, { country: 'US' }];
    await submit(world.db, world.queue, request({ regions, replicates: 5 }), context({ origin: 'live' }));
    await write('direct', FRESH_LANE, { ...POLITE, atOnce: 2 });
    expect((await asked())[0]).toBe(2);
    await write('DE', FRESH_LANE, { ...POLITE, atOnce: 3 });
    expect((await asked())[0]).toBe(5);
  });
});

describe('what is said of how long work has waited for a worker', () => {
  beforeEach(async () => {
    await submitMany(3, 'live');
    await world.db.query(`UPDATE fleet.job SET created_at = now() - interval '10 h'`);
  });

  /** The series that `QueueIsOld` looks at. */
  async function ready(): Promise<number> {
    const metrics = createMetrics();
    watchWorkers(metrics, world.db, testLog);
    const { body } = await metrics.text();
    return Number(/^queue_oldest_ready_seconds\{surface="chatgpt"\} (.+)$/m.exec(body)?.[1]);
  }

  it('is nothing in quiet hours; after them, only what has passed since', async () => {
    await write('direct', FRESH_LANE, { ...POLITE, quiet: hoursAround(-90, 90) });
    expect(await ready()).toBe(0);
    await write('direct', FRESH_LANE, { ...POLITE, quiet: hoursAround(-90, -2) });
    const since = await ready();
    expect(since).toBeGreaterThan(60);
    expect(since).toBeLessThan(300);
    await write('direct', FRESH_LANE, POLITE);
    expect(await ready()).toBeGreaterThan(35_000);
  });

  it('is counted from the end of a cool-down, of a pause, of a close by hand', async () => {
    const past = Date.now() - 100_000;
    for (const state of [
      { ...FRESH_LANE, phase: 'cooling' as const, coolUntil: past },
      { ...FRESH_LANE, nextAt: past },
      { ...FRESH_LANE, held: { until: past, reason: 'by hand' } },
    ]) {
      await write('direct', state, POLITE);
      const since = await ready();
      expect(since).toBeGreaterThanOrEqual(100);
      expect(since).toBeLessThan(300);
    }
  });

  it('is nothing for a pause that its settings give, and all for one that they never give', async () => {
    const seen = new Set<boolean>();
    for (const perMinute of [0.5, 6, 600])
      for (const inMs of [-5_000, 12_000, 100_000, HOUR_MS]) {
        const now = Date.now();
        const [state, settings] = [
          { ...FRESH_LANE, nextAt: now + inMs },
          { ...POLITE, perMinute },
        ];
        await write('direct', state, settings);
        const admits = decideAdmission(state, settings, { now, inFlight: 0, roll: 0 }).kind === 'admit';
        seen.add(admits);
        expect((await ready()) > 0, `${perMinute} ${inMs}`).toBe(admits);
      }
    expect(seen.size).toBe(2);
  });
});

async function write(egress: string, state: LaneState, settings: LaneSettings): Promise<void> {
  await world.db.query(
    `INSERT INTO fleet.lane (surface, egress, state, settings) VALUES ('chatgpt', $1, $2, $3)
     ON CONFLICT (surface, egress) DO UPDATE SET state = excluded.state, settings = excluded.settings`,
    [egress, JSON.stringify(state), JSON.stringify(settings)],
  );
}

/** How many of those that wait lane-decision.ts would let begin in this moment, pace aside. */
function letThrough(state: LaneState, settings: LaneSettings, load: { running: number; waiting: number }) {
  let now: LaneState = { ...state, nextAt: 0 };
  let begun = 0;
  for (; begun < load.waiting; begun++) {
    const at = { now: Date.now(), inFlight: load.running + begun, roll: 0 };
    const decision = decideAdmission(now, settings, at);
    if (decision.kind === 'wait') break;
    now = { ...decision.state, nextAt: 0 };
  }
  return begun;
}

/** Hours of the day around now, in a zone where the day may be another. */
function hoursAround(fromMinutes: number, toMinutes: number): LaneSettings['quiet'] {
  const kiritimati = new Date(Date.now() + 14 * HOUR_MS);
  const minute = kiritimati.getUTCHours() * 60 + kiritimati.getUTCMinutes();
  const day = (at: number): number => (at + 2 * 1_440) % 1_440;
  return {
    fromMinute: day(minute + fromMinutes),
    toMinute: day(minute + toMinutes),
    zone: 'Pacific/Kiritimati',
  };
}

describe('what the database says of a lane', () => {
  it('is what lane-decision.ts decides, whatever its state and settings', async () => {
    const soon = Date.now() + HOUR_MS;
    const past = Date.now() - HOUR_MS;
    const states: LaneState[] = [
      ...[FRESH_LANE, { ...FRESH_LANE, phase: 'probing' as const }],
      ...[past, soon].map((coolUntil) => ({ ...FRESH_LANE, phase: 'cooling' as const, coolUntil })),
      ...[null, past, soon].map((until) => ({ ...FRESH_LANE, held: { until, reason: 'by hand' } })),
    ];
    const quiets = [null, hoursAround(-90, 90), hoursAround(60, 600), hoursAround(60, -60)];
    await submitMany(6, 'live');
    const seen = new Set<number>();
    for (const running of [0, 1, 4]) {
      await world.db.query(
        `UPDATE fleet.child SET status = CASE WHEN replicate <= $1 THEN 'processing' ELSE 'queued' END`,
        [running],
      );
      for (const state of states)
        for (const quiet of quiets)
          for (const atOnce of [1, 3, 9]) {
            const settings = { ...POLITE, atOnce, quiet };
            await write('direct', state, settings);
            const waiting = 6 - running;
            const begun = letThrough(state, settings, { running, waiting });
            seen.add(begun);
            const what = JSON.stringify({ running, state, settings });
            expect(await demand(), what).toMatchObject({ running, waiting, wanted: running + begun });
          }
    }
    expect(seen.size).toBeGreaterThan(4);
  }, 60_000);
});
