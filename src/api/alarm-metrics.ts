import { accountsOutOfBalance, readReserved } from '../jobs/credits-audit.ts';
import { readDepth } from '../jobs/queue-state.ts';
import { countDead, oldestOverdueSeconds } from '../webhooks/delivery-log.ts';
import type { ApiContext } from './api-context.ts';

/** Reads what a series needs, or nothing while the database is away. */
export type ReadOrNothing = <T>(read: () => Promise<T[]>) => Promise<T[]>;

/**
 * Series that alarms are set on, under the names of specs/edge.md 9. They come from the database, so that every API
 * process says the same and a restart forgets nothing.
 */
export function watchAlarms(
  { metrics, db }: Pick<ApiContext, 'metrics' | 'db'>,
  orNothing: ReadOrNothing,
): void {
  metrics.onScrape('queue_oldest_age_seconds', 'Age of the oldest that waits.', ['surface'], async () => {
    const depth = await orNothing(() => readDepth(db));
    const waiting = depth.filter(({ status }) => status === 'queued');
    return waiting.map(({ surface, age }) => ({ labels: { surface }, value: age }));
  });
  const one = (name: string, help: string, read: () => Promise<number>): void =>
    metrics.onScrape(name, help, [], async () => {
      const values = await orNothing(async () => [await read()]);
      return values.map((value) => ({ labels: {}, value }));
    });
  one(
    'ledger_drift',
    'Accounts whose balance is not what their captures under way say. Must stay 0.',
    async () => (await accountsOutOfBalance(db)).length,
  );
  one('credits_reserved_open', 'Credits reserved for captures that have not ended.', () => readReserved(db));
  one('webhook_dead_total', 'Deliveries given up and not replayed, of the last 30 days.', () =>
    countDead(db),
  );
  one('webhook_oldest_overdue_seconds', 'How long a courier has been missed: 0 while one keeps up.', () =>
    oldestOverdueSeconds(db),
  );
}
