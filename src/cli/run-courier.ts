import { AddressGuard } from '../platform/address-guard.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { webhookCipher } from '../webhooks/cipher.ts';
import { Courier } from '../webhooks/courier.ts';
import type { Foundation } from './foundation.ts';

/** Starts a courier on the given foundation. */
export async function runCourier(
  config: Config,
  { db, listener, clock }: Pick<Foundation, 'db' | 'listener'> & { clock: Clock },
  log: Log,
  metrics?: Metrics,
): Promise<Courier> {
  const courier = new Courier({
    ...{ db, listener, log, clock, random: Math.random },
    guard: new AddressGuard(config.webhookAllow),
    cipher: webhookCipher(config),
    ...(metrics === undefined ? {} : { metrics }),
    // Loaded with the first analysis that ends: a courier seldom needs it.
    findings: async (sql, job) => (await import('../api/analysis-event.ts')).analysisFindings(sql, job),
  });
  await courier.start();
  return courier;
}
