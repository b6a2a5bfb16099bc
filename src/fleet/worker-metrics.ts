import { z } from 'zod';
import type { ReconcileCounters } from '../jobs/reconcile.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';

const countsRow = z.object({ entered: z.int(), lost: z.int() });

/**
 * Adds how many workers the fleet has, and how many died within ten minutes, to a process's metrics. From the database,
 * because a dead worker tells nothing itself, and where names lead to the living its scraper soon forgets it as well.
 */
export function watchWorkers(metrics: Metrics, db: Database, log: Log): void {
  const one = (name: string, help: string, of: (counts: z.infer<typeof countsRow>) => number): void =>
    metrics.onScrape(name, help, [], async () => {
      const counts = await readCounts(db, log);
      return counts === undefined ? [] : [{ labels: {}, value: of(counts) }];
    });
  one('fleet_workers', 'Workers that are entered in the register.', ({ entered }) => entered);
  one(
    'fleet_workers_lost',
    'Workers that died within the last 10 minutes; their captures went on elsewhere.',
    ({ lost }) => lost,
  );
}

/** Undefined while the database is away: a scrape then shows the process's own series instead of failing. */
async function readCounts(db: Database, log: Log): Promise<z.infer<typeof countsRow> | undefined> {
  try {
    const { rows } = await db.query(
      `SELECT (SELECT count(*)::int FROM fleet.worker) AS entered,
         (SELECT count(*)::int FROM fleet.lost_worker WHERE lost_at > now() - interval '10 min') AS lost`,
    );
    return countsRow.parse(rows[0]);
  } catch (error) {
    log.warn({ err: error }, 'the workers could not be counted for metrics');
    return undefined;
  }
}

/** Adds what this process had to repair because children and queue disagreed. Must stay 0. */
export function watchRepairs(metrics: Metrics, reconciled: Readonly<ReconcileCounters>): void {
  const help = 'Children and queue jobs that disagreed and were repaired, since the start. Must stay 0.';
  metrics.onScrape('fleet_queue_repairs', help, ['what'], async () => [
    { labels: { what: 'child' }, value: reconciled.childrenRequeued },
    { labels: { what: 'job' }, value: reconciled.jobsRemoved },
  ]);
}
