import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { ALL_MIGRATIONS } from '../../../src/cli/migrations.ts';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { FleetError } from '../../../src/contract/errors.ts';
import type { Surface } from '../../../src/contract/surface.ts';
import { enter, startSupervisor } from '../../../src/fleet/presence.ts';
import { type Database, openDatabase } from '../../../src/platform/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts';
import { openListener } from '../../../src/platform/listener.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { type DatabaseProxy, databaseProxy } from '../../chaos/database-proxy.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { type FreshDatabase, testLog } from '../database.ts';
import { silentProxy } from '../silent-proxy.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

/** Nothing here is about speed: a machine that stalls must not fail it. */
const PATIENCE_MS = 100_000;

/** A Postgres of its own that can be restarted; the proxy in front hides that it comes back on another port. */
let directory: string;
let postgres: EmbeddedPostgres;
let proxy: DatabaseProxy;
let world: WorkerWorld;
let worlds = 0;
let leave: PromiseWithResolvers<void>;

async function ownDatabase(): Promise<FreshDatabase> {
  const name = `world_${++worlds}`;
  const server = openDatabase(proxy.url, { log: testLog, max: 1 });
  await server.query(`CREATE DATABASE ${name}`);
  await server.close();
  const url = new URL(proxy.url);
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, { log: testLog });
  await migrate(db, ALL_MIGRATIONS, testLog);
  return { db, url: url.href, drop: () => db.close() };
}

async function comeBack(): Promise<void> {
  postgres = await startEmbeddedPostgres({ dataDir: directory, log: testLog });
  proxy.lead(new URL(postgres.url));
}

/** The echo surface, which stays on the page of a query that says so until the test lets it go. */
function staying(): Surface {
  const echo = echoSurface();
  return echoSurface({
    drive: async (page, request, tools) => {
      await echo.drive(page, request, tools);
      if (request.query.includes('stay')) await Promise.race([leave.promise, tools.pause(80_000)]);
    },
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fleet-restart-'));
  postgres = await startEmbeddedPostgres({ dataDir: directory, log: testLog });
  proxy = await databaseProxy(new URL(postgres.url));
});
afterAll(async () => {
  await proxy?.close();
  await postgres?.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  leave = Promise.withResolvers();
  const scenes = { surfaces: [staying()], stages: [echoStage()] };
  // The lease must outlast the restart: what is shown is that nothing is done twice meanwhile.
  world = await openWorkerWorld({
    ...scenes,
    captureTimeoutMs: 90_000,
    heartbeatS: 90,
    database: ownDatabase,
  });
});
afterEach(async () => {
  leave.resolve();
  await world.close();
});

const asked = (): number => world.stage.requests().filter(({ path }) => path === '/answer').length;

/** One capture, one charge, and every artefact that the Envelope names is whole. */
async function expectOnce([envelope]: readonly Envelope[]): Promise<void> {
  expect(envelope?.job).toMatchObject({ status: 'completed', outcome: 'answered', attempts: 1 });
  expect(asked()).toBe(1);
  const { rows } = await world.fresh.db.query(
    `SELECT kind, count(*)::int AS times FROM fleet.ledger_entry WHERE child_id IS NOT NULL GROUP BY kind ORDER BY kind`,
  );
  expect(rows).toEqual([
    { kind: 'reserve', times: 1 },
    { kind: 'settle', times: 1 },
  ]);
  const { artifacts } = envelope?.job ?? {};
  await world.store.get(artifacts?.rawKey ?? '', artifacts?.rawSha256);
  await world.store.get(artifacts?.proofHtmlKey ?? '', artifacts?.proofHtmlSha256);
  await world.store.get(artifacts?.screenshotKey ?? '', artifacts?.screenshotSha256);
}

/** Tells when an Envelope is stored, which is right before its child is settled, and waits for what is to happen then. */
class WatchedStore extends FsArtifactStore {
  onEnvelope: () => Promise<void> = async () => undefined;

  override async put(key: string, data: Uint8Array): ReturnType<FsArtifactStore['put']> {
    const stored = await super.put(key, data);
    if (key.includes('envelope')) await this.onEnvelope();
    return stored;
  }
}

describe('Postgres restarted', () => {
  it('in the middle of a capture: the capture goes on, and is settled and charged once', async () => {
    const { db } = world.fresh;
    const card = { id: 'registered', host: 'test', pid: 1, slots: 1, surfaces: ['chatgpt'] } as const;
    const presence = await enter(db, { ...card, origin: 'stage' }, Date.now(), testLog);
    const supervisor = startSupervisor(db, world.queue, testLog);
    try {
      await world.worker({ slots: 1, workerId: card.id });
      const { jobId } = await world.submit('stay a while');
      await expect.poll(asked, { timeout: PATIENCE_MS }).toBe(1);
      await postgres.stop();
      await comeBack();
      // Long enough for a supervisor to take a worker for dead whose lock went with the old server.
      await expect.poll(() => presence.lock.held, { timeout: PATIENCE_MS }).toBe(true);
      await new Promise((done) => setTimeout(done, 2_500));
      leave.resolve();
      await expectOnce(await world.ended(jobId, PATIENCE_MS));
    } finally {
      await supervisor.stop();
      await presence.leave();
    }
  }, 180_000);

  it('when a finished capture is about to be settled: it is settled when the database is back, not captured again', async () => {
    const store = new WatchedStore(join(world.dataDir, 'artifacts'));
    const stopped = Promise.withResolvers<void>();
    store.onEnvelope = async () => {
      store.onEnvelope = async () => undefined;
      await postgres.stop();
      stopped.resolve();
    };
    await world.worker({ slots: 1, store });
    const { jobId } = await world.submit('hello');
    await stopped.promise;
    await comeBack();
    await expectOnce(await world.ended(jobId, PATIENCE_MS));
  }, 180_000);

  it('between the commit of a settlement and its answer: what was settled stays, its proof too', async () => {
    const store = new WatchedStore(join(world.dataDir, 'artifacts'));
    let settling = false;
    let lost = 0;
    store.onEnvelope = async () => {
      settling = true;
    };
    const { db } = world.fresh;
    const forgetful: Database = {
      ...db,
      briefTransaction: async (work) => {
        const result = await db.briefTransaction(work);
        if (!settling || lost > 0) return result;
        lost++;
        throw new FleetError('DATABASE_UNAVAILABLE', 'committed, and the connection broke before it said so');
      },
    };
    const worker = await world.worker({ slots: 1, store, db: forgetful });
    const { jobId } = await world.submit('hello');
    const ended = await world.ended(jobId, PATIENCE_MS);
    await expect.poll(() => worker.attempts, { timeout: PATIENCE_MS }).toBe(0);
    expect(lost).toBe(1);
    await expectOnce(ended);
  }, 180_000);
});

describe('a LISTEN connection that a proxy swallows', () => {
  it('wakes nobody, and an idle worker finds its work all the same', async () => {
    const swallowing = await silentProxy(new URL(proxy.url));
    // Its own heartbeat would notice within seconds; here it must not.
    const deaf = await openListener(swallowing.url, { log: testLog, heartbeatMs: 3_600_000 });
    try {
      await world.worker({ slots: 1, listener: deaf });
      swallowing.silence();
      const { jobId } = await world.submit('hello');
      const [envelope] = await world.ended(jobId, PATIENCE_MS);
      expect(envelope?.job.status).toBe('completed');
    } finally {
      await deaf.close();
      swallowing.close();
    }
  }, 180_000);
});
