import pg from 'pg';
import { throughTheDoor } from './database-error.ts';
import type { Log } from './log.ts';

/**
 * A lock that lives exactly as long as this process's connection: when the process is killed, the kernel closes the
 * socket and Postgres frees the lock within milliseconds (specs/fleet.md 2: 10 ms p50 over 10 kills). Needs a
 * connection of its own, so no transaction pooler in between.
 */
export interface SessionLock {
  /** False while the connection is down: others may take the lock then. */
  readonly held: boolean;
  close(): Promise<void>;
}

const ANSWER_MS = 5_000;
/**
 * The server's own look whether a silent peer is still there (PostgreSQL 18, "TCP Settings"): without it, the session of
 * a machine that was cut off would hold the lock for the two hours that Linux takes by default.
 */
const NOTICE_DEAD_PEERS =
  'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3';
const RETRY_MS = 1_000;

export interface SessionLockOptions {
  url: string;
  key: bigint;
  log: Log;
  /** Runs each time the lock was taken, the first time and after every loss. */
  onHeld: () => Promise<void>;
}

/** Takes the lock and keeps it, reconnecting after a loss. Rejects with DATABASE_UNAVAILABLE when the first try fails. */
export async function holdSessionLock(options: SessionLockOptions): Promise<SessionLock> {
  const lock = new PostgresSessionLock(options);
  await throughTheDoor(() => lock.take());
  return lock;
}

class PostgresSessionLock implements SessionLock {
  readonly #options: SessionLockOptions;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SessionLockOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#client !== undefined;
  }

  async take(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'capture-fleet-presence',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: ANSWER_MS,
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, undefined));
    try {
      await client.connect();
      await client.query(NOTICE_DEAD_PEERS);
      await client.query('SELECT pg_advisory_lock($1)', [this.#options.key.toString()]);
    } catch (error) {
      // Else it would go on waiting for the lock on the server, and keep this process from ending.
      await client.end();
      throw error;
    }
    if (this.#closed) return void (await client.end());
    this.#client = client;
    await this.#options.onHeld();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    this.#options.log.warn(
      { err: error },
      'presence connection lost; other processes may take this worker for dead',
    );
    this.#again();
  }

  #again(): void {
    this.#retry = setTimeout(() => {
      this.take().catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'presence connection still down');
        if (!this.#closed) this.#again();
      });
    }, RETRY_MS);
    this.#retry.unref();
  }
}
