import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type LostAttempt, rescueChildrenOf } from '../jobs/rescue.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { holdSessionLock, type SessionLock } from '../platform/session-lock.ts';
import { traceFields } from '../platform/traces.ts';

/** What a worker says of itself. */
export interface WorkerCard {
  id: string;
  host: string;
  pid: number;
  slots: number;
  surfaces: readonly string[];
  origin: 'live' | 'stage';
  /** How many of the slots the machine carries at this moment; `slots` when absent. */
  slotLimit?: () => number;
}

/** A worker's entry in the register, and the lock that proves that it lives. */
export interface Presence {
  lock: SessionLock;
  leave(): Promise<void>;
}

/** Key of a worker's lock: 63 bits of its id's hash. */
function lockKey(workerId: string): bigint {
  return createHash('sha256').update(workerId).digest().readBigInt64BE(0) & 0x7fff_ffff_ffff_ffffn;
}

/**
 * Enters a worker into the register; its lock is taken first, so that no supervisor can find the entry without it. A
 * worker whose connection was lost, and which was taken for dead, is entered again when the connection is back.
 */
export async function enter(db: Database, card: WorkerCard, now: number, log: Log): Promise<Presence> {
  const key = lockKey(card.id);
  const { slotLimit = () => card.slots } = card;
  const register = async (): Promise<void> => {
    await db.query(
      `INSERT INTO fleet.worker (id, lock_key, host, pid, slots, surfaces, origin, started_at, slot_limit)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
      [
        card.id,
        key.toString(),
        card.host,
        card.pid,
        card.slots,
        [...card.surfaces],
        card.origin,
        new Date(now),
        slotLimit(),
      ],
    );
  };
  const lock = await holdSessionLock({ url: db.url, key, log, onHeld: register });
  const publisher = startPublishing(db, card.id, slotLimit, log);
  return {
    lock,
    leave: async () => {
      await publisher.stop();
      try {
        await db.query('DELETE FROM fleet.worker WHERE id = $1', [card.id]);
      } catch (error) {
        log.warn({ err: error }, 'the entry of this worker stays; whoever finds its lock free takes it out');
      } finally {
        await lock.close(); // Or its connection would keep this process from ending.
      }
    },
  };
}

const PUBLISH_MS = 1_000;

/** Writes the worker's limit into its entry whenever it has changed, until stopped. */
function startPublishing(
  db: Database,
  workerId: string,
  slotLimit: () => number,
  log: Log,
): { stop(): Promise<void> } {
  let published: number | undefined;
  let running = Promise.resolve();
  const publish = async (): Promise<void> => {
    const limit = slotLimit();
    if (limit === published) return;
    try {
      await db.query('UPDATE fleet.worker SET slot_limit = $2 WHERE id = $1', [workerId, limit]);
      published = limit;
    } catch (error) {
      log.warn({ err: error }, 'the limit of the slots could not be published; the next look tries again');
    }
  };
  const timer = setInterval(() => {
    running = running.then(publish);
  }, PUBLISH_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** A server that has just started holds nobody's lock yet; living workers take theirs again within a second or two. */
const SERVER_SETTLES_S = 5;

const deadRow = z.object({ id: z.string(), lockKey: z.string() });

/**
 * Finds workers whose lock is free, which means that their process or its connection is gone, and takes their children
 * back. Any number of supervisors may look at once. A worker that only lost its connection finds its leases lost at
 * the next heartbeat and enters itself anew. Returns the ids of the workers taken for dead.
 */
export async function rescueDeadWorkers(db: Database, queue: Queue, log: Log): Promise<string[]> {
  const { rows } = await db.query(
    // The lock of a live worker is visible in pg_locks; of two supervisors, the row lock lets one do the work.
    `SELECT w.id, w.lock_key::text AS "lockKey" FROM fleet.worker w
     WHERE clock_timestamp() - pg_postmaster_start_time() > interval '${SERVER_SETTLES_S} s'
       AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND ((l.classid::bigint << 32) | l.objid::bigint) = w.lock_key
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  );
  const dead: string[] = [];
  for (const worker of z.array(deadRow).parse(rows)) {
    const children = await rescueChildrenOf(db, queue, worker.id, (lost) => tellLost(log, worker.id, lost));
    // Captures of a surface that only a newer version knows stay with the entry, for a supervisor of that version.
    const { rowCount } = await db.query(
      `WITH old AS (DELETE FROM fleet.lost_worker WHERE lost_at < now() - interval '30 d'), gone AS (
         DELETE FROM fleet.worker w WHERE id = $1 AND NOT EXISTS (
           SELECT 1 FROM fleet.child c WHERE c.worker_id = w.id AND c.status = 'processing')
         RETURNING id, host)
       INSERT INTO fleet.lost_worker (id, host, children) SELECT id, host, $2 FROM gone`,
      [worker.id, children],
    );
    if (children === 0 && rowCount === 0) continue;
    log.warn({ worker: worker.id, children }, 'worker is gone; its children were taken back');
    dead.push(worker.id);
  }
  return dead;
}

/** The one line of an attempt that could not write its own (`capture.finished`). */
function tellLost(log: Log, worker: string, lost: LostAttempt): void {
  const { id: childId, jobId, requestId, attempts: attempt, surface, traceparent } = lost;
  const ids = { requestId, jobId, childId, attempt, surface, worker, ...traceFields(traceparent) };
  log.warn(ids, 'capture.lost');
}

const LOOK_MS = 1_000;

/** Looks for dead workers once a second until stopped. A failing look is logged and the next one tries again. */
export function startSupervisor(db: Database, queue: Queue, log: Log): Rounds {
  return startRounds({
    round: async () => void (await rescueDeadWorkers(db, queue, log)),
    everyMs: LOOK_MS,
    failed: (err) => log.warn({ err }, 'could not look for dead workers; the next look tries again'),
  });
}
