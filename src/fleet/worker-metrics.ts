import { z } from 'zod';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';
import { rowsOfKnownSurfaces } from '../jobs/known-surfaces.ts';
import type { ReconcileCounters } from '../jobs/reconcile.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ReadSeries } from '../platform/scraped-series.ts';

const countsRow = z.object({ entered: z.int(), lost: z.int() });

/**
 * Adds how many workers the fleet has, how many died within ten minutes, and how long work has waited for them, to a process's
 * metrics. From the database, because a dead worker tells nothing itself, and where names lead to the living its scraper
 * soon forgets it as well.
 */
export function watchWorkers(metrics: Metrics, db: Database, log: Log): void {
  const one = (name: string, help: string, of: (counts: z.infer<typeof countsRow>) => number): void => {
    const read: ReadSeries = async () => [{ labels: {}, value: of(await readCounts(db)) }];
    metrics.onScrapeDatabase({ name, help, labels: [], read }, log);
  };
  one('fleet_workers', 'Workers that are entered in the register.', ({ entered }) => entered);
  one(
    'fleet_workers_lost',
    'Workers that died within the last 10 minutes; their captures went on elsewhere.',
    ({ lost }) => lost,
  );
  const name = 'queue_oldest_ready_seconds';
  const help =
    'How long the oldest capture that could run waits for a worker; 0 where it waits for its lane.';
  const read: ReadSeries = async () =>
    (await readReady(db)).map(({ surface, seconds }) => ({ labels: { surface }, value: seconds }));
  metrics.onScrapeDatabase({ name, help, labels: ['surface'], read }, log);
}

const readyRow = z.object({ surface: fleetSurfaceSchema, seconds: z.number() });

/** Of all accounts, by surface; surfaces of which nothing is open are left out. See schema-demand.ts. */
async function readReady(db: Database): Promise<z.infer<typeof readyRow>[]> {
  const { rows } = await db.query(
    'SELECT surface, max(oldest_seconds)::float8 AS seconds FROM fleet.demand() GROUP BY surface',
  );
  return rowsOfKnownSurfaces(readyRow, rows);
}

async function readCounts(db: Database): Promise<z.infer<typeof countsRow>> {
  const { rows } = await db.query(
    `SELECT (SELECT count(*)::int FROM fleet.worker) AS entered,
       (SELECT count(*)::int FROM fleet.lost_worker WHERE lost_at > now() - interval '10 min') AS lost`,
  );
  return countsRow.parse(rows[0]);
}

/** Adds what this process had to repair because children and queue disagreed. Must stay 0. */
export function watchRepairs(metrics: Metrics, reconciled: Readonly<ReconcileCounters>): void {
  const help = 'Children and queue jobs that disagreed and were repaired, since the start. Must stay 0.';
  metrics.onScrape('fleet_queue_repairs', help, ['what'], async () => [
    { labels: { what: 'child' }, value: reconciled.childrenRequeued },
    { labels: { what: 'job' }, value: reconciled.jobsRemoved },
  ]);
}
