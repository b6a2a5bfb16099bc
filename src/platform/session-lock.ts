import pg from 'pg';
import { throughTheDoor } from './database-error.ts';
import type { Log } from './log.ts';
import { PoolSockets } from './pool-sockets.ts';

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
const HEARTBEAT_MS = 10_000;
/**
 * The server's own look whether a silent peer is still there (PostgreSQL 18, "TCP Settings"): without it, the session of
 * a machine that was cut off would hold the lock for the two hours that Linux takes by default.
 */
const NOTICE_DEAD_PEERS =
  'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3';
const RETRY_MS = 1_000;
/** A connection that merely broke is replaced before anybody looks whether the lock is free. */
const FIRST_RETRY_MS = 50;

export interface SessionLockOptions {
  url: string;
  key: bigint;
  log: Log;
  /** Runs each time the lock was taken, the first time and after every loss; again while it fails. Safe to repeat. */
  onHeld: () => Promise<void>;
  /** How often the connection is asked whether it lives (a silent one says nothing by itself); default 10 s. */
  heartbeatMs?: number;
  /** How long an answer may take; default 5 s. */
  answerMs?: number;
}

/** Takes the lock and keeps it, reconnecting after a loss. Rejects with DATABASE_UNAVAILABLE when the first try fails. */
export async function holdSessionLock(options: SessionLockOptions): Promise<SessionLock> {
  const lock = new PostgresSessionLock(options);
  try {
    await throughTheDoor(() => lock.take());
  } catch (error) {
    await lock.close(); // Or a lock that was taken would be held for nobody, and keep this process from ending.
    throw error;
  }
  return lock;
}

class PostgresSessionLock implements SessionLock {
  readonly #options: SessionLockOptions;
  #client: pg.Client | undefined;
  readonly #sockets = new WeakMap<pg.Client, PoolSockets>();
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SessionLockOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#client !== undefined;
  }

  /**
   * Takes the lock unless it is held already, and does what follows from it. What failed behind the lock is repeated
   * without taking it again: this process's own session would be in its way for ever.
   */
  async take(): Promise<void> {
    if (this.#client === undefined) await this.#connect();
    if (!this.#closed) await this.#options.onHeld();
  }

  async #connect(): Promise<void> {
    const answerMs = this.#options.answerMs ?? ANSWER_MS;
    const sockets = new PoolSockets();
    const client = new pg.Client({
      stream: sockets.stream,
      connectionString: this.#options.url,
      application_name: 'capture-fleet-presence',
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: ANSWER_MS,
    });
    this.#sockets.set(client, sockets);
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, undefined));
    try {
      await client.connect();
      await client.query(NOTICE_DEAD_PEERS);
      await client.query('SELECT pg_advisory_lock($1)', [this.#options.key.toString()]);
    } catch (error) {
      // Else it would go on waiting for the lock on the server, and keep this process from ending.
      await this.#end(client);
      throw error;
    }
    if (this.#closed) return this.#end(client);
    this.#client = client;
    this.#beat(client);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await this.#end(client);
  }

  async #end(client: pg.Client): Promise<void> {
    await this.#sockets.get(client)?.closeWith(() => client.end());
  }

  /** A connection that fell silent holds nothing any more once the server has noticed; nobody else would tell. */
  #beat(client: pg.Client): void {
    this.#heartbeat = setTimeout(() => {
      client.query('SELECT 1').then(
        () => this.#client === client && this.#beat(client),
        (error: unknown) => this.#lost(client, error),
      );
    }, this.#options.heartbeatMs ?? HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    this.#options.log.warn(
      { err: error },
      'presence connection lost; other processes may take this worker for dead',
    );
    clearTimeout(this.#heartbeat);
    this.#end(client).catch(() => undefined); // It is lost already: there is nothing left to close properly.
    this.#again(FIRST_RETRY_MS);
  }

  #again(afterMs = RETRY_MS): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.take().catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'this worker is not present again yet');
        if (!this.#closed) this.#again();
      });
    }, afterMs);
    this.#retry.unref();
  }
}
