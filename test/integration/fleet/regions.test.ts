import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Region } from '../../../src/contract/region.ts';
import { type Claim, claim } from '../../../src/jobs/claim.ts';
import { fetchByTurn, type ServedRegions } from '../../../src/jobs/fairness.ts';
import { giveBack } from '../../../src/jobs/give-back.ts';
import { findDisagreement } from '../../../src/jobs/reconcile.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { context, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';

const DE = { country: 'DE' };
const US = { country: 'US', city: 'Austin' };

let world: JobsWorld;
beforeEach(async () => {
  world = await openJobsWorld();
});
afterEach(() => world.close());

async function ask(regions: (Region | null)[]): Promise<void> {
  await submit(world.db, world.queue, request({ regions }), context());
}

/** What a worker of these regions does with a free slot: the claim, or undefined when it finds nothing to fetch. */
async function next(regions: ServedRegions, workerId = 'worker-1'): Promise<Claim | undefined> {
  const job = await fetchByTurn(world.db, world.queue, ['chatgpt', 'gemini'], regions);
  return job && claim(world.db, world.queue, job, { workerId, regions, now: Date.now() });
}

function country(taken: Claim | undefined): string | undefined {
  return taken?.kind === 'claimed' ? (taken.child.region?.country ?? 'GLOBAL') : taken?.kind;
}

describe('a worker for certain regions', () => {
  it('takes their children wherever they stand in the queue, and leaves the others to others', async () => {
    await ask([US, null, DE]);
    expect(country(await next(['DE']))).toBe('DE');
    expect(await next(['DE'])).toBeUndefined();
    expect(country(await next(['GLOBAL', 'FR']))).toBe('GLOBAL');
    expect(country(await next(undefined))).toBe('US');
    expect(await next(undefined)).toBeUndefined();
  });

  it('knows a region by its country, whatever city or language was asked for', async () => {
    await ask([{ country: 'US', city: 'Austin', language: 'es' }]);
    expect(country(await next(['US']))).toBe('US');
  });

  it('that fetched the only queue job together with another slot puts it back, and no attempt counts', async () => {
    await ask([US]);
    const job = await world.queue.fetch('chatgpt');
    if (job === undefined) throw new Error('nothing is due');
    const refused = await claim(world.db, world.queue, job, {
      ...{ workerId: 'worker-1', regions: ['DE'], now: Date.now() },
    });
    expect(refused.kind).toBe('elsewhere');
    const taken = await next(undefined, 'worker-2');
    expect(taken).toMatchObject({ kind: 'claimed', child: { attempt: 1 } });
  });

  it('that puts it back so late that its lease has run out leaves no queue job behind', async () => {
    await ask([US]);
    const job = await world.queue.fetch('chatgpt');
    if (job === undefined) throw new Error('nothing is due');
    // What pg-boss's supervision does with a job whose heartbeat ran out.
    await world.db.query(`UPDATE pgboss.job SET state = 'retry' WHERE id = $1`, [job.queueJobId]);
    const refused = await claim(world.db, world.queue, job, {
      ...{ workerId: 'worker-1', regions: ['DE'], now: Date.now() },
    });
    expect(refused.kind).toBe('elsewhere');
    expect(await findDisagreement(world.db)).toEqual({ children: [], jobs: [] });
  });

  it('also finds a child of theirs that waits for another attempt', async () => {
    await ask([US, DE]);
    const first = await next(['DE']);
    if (first?.kind !== 'claimed') throw new Error('not claimed');
    await giveBack(world.db, world.queue, first.child, { outcome: 'timeout', message: 'slow' });
    const kinds: (string | undefined)[] = [];
    // Its job may stand behind that of the other region, which is put back once.
    for (let look = 0; look < 3 && !kinds.includes('DE'); look++) kinds.push(country(await next(['DE'])));
    expect(kinds.at(-1)).toBe('DE');
    expect(country(await next(['US']))).toBe('US');
  });
});
