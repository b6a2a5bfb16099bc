import { startSupervisor } from '../fleet/presence.ts';
import { watchRepairs } from '../fleet/worker-metrics.ts';
import { startSweeper } from '../jobs/sweeper.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Foundation, Opened } from './foundation.ts';

/**
 * Ends in the database what nobody else will: children that are overdue, dead letters, workers that died. API processes do
 * it beside the workers: when the last worker dies, somebody must say so, and jobs must still end at their deadline.
 */
export function keepDatabase(
  { db, queue, clock }: Pick<Foundation, 'db' | 'queue' | 'clock'>,
  log: Log,
  metrics: Metrics,
  opened: Opened,
): void {
  const sweeper = opened.add(startSweeper({ db, queue, clock, log }), (part) => part.stop());
  watchRepairs(metrics, sweeper.reconciled);
  opened.add(startSupervisor(db, queue, log), (part) => part.stop());
}
