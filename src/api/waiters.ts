import { z } from 'zod';
import type { JobId } from '../contract/ids.ts';
import { CHILD_DONE_CHANNEL } from '../jobs/channels.ts';
import { readTerminal } from '../jobs/read.ts';
import type { Sql } from '../platform/database.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';

/** Why a wait ended. */
export type WaitEnd = 'done' | 'timeout' | 'gone' | 'draining';

/** Those who wait for a job's end. */
export interface Waiters {
  /** Resolves when the job is terminal, after `ms`, when `signal` aborts (the client left), or when we drain. */
  wait(jobId: JobId, ms: number, signal: AbortSignal): Promise<WaitEnd>;
  /** How many wait now. */
  readonly size: number;
  /** Ends all waits, and every later one at once, with `draining`. */
  drain(): void;
  close(): void;
}

interface Waiter {
  jobId: JobId;
  end(why: WaitEnd): void;
}

/** A notification can be lost; this often everybody is looked after without one. */
const RECHECK_MS = 2_000;

const jobIdOfChild = z.string().transform((childId) => childId.slice(0, childId.indexOf('.')));

/** Waits on the process's one LISTEN connection; nobody polls while it works, except for the re-check every 2 s. */
export async function openWaiters(sql: Sql, listener: Listener, log: Log): Promise<Waiters> {
  const waiting = new Set<Waiter>();
  let draining = false;

  const finish = (jobIds: ReadonlySet<string>): void => {
    for (const waiter of waiting) if (jobIds.has(waiter.jobId)) waiter.end('done');
  };
  const check = async (jobIds: readonly JobId[]): Promise<void> => {
    if (jobIds.length === 0) return;
    try {
      finish(new Set(await readTerminal(sql, jobIds)));
    } catch (error) {
      log.warn({ err: error }, 'could not look after waiting requests; the next check tries again');
    }
  };
  const checkAll = (): void => void check([...new Set([...waiting].map((waiter) => waiter.jobId))]);
  const notified = (childId: string): void => {
    const jobId = jobIdOfChild.parse(childId);
    const waiter = [...waiting].find((candidate) => candidate.jobId === jobId);
    if (waiter !== undefined) void check([waiter.jobId]);
  };

  const unsubscribe = await listener.subscribe(CHILD_DONE_CHANNEL, notified, checkAll);
  const recheck = setInterval(checkAll, RECHECK_MS);
  recheck.unref();

  return {
    get size() {
      return waiting.size;
    },
    async wait(jobId, ms, signal) {
      if (draining) return 'draining';
      if (signal.aborted) return 'gone';
      const ended = Promise.withResolvers<WaitEnd>();
      const waiter: Waiter = { jobId, end: ended.resolve };
      const left = (): void => ended.resolve('gone');
      const timer = setTimeout(() => ended.resolve('timeout'), ms);
      signal.addEventListener('abort', left, { once: true });
      // Registered before the state is read: an end in between is heard.
      waiting.add(waiter);
      try {
        await check([jobId]);
        return await ended.promise;
      } finally {
        waiting.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', left);
      }
    },
    drain() {
      draining = true;
      for (const waiter of waiting) waiter.end('draining');
    },
    close() {
      clearInterval(recheck);
      unsubscribe();
    },
  };
}
