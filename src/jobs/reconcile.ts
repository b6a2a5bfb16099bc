import { z } from 'zod';
import { MAX_ATTEMPTS } from '../contract/outcome.ts';
import { FLEET_SURFACES, fleetSurfaceSchema } from '../contract/surface-name.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { newQueueJobId, type Queue } from '../platform/queue.ts';
import { announceWork } from './channels.ts';

const childRow = z.object({
  id: z.string(),
  surface: fleetSurfaceSchema,
  queueJobId: z.string(),
  attempts: z.int(),
});
const jobRow = z.object({ queueJobId: z.string(), surface: fleetSurfaceSchema });

type LostChild = z.infer<typeof childRow>;
type StrayJob = z.infer<typeof jobRow>;

/** Children that wait for a queue job which is not there, and queue jobs that no open child waits for. */
export interface Disagreement {
  children: LostChild[];
  jobs: StrayJob[];
}

/** What a reconciler has done since its process started; only ever grows. */
export interface ReconcileCounters {
  looks: number;
  childrenRequeued: number;
  jobsRemoved: number;
}

const BATCH = 200;

/** What the log says of a repair. */
export const REPAIRED = 'children and queue disagreed and were repaired; this should never happen';

/** States in which pg-boss 12.38 still runs a job, or will (table pgboss.job, column state, 2026-11). */
const LIVE = `state IN ('created', 'retry', 'active')`;

/**
 * Where children and queue disagree at this moment. Every change of both happens in one transaction, so in a healthy
 * fleet this finds nothing. Each half is one statement, and so sees one state of the database. A child whose job lies
 * in the dead letter queue is not lost: it is about to be ended. Surfaces of a newer version are not looked at.
 */
export async function findDisagreement(sql: Sql): Promise<Disagreement> {
  const children = await sql.query(
    `SELECT c.id, c.surface, c.queue_job_id AS "queueJobId", c.attempts FROM fleet.child c
     WHERE c.status IN ('queued', 'processing') AND c.surface = ANY ($1)
       AND NOT EXISTS (SELECT 1 FROM pgboss.job j
         WHERE j.name = 'capture.' || c.surface AND j.id = c.queue_job_id AND ${LIVE})
       AND NOT EXISTS (SELECT 1 FROM pgboss.job d
         WHERE d.name = 'capture.dead' AND d.source_id = c.queue_job_id AND ${LIVE})
     ORDER BY c.id LIMIT ${BATCH}`,
    [[...FLEET_SURFACES]],
  );
  const jobs = await sql.query(
    `SELECT j.id AS "queueJobId", substr(j.name, 9) AS surface FROM pgboss.job j
     WHERE j.name LIKE 'capture.%' AND substr(j.name, 9) = ANY ($1) AND ${LIVE}
       AND NOT EXISTS (SELECT 1 FROM fleet.child c
         WHERE c.queue_job_id = j.id AND c.status IN ('queued', 'processing'))
     ORDER BY j.id LIMIT ${BATCH}`,
    [[...FLEET_SURFACES]],
  );
  return { children: z.array(childRow).parse(children.rows), jobs: z.array(jobRow).parse(jobs.rows) };
}

/** What was found twice in a row: nothing that merely was under way when it was looked at. Pure. */
export function confirmed(before: Disagreement, now: Disagreement): Disagreement {
  const knownChildren = new Set(before.children.map(({ id, queueJobId }) => `${id} ${queueJobId}`));
  const knownJobs = new Set(before.jobs.map(({ queueJobId }) => queueJobId));
  return {
    children: now.children.filter(({ id, queueJobId }) => knownChildren.has(`${id} ${queueJobId}`)),
    jobs: now.jobs.filter(({ queueJobId }) => knownJobs.has(queueJobId)),
  };
}

/**
 * Repairs what was found: a lost child gets a new queue job (and the old attempt, if one still runs, loses its lease),
 * a stray job goes. Any number of processes may do it at once. Returns how many of each were changed.
 */
export async function repair(
  db: Database,
  queue: Queue,
  found: Disagreement,
): Promise<{ children: number; jobs: number }> {
  let children = 0;
  for (const child of found.children) if (await requeue(db, queue, child)) children++;
  for (const [surface, jobs] of Map.groupBy(found.jobs, (job) => job.surface)) {
    const ids = jobs.map(({ queueJobId }) => queueJobId);
    await db.transaction((sql) => queue.remove(sql, surface, ids));
  }
  return { children, jobs: found.jobs.length };
}

async function requeue(db: Database, queue: Queue, child: LostChild): Promise<boolean> {
  const queueJobId = newQueueJobId();
  const retryLimit = Math.max(0, MAX_ATTEMPTS - 1 - child.attempts);
  return db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE fleet.child SET status = 'queued', queue_job_id = $3, claimed_retry = NULL, worker_id = NULL,
         claimed_at = NULL
       WHERE id = $1 AND queue_job_id = $2 AND status IN ('queued', 'processing')`,
      [child.id, child.queueJobId, queueJobId],
    );
    if (rowCount !== 1) return false;
    await queue.insert(sql, child.surface, [{ queueJobId, childId: child.id, retryLimit, priority: 1 }]);
    await announceWork(sql, [child.surface]);
    return true;
  });
}

/** Looks for disagreement between children and queue, and repairs what it finds twice in a row. */
export class Reconciler {
  readonly counters: ReconcileCounters = { looks: 0, childrenRequeued: 0, jobsRemoved: 0 };
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #log: Log;
  #before: Disagreement = { children: [], jobs: [] };

  constructor(db: Database, queue: Queue, log: Log) {
    this.#db = db;
    this.#queue = queue;
    this.#log = log;
  }

  /** One look. */
  async look(): Promise<void> {
    const now = await findDisagreement(this.#db);
    const certain = confirmed(this.#before, now);
    this.#before = now;
    this.counters.looks++;
    if (certain.children.length + certain.jobs.length === 0) return;
    const { children, jobs } = await repair(this.#db, this.#queue, certain);
    this.counters.childrenRequeued += children;
    this.counters.jobsRemoved += jobs;
    const which = [
      ...certain.children.map(({ id }) => id),
      ...certain.jobs.map(({ queueJobId }) => queueJobId),
    ];
    this.#log.error({ children, jobs, which }, REPAIRED);
  }
}
