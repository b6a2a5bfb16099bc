import { accountsOutOfBalance, readReserved } from '../jobs/credits-audit.ts';
import { readDepth } from '../jobs/queue-state.ts';
import type { Sql } from '../platform/database.ts';
import type { ReadSeries } from '../platform/scraped-series.ts';
import { countDead, oldestOverdueSeconds } from '../webhooks/delivery-log.ts';

/**
 * Series that alarms are set on, under the names of specs/edge.md 9. They come from the database, so that every API
 * process says the same and a restart forgets nothing.
 */
export function watchAlarms(
  db: Sql,
  series: (name: string, help: string, labels: readonly string[], read: ReadSeries) => void,
): void {
  series('queue_oldest_age_seconds', 'Age of the oldest that waits.', ['surface'], async () => {
    const waiting = (await readDepth(db)).filter(({ status }) => status === 'queued');
    return waiting.map(({ surface, age }) => ({ labels: { surface }, value: age }));
  });
  const one = (name: string, help: string, read: () => Promise<number>): void =>
    series(name, help, [], async () => [{ labels: {}, value: await read() }]);
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
