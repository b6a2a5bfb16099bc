import { Socket } from 'node:net';
import pg from 'pg';
import { connected } from './database-error.ts';
import type { Log } from './log.ts';

/** Called with the payload of each notification. */
export type Notified = (payload: string) => void;

/** One dedicated LISTEN connection of the process. A notification is a hint: whoever waits also re-checks. */
export interface Listener {
  /**
   * Hears a channel until the returned function is called. `onReconnect` runs after every re-subscription, because
   * notifications sent in between are lost.
   */
  subscribe(channel: string, notified: Notified, onReconnect?: () => void): Promise<() => void>;
  /** False while the connection is down. */
  readonly connected: boolean;
  close(): Promise<void>;
}

export interface ListenerOptions {
  log: Log;
  applicationName?: string;
  /** How often the connection is asked whether it lives (half-open sockets say nothing); default 10 s. */
  heartbeatMs?: number;
}

interface Subscription {
  channel: string;
  notified: Notified;
  onReconnect: (() => void) | undefined;
}

const HEARTBEAT_MS = 10_000;
const ANSWER_MS = 5_000;
/** What a connection gets to say goodbye; one that fell silent is cut. */
const GOODBYE_MS = 1_000;
const RECONNECT_MS = [50, 100, 250, 500, 1_000];

/** Opens the connection; rejects with DATABASE_UNAVAILABLE when the first attempt fails, heals itself ever after. */
export async function openListener(url: string, options: ListenerOptions): Promise<Listener> {
  const listener = new PostgresListener(url, options);
  await connected(() => listener.connect());
  return listener;
}

function listen(channel: string): string {
  return `LISTEN ${pg.escapeIdentifier(channel)}`;
}

class PostgresListener implements Listener {
  readonly #url: string;
  readonly #options: ListenerOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #sockets = new WeakMap<pg.Client, Socket>();
  #client: pg.Client | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(url: string, options: ListenerOptions) {
    this.#url = url;
    this.#options = options;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  async connect(): Promise<void> {
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
      connectionString: this.#url,
      application_name: this.#options.applicationName ?? 'capture-fleet-listen',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: HEARTBEAT_MS,
    });
    this.#sockets.set(client, socket);
    client.on('notification', ({ channel, payload }) => this.#deliver(channel, payload ?? ''));
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, undefined));
    await client.connect();
    if (this.#closed) return this.#end(client);
    this.#client = client; // Before the LISTENs, so that a channel subscribed meanwhile is listened to as well.
    try {
      for (const channel of this.#channels()) await this.#ask(client, listen(channel));
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
    this.#beat(client);
  }

  async subscribe(channel: string, notified: Notified, onReconnect?: () => void): Promise<() => void> {
    const first = !this.#channels().has(channel);
    const subscription: Subscription = { channel, notified, onReconnect };
    this.#subscriptions.add(subscription);
    const client = this.#client;
    if (first && client) {
      try {
        await this.#ask(client, listen(channel));
      } catch (error) {
        // The subscription stands: the reconnect that follows listens to every channel again.
        this.#lost(client, error);
      }
    }
    return () => void this.#subscriptions.delete(subscription);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    if (client) await this.#end(client);
  }

  async #end(client: pg.Client): Promise<void> {
    const cut = setTimeout(() => this.#sockets.get(client)?.destroy(), GOODBYE_MS);
    await client.end().catch(() => undefined); // Already broken: there is nothing left to close properly.
    clearTimeout(cut);
  }

  #channels(): Set<string> {
    return new Set([...this.#subscriptions].map((subscription) => subscription.channel));
  }

  #deliver(channel: string, payload: string): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.channel === channel) subscription.notified(payload);
    }
  }

  /** One statement after the other: a client must not be asked while it is still answering. */
  #ask(client: pg.Client, statement: string): Promise<unknown> {
    const answer = this.#turn.then(() => client.query(statement));
    this.#turn = answer.catch(() => undefined); // Whoever asked hears of it; the next in turn must not.
    return answer;
  }

  #beat(client: pg.Client): void {
    this.#heartbeat = setTimeout(() => void this.#check(client), this.#options.heartbeatMs ?? HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async #check(client: pg.Client): Promise<void> {
    try {
      await this.#ask(client, 'SELECT 1');
    } catch (error) {
      return this.#lost(client, error);
    }
    if (this.#client === client) this.#beat(client);
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#heartbeat);
    this.#options.log.warn({ err: error }, 'LISTEN connection lost; reconnecting');
    void this.#end(client);
    this.#retry(0);
  }

  #retry(attempt: number): void {
    clearTimeout(this.#reconnect);
    const delay = RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)] ?? 1_000;
    this.#reconnect = setTimeout(() => void this.#again(attempt), delay);
    this.#reconnect.unref();
  }

  async #again(attempt: number): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      this.#options.log.warn({ err: error, attempt }, 'LISTEN connection still down');
      if (!this.#closed) this.#retry(attempt + 1);
      return;
    }
    this.#options.log.info('LISTEN connection restored');
    for (const { onReconnect } of this.#subscriptions) onReconnect?.();
  }
}
