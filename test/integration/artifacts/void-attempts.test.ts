import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { keptArtifacts } from '../../../src/artifacts/kept-artifacts.ts';
import { ORPHAN_AGE_MS } from '../../../src/fleet/orphan-sweep.ts';
import { startVoidSweep, sweepVoidAttempts } from '../../../src/fleet/void-attempts.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { isoTime, systemClock } from '../../../src/platform/clock.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { testLog } from '../database.ts';
import { claimed, context, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { fauxqsServer, type S3Server } from './s3-servers.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleet-void-'));
const HOUR_MS = 3_600_000;
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

/** Ends the next child with proof; says which attempts it took, and how long ago it ended. */
async function ended(store: ArtifactStore, { attempts, hoursAgo }: { attempts: number; hoursAgo: number }) {
  const { children } = await submit(world.db, world.queue, request(), context());
  const { job } = await finishWithProof(world, store);
  const id = children[0] ?? '';
  await world.db.query('UPDATE fleet.child SET attempts = $2, completed_at = $3 WHERE id = $1', [
    id,
    attempts,
    new Date(Date.now() - hoursAgo * HOUR_MS),
  ]);
  return { id, kept: keptArtifacts(job.artifacts, null).map(({ key }) => key) };
}

const today = (): string => isoTime(Date.now()).slice(0, 10).replaceAll('-', '/');

/** Proof of an attempt that nothing came of. */
async function leave(store: ArtifactStore, childId: string, attempt: string): Promise<string[]> {
  const stem = `${childId.replaceAll(':', '+')}.a${attempt}`;
  const keys = [`raw/${today()}/${stem}.record.json.gz`, `proof/${today()}/${stem}.html`];
  for (const key of keys) await store.put(key, Buffer.from('void'));
  return keys;
}

async function there(store: ArtifactStore, keys: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    keys.map((key) =>
      store.get(key).then(
        () => [key],
        () => [],
      ),
    ),
  );
  return found.flat();
}

describe.each([
  ['files', () => new FsArtifactStore(directory)],
  ['S3', () => fauxqs.store()],
] as [string, () => ArtifactStore][])('proof of void attempts on %s', (_name, open) => {
  it('is deleted a day after its child ended; what is kept, under way, young, or nobody’s here stays', async () => {
    const store = open();
    const old = await ended(store, { attempts: 2, hoursAgo: 30 });
    const young = await ended(store, { attempts: 2, hoursAgo: 20 });
    const lost = await leave(store, old.id, '1-0123abcd');
    const staying = [
      ...old.kept,
      ...young.kept,
      ...(await leave(store, young.id, '1-0123abcd')),
      ...(await leave(store, 'job_elsewhere.chatgpt.own-fleet.global', '1-0123abcd')),
      ...(await leave(store, old.id, '1')), // As `fleet capture` names what it stores.
    ];
    const running = (await submit(world.db, world.queue, request(), context())).children[0] ?? '';
    await claimed(world);
    await world.db.query('UPDATE fleet.child SET attempts = 2 WHERE id = $1', [running]);
    staying.push(...(await leave(store, running, '1-0123abcd')));
    expect(old.kept.length).toBeGreaterThan(2);

    const sweep = startVoidSweep({ db: world.db, store, clock: systemClock, log: testLog });
    await sweep.stop();
    expect(await there(store, lost)).toEqual([]);
    expect(await there(store, staying)).toEqual(staying);
    await world.db.query(`UPDATE fleet.child SET status = 'canceled', completed_at = now() WHERE id = $1`, [
      running,
    ]);
  });

  it('of a child that was canceled or expired goes too, and a store that refuses once is asked again', async () => {
    const store = open();
    const { children } = await submit(world.db, world.queue, request(), context());
    const id = children[0] ?? '';
    await claimed(world);
    const to = Date.now() - ORPHAN_AGE_MS;
    await world.db.query(`UPDATE fleet.child SET status = 'canceled', completed_at = $2 WHERE id = $1`, [
      id,
      new Date(to - HOUR_MS),
    ]);
    const lost = await leave(store, id, '1-0123abcd');
    const refusing = {
      list: (folder: string, prefix: string) => store.list(folder, prefix),
      delete: () => Promise.reject(new Error('the store refuses')),
    };
    const window = { from: to - 2 * HOUR_MS, to };
    await expect(sweepVoidAttempts({ db: world.db, store: refusing }, window)).rejects.toThrow('refuses');
    expect(await there(store, lost)).toEqual(lost);
    expect(await sweepVoidAttempts({ db: world.db, store }, window)).toEqual(expect.arrayContaining(lost));
    expect(await there(store, lost)).toEqual([]);
    expect(await sweepVoidAttempts({ db: world.db, store }, window)).toEqual([]);
  });
});
