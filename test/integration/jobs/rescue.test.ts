import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim } from '../../../src/jobs/claim.ts';
import { findDisagreement } from '../../../src/jobs/reconcile.ts';
import { rescueChildrenOf } from '../../../src/jobs/rescue.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { claimed, context, fetched, type JobsWorld, openJobsWorld, request } from './jobs-world.ts';

let world: JobsWorld;
beforeEach(async () => {
  world = await openJobsWorld();
});
afterEach(async () => {
  await world.close();
});

/** What pg-boss's supervision does with a job whose heartbeat ran out. */
async function lapse(queueJobId: string): Promise<void> {
  await world.db.query(`UPDATE pgboss.job SET state = 'retry' WHERE id = $1`, [queueJobId]);
}

describe('the child of a dead worker whose lease had run out before it was rescued', () => {
  it('leaves no queue job behind that nobody waits for, and is taken again under its new one', async () => {
    await submit(world.db, world.queue, request(), context());
    const child = await claimed(world, { workerId: 'dead' });
    await lapse(child.lease.queueJobId);
    expect(await rescueChildrenOf(world.db, world.queue, 'dead')).toBe(1);
    expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
    expect(await claimed(world, { workerId: 'alive' })).toMatchObject({ id: child.id, attempt: 2 });
  });

  it('is not run twice where another worker had fetched it and not yet claimed', async () => {
    await submit(world.db, world.queue, request(), context());
    const child = await claimed(world, { workerId: 'dead' });
    await lapse(child.lease.queueJobId);
    const job = await fetched(world.queue);
    expect(await rescueChildrenOf(world.db, world.queue, 'dead')).toBe(1);
    expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
    const late = await claim(world.db, world.queue, job, { workerId: 'late', now: Date.now() });
    expect(late.kind).not.toBe('claimed');
    expect(await claimed(world, { workerId: 'alive' })).toMatchObject({ id: child.id, attempt: 2 });
  });
});
