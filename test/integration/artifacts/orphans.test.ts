import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { ORPHAN_AGE_MS, sweepOrphans } from '../../../src/fleet/orphan-sweep.ts';
import { retireJobs } from '../../../src/jobs/retention.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { claimed, context, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { fauxqsServer, type S3Server } from './s3-servers.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleet-orphans-'));
let fauxqs: S3Server;
let world: JobsWorld;

beforeAll(async () => {
  [fauxqs, world] = await Promise.all([fauxqsServer(), openJobsWorld()]);
});
afterAll(async () => {
  await fauxqs.stop();
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

const DAY = '2026/11/23';
const FROM_NOW = ORPHAN_AGE_MS + 60_000;

describe.each([
  ['files', () => new FsArtifactStore(directory)],
  ['S3', () => fauxqs.store()],
] as [string, () => ArtifactStore][])('orphans on %s', (name, open) => {
  it('are what no capture refers to, older than a day; all else stays', async () => {
    const store = open();
    const kept = await submitAndFinish(store);
    const retired = await submitAndFinish(store);
    await world.db.query(
      `UPDATE fleet.child SET completed_at = '2020-01-01' WHERE envelope->'job'->'artifacts'->>'rawKey' = $1`,
      [retired],
    );
    await world.db.query(
      `UPDATE fleet.job SET created_at = '2020-01-01' WHERE id = (SELECT job_id FROM fleet.child WHERE artifacts->>'rawKey' = $1)`,
      [retired],
    );
    expect(await retireJobs(world.db, { endedBefore: Date.UTC(2021, 0), now: Date.now() })).toBe(1);
    const waiting = (await submit(world.db, world.queue, request(), context())).children[0] ?? '';
    await claimed(world);
    const put = (key: string): Promise<unknown> => store.put(key, Buffer.from('x'));
    const lost = `raw/${DAY}/job_lost.chatgpt.own-fleet.us+new-york.a1-0123abcd.record.json.gz`;
    const running = `proof/${DAY}/${waiting}.a1-0123abcd.html`;
    const byHand = `raw/${DAY}/job_hand.chatgpt.own-fleet.us.a1.record.json.gz`;
    await Promise.all([lost, running, byHand].map(put));
    const partial = `${kept}.0a1b2c3d.partial`;
    if (name === 'files') writeFileSync(join(directory, partial), 'half');

    const sweep = (given: { now: number; dryRun: boolean }) =>
      sweepOrphans({ sql: world.db, store, ...given });
    expect((await sweep({ now: Date.now(), dryRun: false })).orphans).toEqual([]);
    const dry = await sweep({ now: Date.now() + FROM_NOW, dryRun: true });
    expect(dry.orphans).toContain(lost);
    expect((await store.get(lost)).toString()).toBe('x');
    const swept = await sweep({ now: Date.now() + FROM_NOW, dryRun: false });
    expect(swept.orphans).toEqual(dry.orphans);
    // The retired capture left raw, proof, shot and Envelope; they went with the lost one.
    expect(swept.orphans).toHaveLength(5 + (name === 'files' ? 1 : 0));
    expect(swept.orphans).toEqual(expect.arrayContaining([lost, retired]));
    const again = await sweep({ now: Date.now() + FROM_NOW, dryRun: false });
    expect(again).toMatchObject({ orphans: [], seen: swept.seen - swept.orphans.length });
    for (const key of [kept, running, byHand]) expect((await store.get(key)).length).toBeGreaterThan(0);
  });
});

async function submitAndFinish(store: ArtifactStore): Promise<string> {
  await submit(world.db, world.queue, request(), context());
  const envelope = await finishWithProof(world, store);
  return envelope.job.artifacts.rawKey ?? '';
}
