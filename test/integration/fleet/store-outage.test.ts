import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { faultyFront, type S3Server, s3rverServer } from '../artifacts/s3-servers.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

let world: WorkerWorld;
let s3: S3Server;
let front: Awaited<ReturnType<typeof faultyFront>>;
beforeEach(async () => {
  s3 = await s3rverServer();
  front = await faultyFront(s3);
  world = await openWorkerWorld({ surfaces: [echoSurface()], stages: [echoStage()] });
});
afterEach(async () => {
  await world.close();
  await front.stop();
  await s3.stop();
});

async function ledger(): Promise<Record<string, number>> {
  const { rows } = await world.fresh.db.query(
    `SELECT kind, count(*)::integer AS n FROM fleet.ledger_entry WHERE child_id IS NOT NULL GROUP BY kind`,
  );
  return Object.fromEntries((rows as { kind: string; n: number }[]).map(({ kind, n }) => [kind, n]));
}

/** Every blob that an Envelope names, read and checked against its hash. */
async function verified({ job: { artifacts } }: Envelope): Promise<number> {
  const named: [string | null, string | null][] = [
    [artifacts.rawKey, artifacts.rawSha256],
    [artifacts.proofHtmlKey, artifacts.proofHtmlSha256],
    [artifacts.screenshotKey, artifacts.screenshotSha256],
    [artifacts.thumbnailKey, artifacts.thumbnailSha256],
  ];
  const kept = named.filter(([key]) => key !== null);
  for (const [key, sha256] of kept) await s3.store().get(key ?? '', sha256);
  return kept.length;
}

function say(what: unknown): void {
  process.stdout.write(`situation 24: ${JSON.stringify(what)}\n`);
}

describe('a store that fails while proof is written (situation 24)', () => {
  it('is tried again; in the end there is one Envelope, all its blobs are whole, one charge', async () => {
    // More than the store's own retries bear: the attempt is given back, and another one succeeds.
    front.faults.push(...Array.from({ length: 6 }, () => [500, 'reset', 503] as const).flat());
    const { jobId } = await world.submit('store comes back');
    await world.worker({ store: front.store(), slots: 1 });
    const [envelope] = await world.ended(jobId, 90_000);
    if (envelope === undefined) throw new Error('no Envelope');
    const blobs = await verified(envelope);
    const booked = await ledger();
    say({ faultsLeft: front.faults.length, requests: front.seen(), blobs, booked });
    expect(envelope.job).toMatchObject({ status: 'completed', outcome: 'answered' });
    expect(front.faults).toEqual([]);
    expect(blobs).toBeGreaterThanOrEqual(3);
    expect(booked).toEqual({ reserve: 1, settle: 1 });
  }, 120_000);

  it('for good ends the child without an Envelope that names what is not there, and without a charge', async () => {
    front.faults.push(...Array.from({ length: 20_000 }, () => 500 as const));
    const { jobId } = await world.submit('store is gone');
    await world.fresh.db.query(`UPDATE fleet.job SET deadline_at = now() + interval '12 s' WHERE id = $1`, [
      jobId,
    ]);
    await world.worker({ store: front.store(), slots: 1 });
    const [envelope] = await world.ended(jobId, 90_000);
    const booked = await ledger();
    say({
      status: envelope?.job.status,
      failure: envelope?.job.failure?.code,
      requests: front.seen(),
      booked,
    });
    expect(envelope?.job.status).toMatch(/^(failed|expired)$/);
    expect(envelope?.job.artifacts.rawKey).toBeNull();
    expect(booked).toEqual({ reserve: 1, release: 1 });
  }, 120_000);
});
