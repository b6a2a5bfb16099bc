import type { Db, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { FleetSurface } from '../contract/surface-name.ts';
import type { Database, Sql } from './database.ts';
import { throughTheDoor } from './database-error.ts';
import type { PoolSockets } from './pool-sockets.ts';
import type { Completion, DeadJob, Lease, NewJob, Queue, QueuedJob } from './queue.ts';

export const DEAD_QUEUE = 'capture.dead';

const affectedSchema = z.object({ affected: z.int().nonnegative() });
const countSchema = z.tuple([z.object({ count: z.coerce.number().int() })]);
const jobData = z.object({ childId: z.string() });

/** Name of a surface's queue. */
export function queueName(surface: FleetSurface): string {
  return `capture.${surface}`;
}

/** The queues on a started pg-boss. */
export class BossQueue implements Queue {
  readonly #boss: PgBoss;
  /** Our pool instead of pg-boss's own for what workers wait for: it ends every statement in time. */
  readonly #db: Db;
  readonly #sockets: PoolSockets;

  constructor(boss: PgBoss, db: Database, sockets: PoolSockets) {
    this.#boss = boss;
    this.#db = joined(db);
    this.#sockets = sockets;
  }

  async insert(sql: Sql, surface: FleetSurface, jobs: readonly NewJob[]): Promise<void> {
    const rows = jobs.map(({ queueJobId, childId, notBeforeMs, ...rest }) => ({
      id: queueJobId,
      data: { childId },
      ...rest,
      ...(notBeforeMs === undefined ? {} : { startAfter: `${Math.ceil(notBeforeMs)} milliseconds` }),
    }));
    await throughTheDoor(() => this.#boss.insert(queueName(surface), rows, { db: joined(sql) }));
  }

  async fetch(surface: FleetSurface): Promise<QueuedJob | undefined> {
    const [job] = await throughTheDoor(() =>
      this.#boss.fetch(queueName(surface), { batchSize: 1, db: this.#db }),
    );
    if (job === undefined) return undefined;
    const { childId } = jobData.parse(job.data);
    return { surface, queueJobId: job.id, retryCount: job.retryCount, childId };
  }

  async touch(lease: Lease): Promise<boolean> {
    return one(() => this.#boss.touch(queueName(lease.surface), attempt(lease), { db: this.#db }));
  }

  async complete(sql: Sql, lease: Lease): Promise<boolean> {
    return one(() =>
      this.#boss.complete(queueName(lease.surface), attempt(lease), null, { db: joined(sql) }),
    );
  }

  async completion(lease: Lease): Promise<Completion> {
    const said: { text: string; values: readonly unknown[] }[] = [];
    const listens: Db = {
      executeSql: async (text, values) => {
        said.push({ text, values: values ?? [] });
        return { rows: [{ count: '0', ids: [] }] };
      },
    };
    await throughTheDoor(() =>
      this.#boss.complete(queueName(lease.surface), attempt(lease), null, { db: listens }),
    );
    const [statement, more] = said;
    if (statement === undefined || more !== undefined)
      throw new TypeError(`pg-boss completes a job in ${said.length} statements, not in one`);
    return { ...statement, held: ({ rows }) => countSchema.parse(rows)[0].count === 1 };
  }

  async fail(sql: Sql, lease: Lease, reason: string): Promise<boolean> {
    return one(() =>
      this.#boss.fail(queueName(lease.surface), attempt(lease), { reason }, { db: joined(sql) }),
    );
  }

  async drop(sql: Sql, lease: Lease): Promise<boolean> {
    return one(() => this.#boss.deleteJob(queueName(lease.surface), attempt(lease), { db: joined(sql) }));
  }

  async remove(sql: Sql, surface: FleetSurface, queueJobIds: readonly string[]): Promise<void> {
    if (queueJobIds.length === 0) return;
    await throughTheDoor(() =>
      this.#boss.deleteJob(queueName(surface), [...queueJobIds], { db: joined(sql) }),
    );
  }

  async fetchDead(limit: number): Promise<DeadJob[]> {
    const jobs = await throughTheDoor(() =>
      this.#boss.fetch(DEAD_QUEUE, { batchSize: limit, includeMetadata: true, db: this.#db }),
    );
    return jobs.map((job) => ({
      deadJobId: job.id,
      retryCount: job.retryCount,
      childId: jobData.parse(job.data).childId,
      queueJobId: job.sourceId ?? null,
    }));
  }

  async completeDead(sql: Sql, job: DeadJob): Promise<void> {
    const fence = { id: job.deadJobId, retryCount: job.retryCount };
    await throughTheDoor(() => this.#boss.complete(DEAD_QUEUE, fence, null, { db: joined(sql) }));
  }

  async close(): Promise<void> {
    await this.#sockets.closeWith(() => this.#boss.stop({ graceful: false }));
  }
}

function attempt(lease: Lease): { id: string; retryCount: number } {
  return { id: lease.queueJobId, retryCount: lease.retryCount };
}

/** True when the command hit exactly the one job. pg-boss answers `affected`, but its types do not say so. */
async function one(command: () => Promise<unknown>): Promise<boolean> {
  const { affected } = affectedSchema.parse(await throughTheDoor(command));
  return affected === 1;
}

/** pg-boss's way into our transaction, or our pool. */
function joined(sql: Sql): Db {
  // biome-ignore lint/suspicious/noExplicitAny: pg-boss's own interface says any[].
  return { executeSql: async (text, values) => ({ rows: (await sql.query(text, values)).rows as any[] }) };
}
