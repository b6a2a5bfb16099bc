import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lane, Lanes } from '../../../src/fleet/lanes.ts';
import { ownerOf } from '../../../src/jobs/account.ts';
import { type ClaimedChild, claim } from '../../../src/jobs/claim.ts';
import { fetchByTurn } from '../../../src/jobs/fairness.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { countSqlTrips, type SqlTrips } from '../../bench/sql-trips.ts';
import {
  context,
  envelopeFor,
  type JobsWorld,
  openAccount,
  openJobsWorld,
  request,
} from '../jobs/jobs-world.ts';
import { setting } from './lane-world.ts';

let world: JobsWorld;
let trips: SqlTrips;
beforeAll(async () => {
  world = await openJobsWorld();
  trips = countSqlTrips('capture-fleet');
});
afterAll(async () => {
  trips?.stop();
  await world?.close();
});

async function tripsOf<T>(step: () => Promise<T>): Promise<{ trips: number; result: T }> {
  const before = trips.count;
  const result = await step();
  return { trips: trips.count - before, result };
}

async function submitOf(accountId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const submitted = await submit(
      world.db,
      world.queue,
      request(),
      context({ caller: ownerOf(accountId), origin: 'live' }),
    );
    ids.push(...submitted.children);
  }
  return ids;
}

async function fetchAndClaim(): Promise<{ fetch: number; claim: number; child: ClaimedChild; own: string }> {
  const fetched = await tripsOf(() => fetchByTurn(world.db, world.queue, ['chatgpt']));
  const job = fetched.result;
  if (job === undefined) throw new Error('nothing is due');
  const by = { workerId: 'w', now: Date.now() };
  const taken = await tripsOf(() => claim(world.db, world.queue, job, by));
  if (taken.result.kind !== 'claimed') throw new Error(taken.result.kind);
  return { fetch: fetched.trips, claim: taken.trips, child: taken.result.child, own: job.childId };
}

async function settled(child: ClaimedChild, accountId: string): Promise<number> {
  const envelope = await envelopeFor(world.db, child.id, 'answered', 'an answer', accountId);
  return (await tripsOf(() => settle(world.db, world.queue, child, envelope))).trips;
}

describe('the round trips of one child, from the fetch to its end', () => {
  it('are six: two to fetch, two to claim, two to settle', async () => {
    await openAccount(world.db, 'acct_one');
    await submitOf('acct_one', 1);
    const { child, fetch, claim: claiming } = await fetchAndClaim();
    const settling = await settled(child, 'acct_one');
    expect({ fetch, claim: claiming, settle: settling }).toEqual({ fetch: 2, claim: 2, settle: 2 });
  });

  it('are six also where its queue job is exchanged for that of the account whose turn it is', async () => {
    await openAccount(world.db, 'acct_many');
    await openAccount(world.db, 'acct_few');
    await submitOf('acct_many', 2);
    await submitOf('acct_few', 1);
    const first = await fetchAndClaim();
    const second = await fetchAndClaim();
    const third = await fetchAndClaim();
    const all = [first, second, third];
    // Two jobs of the account that came first, and one of the other: by turns, so one of them was exchanged.
    expect(all.some(({ child, own }) => child.id !== own)).toBe(true);
    expect(all.map(({ fetch, claim: claiming }) => fetch + claiming)).toEqual([4, 4, 4]);
    for (const { child } of all) {
      const { rows } = await world.db.query('SELECT account_id AS id FROM fleet.child WHERE id = $1', [
        child.id,
      ]);
      expect(await settled(child, (rows[0] as { id: string }).id)).toBe(2);
    }
  });

  it('on a lane that has limits two more to be let in, and two to tell its end', async () => {
    const lane: Lane = { surface: 'chatgpt', egress: 'direct' };
    const lanes = new Lanes({ db: world.db, setting: setting('live: at-once=9, per-minute=6000, jitter=0') });
    await submitOf('acct_one', 1);
    const { child } = await fetchAndClaim();
    const admit = await tripsOf(() => lanes.admit(child, lane, 'w'));
    expect(admit).toEqual({ trips: 2, result: { kind: 'admitted' } });
    expect(await tripsOf(() => lanes.report(child, lane, 'answered'))).toEqual({
      trips: 2,
      result: undefined,
    });
    await settled(child, 'acct_one');
  });

  it('are counted truly: three where each statement waits for the one before', async () => {
    const counted = await tripsOf(() => world.db.transaction((sql) => sql.query('SELECT 1')));
    expect(counted.trips).toBe(3);
  });
});
