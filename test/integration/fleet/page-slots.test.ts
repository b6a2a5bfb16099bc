import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import type { CapturePage } from '../../../src/contract/page-record.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { submitPage } from '../../../src/jobs/page-jobs.ts';
import { requestIdFrom } from '../../../src/platform/identifiers.ts';
import { type Listener, openListener } from '../../../src/platform/listener.ts';
import { playedPages } from '../analysis/played-pages.ts';
import { testLog } from '../database.ts';
import { type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';
import { startPageWorker } from '../page-worker.ts';

/** A store that writes nothing until it is let. */
class HeldStore extends FsArtifactStore {
  readonly #open = Promise.withResolvers<void>();

  override async put(key: string, data: Uint8Array): ReturnType<FsArtifactStore['put']> {
    await this.#open.promise;
    return super.put(key, data);
  }

  letGo(): void {
    this.#open.resolve();
  }
}

let world: JobsWorld;
let listener: Listener;
let store: HeldStore;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fleet-page-slots-'));
  store = new HeldStore(directory);
  world = await openJobsWorld();
  listener = await openListener(world.url, { log: testLog });
});
afterEach(async () => {
  await listener.close();
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

async function submitOne(name: string): Promise<string> {
  const now = Date.now();
  const asked = { url: `http://site.test/${name}`, mode: 'ssr', now, deadlineAt: now + 600_000 } as const;
  const who = { caller: { accountId: DEFAULT_ACCOUNT, keyId: null }, requestId: requestIdFrom(undefined) };
  return world.db.transaction((sql) => submitPage(sql, world.queue, { ...asked, ...who }));
}

async function ended(): Promise<number> {
  const { rows } = await world.db.query(`SELECT id FROM fleet.child WHERE status = 'completed'`);
  return rows.length;
}

describe('given a worker with one slot whose store is slow', () => {
  it('the slot is free again with the page: the next one is captured while the proof of the first is stored', async () => {
    const captured: string[] = [];
    const play = playedPages();
    const pages: CapturePage = (url, mode, signal) => {
      captured.push(url);
      return play(url, mode, signal);
    };
    const { db, queue } = world;
    const worker = await startPageWorker({ db, queue, listener, store, pages, log: testLog, slots: 1 });
    try {
      for (const name of ['one', 'two']) await submitOne(name);
      await expect.poll(() => captured.length, { timeout: 20_000 }).toBe(2);
      expect(await ended()).toBe(0);
      store.letGo();
      await expect.poll(ended, { timeout: 20_000 }).toBe(2);
    } finally {
      store.letGo();
      await worker.stop();
    }
  });
});
