import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FleetError } from '../../src/contract/errors.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { type S3Server, s3rverServer } from '../integration/artifacts/s3-servers.ts';
import { testLog } from '../integration/database.ts';
import { type Receiver, startReceiver } from '../integration/webhooks/receiver.ts';
import { type BrowserGroups, watchBrowserGroups } from './browser-groups.ts';
import { type DatabaseProxy, databaseProxy } from './database-proxy.ts';
import { FED_SURFACES } from './feed.ts';
import { foundFleet } from './found-fleet.ts';
import { type StoreFront, storeFront } from './store-front.ts';
import { Supervised } from './supervised.ts';

const WEBHOOK_KEY = 'a key of this chaos run';
const CAPTURE_TIMEOUT_MS = 30_000;
const LOOKS = 60;
const LOOK_PAUSE_MS = 2_000;

export interface WorldSize {
  workers: number;
  apis: number;
  /** Tree of another version: what the fleet begins as, schema and all. */
  beginsAs?: string | undefined;
}

/** A whole fleet in processes of its own, and everything around it that can be made to fail. */
export interface ChaosWorld {
  root: string;
  processes: Map<string, Supervised>;
  ports: readonly number[];
  apiKey: string;
  webhookSecret: string;
  receiver: Receiver;
  store: StoreFront;
  s3: S3Server;
  proxy: DatabaseProxy;
  browserGroups: BrowserGroups;
  stopPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  /** Past the proxy, as long as Postgres runs. */
  look<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /**
   * Replaces a process by one of the present version, as a rolling update does: a new worker or courier comes before the
   * old one is told to end, an API takes over the port of the one that ended. Tells how the old one ended.
   */
  renew(name: string): Promise<number | string>;
  /** Data directory of a worker. */
  dataDir(name: string): string;
  /** `keep`: its folder with the logs stays. */
  close(keep?: boolean): Promise<void>;
}

/** Starts everything; what each process logs goes to `<root>/<name>.log`. */
export async function openChaosWorld({ workers, apis, beginsAs }: WorldSize): Promise<ChaosWorld> {
  // Short, so that the browsers' folders stay under it (scratch.ts).
  const root = mkdtempSync(join(tmpdir(), 'cx'));
  const dataDir = (name: string): string => join(root, name.replace('worker-', 'w'));
  mkdirSync(join(root, 't'));
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir: join(root, 'pg'), log: testLog });
  const look = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
    for (let left = LOOKS; ; left--) {
      const db = openDatabase(postgres.url, { log: testLog, max: 2 });
      try {
        return await work(db);
      } catch (error) {
        // The run is about the fleet: a machine that is too busy to answer its observer in time is asked again.
        if (left === 0 || !(error instanceof FleetError) || error.code !== 'DATABASE_UNAVAILABLE')
          throw error;
        await pause(LOOK_PAUSE_MS);
      } finally {
        await db.close();
      }
    }
  };
  const receiver = await startReceiver();
  const s3 = await s3rverServer();
  const store = await storeFront(s3);
  const proxy = await databaseProxy(new URL(postgres.url));
  const keys = await look((db) => foundFleet(db, { tree: beginsAs, webhookKey: WEBHOOK_KEY, dataDir: root }));
  const ports = await Promise.all(Array.from({ length: apis }, freePort));
  const common = {
    ...{
      DATABASE_URL: proxy.url,
      FLEET_ORIGIN: 'stage',
      FLEET_ARTIFACTS: store.place,
      FLEET_LOG_LEVEL: 'info',
    },
    ...{ FLEET_WEBHOOK_KEY: WEBHOOK_KEY, FLEET_WEBHOOK_ALLOW: receiver.hostPort, TMPDIR: join(root, 't') },
    ...{ FLEET_CAPTURE_TIMEOUT_MS: String(CAPTURE_TIMEOUT_MS), FLEET_RETRY_DELAY_S: '1' },
  };
  const plans: [name: string, command: string, ready: string, own: Record<string, string>][] = [
    ...ports.map((port, index): (typeof plans)[number] => {
      const own = { PORT: String(port), FLEET_RATE_LIMIT: '10000000' };
      return [`api-${index}`, 'api', 'listening on', own];
    }),
    ['courier', 'courier', 'courier ready', {}],
    ...Array.from({ length: workers }, (_, index): (typeof plans)[number] => {
      const own = { FLEET_SLOTS: '2', FLEET_SURFACES: FED_SURFACES.join(','), FLEET_DRAIN_MS: '40000' };
      return [`worker-${index}`, 'worker', 'worker ready', own];
    }),
  ];
  const supervised = ([name, command, ready, own]: (typeof plans)[number], tree?: string): Supervised =>
    new Supervised({
      ...{ name, command, ready, tree, clockFile: join(root, `${name}.clock`) },
      environment: { ...common, ...own, FLEET_DATA_DIR: dataDir(name) },
      onLog: (line) => appendFileSync(join(root, `${name}.log`), line),
    });
  const processes = new Map(plans.map((plan) => [plan[0], supervised(plan, beginsAs)]));
  const browserGroups = watchBrowserGroups(plans.map(([name]) => dataDir(name)));
  for (const one of processes.values()) await one.start();
  const renew = async (name: string): Promise<number | string> => {
    const plan = plans.find(([known]) => known === name);
    const old = processes.get(name);
    if (plan === undefined || old === undefined) throw new Error(`no process is called ${name}`);
    const next = supervised(plan);
    const isApi = plan[1] === 'api';
    if (!isApi) await next.start();
    const end = await old.stop();
    if (isApi) await next.start();
    processes.set(`${name}-before`, old).set(name, next);
    return end;
  };
  return {
    ...{ root, processes, ports, ...keys, receiver, store, s3, proxy, browserGroups },
    ...{ look, dataDir, renew },
    stopPostgres: () => postgres.stop(),
    startPostgres: async () => {
      postgres = await startEmbeddedPostgres({ dataDir: join(root, 'pg'), log: testLog });
      proxy.lead(new URL(postgres.url));
    },
    close: async (keep = false) => {
      browserGroups.stop();
      await Promise.all([...processes.values()].map((one) => one.kill()));
      await receiver.close();
      await store.close();
      await s3.stop();
      await proxy.close();
      await postgres.stop();
      if (!keep) rmSync(root, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
