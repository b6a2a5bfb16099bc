import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { MAX_ATTEMPTS } from '../contract/outcome.ts';
import { FLEET_SURFACES, type FleetSurface } from '../contract/surface-name.ts';
import { BossQueue, DEAD_QUEUE, queueName } from './boss-queue.ts';
import { type Database, hearErrors, type Sql, type SqlResult } from './database.ts';
import { throughTheDoor } from './database-error.ts';
import type { Log } from './log.ts';
import { PoolSockets } from './pool-sockets.ts';

/** One attempt at one queued child, as fetched. `id` and `retryCount` together are the attempt's fence. */
export interface Lease {
  surface: FleetSurface;
  queueJobId: string;
  retryCount: number;
}

/** A fetched job: the lease and what it is for. */
export interface QueuedJob extends Lease {
  childId: string;
}

/** A job that used up its retries. */
export interface DeadJob {
  deadJobId: string;
  retryCount: number;
  childId: string;
  /** The queue job that died. */
  queueJobId: string | null;
}

/** What is put into a surface's queue. */
export interface NewJob {
  queueJobId: string;
  childId: string;
  /** Retries left; the queue's own limit when absent. */
  retryLimit?: number;
  /** Higher first; 0 by default. */
  priority?: number;
  /** Not fetched before this many milliseconds have passed. */
  notBeforeMs?: number;
}

/** The statement that completes an attempt's job. */
export interface Completion {
  text: string;
  values: readonly unknown[];
  /** Whether its answer says that the attempt held the job. */
  held(answer: SqlResult): boolean;
}

export interface QueueOptions {
  log: Log;
  heartbeatS: number;
  captureTimeoutMs: number;
  retryDelayS: number;
  /** Connections of pg-boss's own; default 4. */
  max?: number;
}

/** Channel that wakes idle workers; payload: the surface's name. */
export const WORK_CHANNEL = 'fleet_work';

/** How often dead workers are looked for (pg-boss allows no less than 1 s). */
const MONITOR_S = 1;
/** Longest wait for a statement of pg-boss's own (its supervision, its deletion of old jobs). */
const MAINTENANCE_MS = 30_000;
const RETRY_DELAY_MAX_S = 60;
/** A dead letter whose reader died is read again after this long. */
const DEAD_EXPIRE_S = 30;
/** A lease outlives the capture's own backstop by this much. */
const LEASE_MARGIN_S = 60;

/**
 * The queues `capture.<surface>` on pg-boss 12.38. Statements that must stand or fall with others take the caller's
 * transaction; a lease that is no longer held makes them answer false.
 */
export interface Queue {
  insert(sql: Sql, surface: FleetSurface, jobs: readonly NewJob[]): Promise<void>;
  /** Takes the next job, or undefined when none is due. */
  fetch(surface: FleetSurface): Promise<QueuedJob | undefined>;
  /** Heartbeat; false when the lease is lost. Call at half of `heartbeatS`. */
  touch(lease: Lease): Promise<boolean>;
  complete(sql: Sql, lease: Lease): Promise<boolean>;
  /** What `complete` would say, for a caller who sends it among statements of its own. Asks no database. */
  completion(lease: Lease): Promise<Completion>;
  /** Fails the attempt: pg-boss retries with backoff, or hands the job to the dead letter queue. */
  fail(sql: Sql, lease: Lease, reason: string): Promise<boolean>;
  /** Takes the job out of the queue whoever holds it; a missing one is fine. */
  remove(sql: Sql, surface: FleetSurface, queueJobIds: readonly string[]): Promise<void>;
  /** As remove, but only this attempt; false when the lease is lost. */
  drop(sql: Sql, lease: Lease): Promise<boolean>;
  fetchDead(limit: number): Promise<DeadJob[]>;
  completeDead(sql: Sql, job: DeadJob): Promise<void>;
  close(): Promise<void>;
}

/** A new id for a queue job; known before the insert, so that the child's row can carry it. */
export function newQueueJobId(): string {
  return randomUUID();
}

/** Starts pg-boss (schema `pgboss`, installed or migrated as needed) and creates or updates all queues. */
export async function openQueue(db: Database, options: QueueOptions): Promise<Queue> {
  const sockets = new PoolSockets();
  // pg-boss hands to its pool what it does not know itself (db.js, 12.38): no maintenance of it may wait for ever.
  const pooled = {
    ...{ stream: sockets.stream, query_timeout: MAINTENANCE_MS, keepAlive: true },
    onConnect: hearErrors,
  };
  const boss = new PgBoss({
    ...pooled,
    connectionString: db.url,
    application_name: 'capture-fleet-queue',
    max: options.max ?? 4,
    connectionTimeoutMillis: 5_000,
    schedule: false,
    // Ours are the spans (traces.ts). Its own context stands on the queue job, which claims exchange between children,
    // and its spans repeat error messages.
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: MONITOR_S,
    monitorIntervalSeconds: MONITOR_S,
  });
  boss.on('error', (error) => options.log.warn({ err: error }, 'queue supervision failed; it goes on'));
  boss.on('warning', ({ message, data }) => options.log.debug({ data }, message));
  await throughTheDoor(async () => {
    try {
      await boss.start();
      await createQueues(boss, options);
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined); // The start's own error is the one to report.
      throw error;
    }
  });
  return new BossQueue(boss, db, sockets);
}

async function createQueues(boss: PgBoss, options: QueueOptions): Promise<void> {
  const dead = {
    retryLimit: 20,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: RETRY_DELAY_MAX_S,
    expireInSeconds: DEAD_EXPIRE_S,
  };
  await boss.createQueue(DEAD_QUEUE, dead);
  await boss.updateQueue(DEAD_QUEUE, dead);
  const settings = {
    retryLimit: MAX_ATTEMPTS - 1,
    retryDelay: options.retryDelayS,
    ...(options.retryDelayS > 0
      ? { retryBackoff: true, retryDelayMax: RETRY_DELAY_MAX_S }
      : { retryBackoff: false }),
    heartbeatSeconds: options.heartbeatS,
    expireInSeconds: Math.ceil(options.captureTimeoutMs / 1000) + LEASE_MARGIN_S,
    deleteAfterSeconds: 3_600,
    deadLetter: DEAD_QUEUE,
  };
  // One after the other they would be half of what a worker's start waits for.
  await Promise.all(
    FLEET_SURFACES.map(async (surface) => {
      await boss.createQueue(queueName(surface), settings);
      await boss.updateQueue(queueName(surface), settings);
    }),
  );
}
