import { z } from 'zod';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';

const queueRow = z.object({
  surface: surfaceNameSchema,
  queued: z.int(),
  processing: z.int(),
  oldest: z.date().nullable(),
});

/** What of a surface waits and runs, of all accounts. */
export interface OpenCaptures {
  surface: z.infer<typeof surfaceNameSchema>;
  queued: number;
  processing: number;
  /** Seconds since the capture that has waited longest was asked for; null when none waits. */
  oldestQueuedSeconds: number | null;
}

/** Open captures of the whole fleet by surface, in the order of the names; surfaces without any are left out. */
export async function readOpenCaptures(sql: Sql, now: number): Promise<OpenCaptures[]> {
  const { rows } = await sql.query(
    `SELECT c.surface, count(*) FILTER (WHERE c.status = 'queued')::int AS queued,
       count(*) FILTER (WHERE c.status = 'processing')::int AS processing,
       min(j.created_at) FILTER (WHERE c.status = 'queued') AS oldest
     FROM fleet.child c JOIN fleet.job j ON j.id = c.job_id
     WHERE c.status IN ('queued', 'processing') GROUP BY c.surface ORDER BY c.surface`,
  );
  return z
    .array(queueRow)
    .parse(rows)
    .map(({ oldest, ...row }) => ({
      ...row,
      oldestQueuedSeconds: oldest === null ? null : Math.max(0, Math.round((now - oldest.getTime()) / 1_000)),
    }));
}

/** How many captures each worker holds right now, by worker id; workers that hold none are left out. */
export async function readHeld(sql: Sql): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `SELECT worker_id AS worker, count(*)::int AS held FROM fleet.child
     WHERE status = 'processing' AND worker_id IS NOT NULL GROUP BY worker_id`,
  );
  const held = z.array(z.object({ worker: z.string(), held: z.int() })).parse(rows);
  return new Map(held.map((row) => [row.worker, row.held]));
}
