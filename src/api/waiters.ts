import { type ChildId, isJobId, type JobId } from '../contract/ids.ts';
import { CHILD_DONE_CHANNEL } from '../jobs/channels.ts';
import { readEnded, readTerminal } from '../jobs/read.ts';
import type { Sql } from '../platform/database.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';

/** Why a wait ended. */
export type WaitEnd = 'done' | 'timeout' | 'gone' | 'draining';

interface Waiter {
  /** Whose end is waited for: a whole job's, or one child's. */
  id: JobId | ChildId;
  end(why: WaitEnd): void;
}

/** A notification can be lost; this often everybody is looked after without one. */
const RECHECK_MS = 2_000;

/** Those who wait for the end of a job or of one child: on the process's one LISTEN connection, with a re-check every 2 s. */
export class Waiters {
  readonly #sql: Sql;
  readonly #log: Log;
  readonly #waiting = new Set<Waiter>();
  #draining = false;
  #recheck: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(sql: Sql, log: Log) {
    this.#sql = sql;
    this.#log = log;
  }

  /** Begins to listen; waits started before are served by the re-check alone. */
  async start(listener: Listener): Promise<void> {
    const everybody = (): void => void this.#check([...this.#waiting].map((waiter) => waiter.id));
    this.#unsubscribe = await listener.subscribe(CHILD_DONE_CHANNEL, (id) => this.#ended(id), everybody);
    this.#recheck = setInterval(everybody, RECHECK_MS);
    this.#recheck.unref();
  }

  /** How many wait now. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when it is terminal, after `ms`, when `signal` aborts (the client left), or when we drain. */
  async wait(id: JobId | ChildId, ms: number, signal: AbortSignal): Promise<WaitEnd> {
    if (this.#draining) return 'draining';
    if (signal.aborted) return 'gone';
    const ended = Promise.withResolvers<WaitEnd>();
    const waiter: Waiter = { id, end: ended.resolve };
    const left = (): void => ended.resolve('gone');
    const timer = setTimeout(() => ended.resolve('timeout'), ms);
    signal.addEventListener('abort', left, { once: true });
    // Registered before the state is read: an end in between is heard.
    this.#waiting.add(waiter);
    void this.#check([id]);
    try {
      return await ended.promise;
    } finally {
      this.#waiting.delete(waiter);
      clearTimeout(timer);
      signal.removeEventListener('abort', left);
    }
  }

  /** Ends all waits, and every later one at once, with `draining`. */
  drain(): void {
    this.#draining = true;
    for (const waiter of this.#waiting) waiter.end('draining');
  }

  close(): void {
    clearInterval(this.#recheck);
    this.#unsubscribe?.();
  }

  #ended(childId: string): void {
    const jobId = childId.slice(0, childId.indexOf('.'));
    const ids = [...this.#waiting].map((waiter) => waiter.id);
    void this.#check(ids.filter((id) => id === jobId || id === childId));
  }

  async #check(ids: readonly (JobId | ChildId)[]): Promise<void> {
    const unique = [...new Set(ids)];
    const jobs = unique.filter((id) => isJobId(id));
    const children = unique.filter((id): id is ChildId => !isJobId(id));
    try {
      const [ended, terminal] = await Promise.all([
        children.length === 0 ? [] : readEnded(this.#sql, children),
        jobs.length === 0 ? [] : readTerminal(this.#sql, jobs),
      ]);
      const over = new Set([...ended, ...terminal]);
      for (const waiter of this.#waiting) if (over.has(waiter.id)) waiter.end('done');
    } catch (error) {
      this.#log.warn({ err: error }, 'could not look after waiting requests; the next check tries again');
    }
  }
}
