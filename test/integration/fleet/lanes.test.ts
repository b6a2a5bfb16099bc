import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Region } from '../../../src/contract/region.ts';
import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { readLanes } from '../../../src/fleet/lane-row.ts';
import { type Lane, Lanes } from '../../../src/fleet/lanes.ts';
import { type ClaimedChild, claim } from '../../../src/jobs/claim.ts';
import { giveBack, release } from '../../../src/jobs/give-back.ts';
import { rescueChildrenOf } from '../../../src/jobs/rescue.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { testLog } from '../database.ts';
import { context, fetched, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { setting, TestClock } from './lane-world.ts';

let world: JobsWorld;
let clock: TestClock;
beforeEach(async () => {
  world = await openJobsWorld();
  clock = new TestClock();
});
afterEach(async () => {
  await world.close();
});

const LANE: Lane = { surface: 'chatgpt', egress: 'direct' };
const FAST = 'live: at-once=3, per-minute=6000, jitter=0, cool-down=1m, max-cool-down=10m';

const lanesOf = (text: string) => new Lanes({ db: world.db, setting: setting(text), clock, random: () => 0 });

async function submitLive(regions: (Region | null)[], origin: 'live' | 'stage' = 'live'): Promise<string[]> {
  const submitted = await submit(world.db, world.queue, request({ regions }), context({ origin }));
  return submitted.children;
}

async function claimNext(barred: string[] = [], workerId = 'w'): Promise<ClaimedChild> {
  const job = await fetched(world.queue);
  const found = await claim(world.db, world.queue, job, { workerId, now: Date.now(), barred });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  return found.child;
}

async function claimMany(count: number, workerId = 'w'): Promise<ClaimedChild[]> {
  const children: ClaimedChild[] = [];
  for (let index = 0; index < count; index++) {
    await submitLive([null]);
    children.push(await claimNext([], workerId));
  }
  return children;
}

describe('the lanes in the database', () => {
  it('admit no more than allowed when many workers ask in the same moment', async () => {
    const children = await claimMany(12);
    const others = Array.from({ length: 4 }, () => openDatabase(world.url, { log: testLog, max: 3 }));
    // Paces are not what is asked here: as fast as the settings can say, on a clock that moves with every look.
    const moving = {
      now: () => {
        clock.advance(10);
        return clock.now();
      },
    };
    const fleet = others.map((db) => new Lanes({ db, setting: setting(FAST), clock: moving }));
    const passes = await Promise.all(
      children.map((child, index) => fleet[index % fleet.length]?.admit(child, LANE, `w${index}`)),
    );
    expect(passes.filter((pass) => pass?.kind === 'admitted')).toHaveLength(3);
    await Promise.all(others.map((db) => db.close()));
  });

  it('start one capture per pause, whoever asks', async () => {
    const lanes = lanesOf('live: at-once=9, per-minute=60, jitter=0');
    const [first, second, third] = await claimMany(3);
    if (!first || !second || !third) throw new Error('three were claimed');
    expect(await lanes.admit(first, LANE, 'a')).toEqual({ kind: 'admitted' });
    expect(await lanes.admit(second, LANE, 'b')).toEqual({ kind: 'wait', reason: 'pacing', waitMs: 1_000 });
    clock.advance(1_000);
    expect(await lanes.admit(second, LANE, 'b')).toEqual({ kind: 'admitted' });
    expect(await lanes.admit(third, LANE, 'a')).toMatchObject({ kind: 'wait', reason: 'pacing' });
  });

  it('cool down for longer each time a probe meets a wall', async () => {
    const lanes = lanesOf(FAST);
    const cooled: number[] = [];
    for (const child of await claimMany(6)) {
      expect(await lanes.admit(child, LANE, 'w')).toEqual({ kind: 'admitted' });
      const cooling = await lanes.report(child, LANE, 'throttled');
      cooled.push((cooling?.coolDownMs ?? 0) / 60_000);
      const [shut] = await lanes.shut([LANE]);
      expect(shut).toEqual({ ...LANE, reason: 'cooling_down', waitMs: cooling?.coolDownMs });
      clock.advance(cooling?.coolDownMs ?? 0);
    }
    expect(cooled).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('count nothing for a dead worker once its children were taken back, and its late report changes nothing', async () => {
    const lanes = lanesOf('live: at-once=1, per-minute=6000, jitter=0');
    const [child] = await claimMany(1, 'dead');
    if (!child) throw new Error('one was claimed');
    await lanes.admit(child, LANE, 'dead');
    expect((await readLanes(world.db))[0]).toMatchObject({ inFlight: 1, waiting: 'max_in_flight' });
    await rescueChildrenOf(world.db, world.queue, 'dead');
    expect((await readLanes(world.db))[0]).toMatchObject({ inFlight: 0 });
    clock.advance(1_000);
    const again = await claimNext([], 'alive');
    expect(await lanes.admit(again, LANE, 'alive')).toEqual({ kind: 'admitted' });
    expect(await lanes.report(child, LANE, 'challenge')).toBeUndefined();
    expect((await readLanes(world.db))[0]).toMatchObject({ phase: 'flowing', inFlight: 1 });
  });

  it('are apart: a wall on one egress leaves the others open, and without limits nothing is written', async () => {
    const lanes = lanesOf(`${FAST}; chatgpt/US: off`);
    const [first, second] = await claimMany(2);
    if (!first || !second) throw new Error('two were claimed');
    await lanes.admit(first, LANE, 'w');
    await lanes.report(first, LANE, 'challenge');
    expect(await lanes.shut([LANE, { ...LANE, egress: 'DE' }, { ...LANE, egress: 'US' }])).toHaveLength(1);
    expect(await lanes.admit(second, { ...LANE, egress: 'US' }, 'w')).toEqual({ kind: 'admitted' });
    expect((await readLanes(world.db)).map(({ egress }) => egress)).toEqual(['direct']);
  });
});

describe('a child whose lane is shut', () => {
  it('is passed over for those behind it whose lanes are open, and comes first again later', async () => {
    const [german] = await submitLive([{ country: 'DE' }]);
    const [untargeted] = await submitLive([null]);
    const [onStage] = await submitLive([null], 'stage');
    expect((await claimNext(['DE', 'GLOBAL'])).id).toBe(onStage);
    expect((await claimNext(['DE'])).id).toBe(untargeted);
    expect((await claimNext()).id).toBe(german);
  });

  it('is given back uncounted when its lane shut in the last moment, and is not fetched before its time', async () => {
    const lanes = lanesOf('live: at-once=1, per-minute=6000, jitter=0');
    const [first, second] = await claimMany(2);
    if (!first || !second) throw new Error('two were claimed');
    const exits = { onlyStage: false, egress: {} };
    const gate = new LaneGate({ db: world.db, lanes, exits, workerId: 'w', log: testLog });
    expect(await gate.admit(first, world.queue)).toBe(true);
    expect(await gate.admit(second, world.queue)).toBe(false);
    const { rows } = await world.db.query(
      'SELECT status, attempts, not_before > now() AS later FROM fleet.child WHERE id = $1',
      [second.id],
    );
    expect(rows).toEqual([{ status: 'queued', attempts: 0, later: true }]);
    expect(await world.queue.fetch('chatgpt')).toBeUndefined();
    await until(async () => (await world.queue.fetch('chatgpt')) !== undefined);
  });

  it('does not make its surface worth a fetch, unless something else of it may go', async () => {
    const lanes = lanesOf(FAST);
    const egress = { DE: { server: 'http://127.0.0.1:9' } };
    const gate = new LaneGate({
      ...{ db: world.db, lanes, exits: { onlyStage: false, egress }, workerId: 'w', log: testLog },
    });
    await submitLive([{ country: 'DE' }]);
    await lanes.close({ surface: 'chatgpt', egress: 'DE' }, 'by hand', 60_000);
    const alone = await gate.look(['chatgpt', 'claude']);
    expect(alone.surfaces).toEqual(['claude']);
    expect(alone.againInMs).toBeGreaterThanOrEqual(60_000);
    await submitLive([{ country: 'FR' }]);
    const joined = await gate.look(['chatgpt', 'claude']);
    expect(joined.surfaces).toEqual(['chatgpt', 'claude']);
    expect(joined.barred.get('chatgpt')).toEqual(['DE']);
  });

  it('nor does what else may go make it so before its rest or its backoff is over', async () => {
    const lanes = lanesOf(FAST);
    const exits = { onlyStage: false, egress: { DE: { server: 'http://127.0.0.1:9' } } };
    const gate = new LaneGate({ db: world.db, lanes, exits, workerId: 'w', log: testLog });
    const [resting] = await claimMany(1);
    if (!resting) throw new Error('one was claimed');
    await submitLive([{ country: 'DE' }]);
    await lanes.close({ surface: 'chatgpt', egress: 'DE' }, 'by hand', 60_000);
    const worth = async () => (await gate.look(['chatgpt', 'claude'])).surfaces;
    await release(world.db, world.queue, resting, 600_000);
    expect(await worth()).toEqual(['claude']);
    await world.db.query('UPDATE fleet.child SET not_before = now() WHERE id = $1', [resting.id]);
    expect(await worth()).toEqual(['chatgpt', 'claude']);
    const tried = await claimNext(['DE']);
    expect(tried.id).toBe(resting.id);
    await giveBack(world.db, world.queue, tried, { outcome: 'timeout', message: '' });
    const backoff = `UPDATE pgboss.job SET start_after = now() + $2::interval WHERE name = 'capture.chatgpt' AND id = $1`;
    await world.db.query(backoff, [tried.lease.queueJobId, '10 minutes']);
    expect(await worth()).toEqual(['claude']);
    await world.db.query(backoff, [tried.lease.queueJobId, '0 s']);
    expect(await worth()).toEqual(['chatgpt', 'claude']);
  });

  it('takes its place before younger ones when it was released without a wait', async () => {
    const [first] = await claimMany(1);
    if (!first) throw new Error('one was claimed');
    await submitLive([null]);
    await release(world.db, world.queue, first);
    expect((await claimNext()).id).toBe(first.id);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('never came');
}
