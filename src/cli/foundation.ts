import { FleetError } from '../contract/errors.ts';
import type { Config } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { type FleetClock, openFleetClock } from '../platform/fleet-clock.ts';
import { type Listener, openListener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';
import { migrate } from '../platform/migrations.ts';
import { openQueue, type Queue } from '../platform/queue.ts';
import { ALL_MIGRATIONS } from './migrations.ts';

/** What API and worker stand on. */
export interface Foundation {
  db: Database;
  queue: Queue;
  listener: Listener;
  clock: FleetClock;
  close(): Promise<void>;
}

/** Parts opened so far; closed in reverse, also when a later one fails to open. */
export class Opened {
  readonly #closers: (() => Promise<void>)[] = [];

  add<T>(part: T, close: (part: T) => Promise<void>): T {
    this.#closers.push(() => close(part));
    return part;
  }

  /**
   * Waits for parts that open at the same time, each of which is added as soon as it is open. When one fails, the others
   * are waited for all the same, so that `close` finds them; then that failure is thrown.
   */
  async together<T extends readonly Promise<unknown>[]>(
    ...parts: T
  ): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    await Promise.allSettled(parts);
    return Promise.all(parts);
  }

  /** Closes everything once, in reverse; the first failure is thrown after all were tried. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** The database (DATABASE_URL, or the embedded one under the data directory), migrated, with nothing else. */
export async function openMigratedDatabase(config: Config, log: Log, opened: Opened): Promise<Database> {
  return openAt(config.databaseUrl ?? (await startOwn(config, log, opened)), log, opened);
}

/**
 * As openMigratedDatabase, for a command that only has a word with the database: when a running service owns the
 * embedded one, the command joins it instead of refusing.
 */
export async function joinMigratedDatabase(config: Config, log: Log, opened: Opened): Promise<Database> {
  if (config.databaseUrl !== undefined) return openAt(config.databaseUrl, log, opened);
  try {
    return await openAt(await startOwn(config, log, opened), log, opened);
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'DATABASE_OWNED') throw error;
    return openAt(await joinEmbeddedPostgres(config.dataDir), log, opened);
  }
}

async function startOwn(config: Config, log: Log, opened: Opened): Promise<string> {
  const started = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  return opened.add(started, (postgres) => postgres.stop()).url;
}

async function openAt(url: string, log: Log, opened: Opened): Promise<Database> {
  const db = opened.add(openDatabase(url, { log }), (database) => database.close());
  await migrate(db, ALL_MIGRATIONS, log);
  return db;
}

/** Opens database, queue and listener. Errors: DATABASE_OWNED, DATABASE_UNAVAILABLE. */
export async function openFoundation(config: Config, log: Log): Promise<Foundation> {
  const opened = new Opened();
  try {
    const db = await openMigratedDatabase(config, log, opened);
    const { heartbeatS, captureTimeoutMs, retryDelayS } = config;
    const [queue, listener, clock] = await opened.together(
      openQueue(db, { log, heartbeatS, captureTimeoutMs, retryDelayS }).then((part) =>
        opened.add(part, (open) => open.close()),
      ),
      openListener(db.url, { log }).then((part) => opened.add(part, (open) => open.close())),
      openFleetClock(db, { log }).then((part) => opened.add(part, (open) => open.close())),
    );
    return { db, queue, listener, clock, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
