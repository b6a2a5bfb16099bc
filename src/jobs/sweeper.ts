import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { auditCredits } from './credits-audit.ts';
import { settleDeadLetters } from './dead-letter.ts';
import { expireOverdue } from './expiry.ts';
import { sweepKeys } from './idempotency.ts';
import { releaseLapsed } from './lapsed-leases.ts';
import { sweepRates } from './limits.ts';
import { type ReconcileCounters, Reconciler } from './reconcile.ts';
import { sweepSyncSlots } from './sync-slots.ts';

export interface SweeperOptions {
  db: Database;
  queue: Queue;
  clock: Clock;
  log: Log;
  /** Default 1 s. */
  everyMs?: number;
}

/** A running sweeper. */
export interface Sweeper extends Rounds {
  /** What children and queue disagreed about so far; for the metrics. */
  reconciled: Readonly<ReconcileCounters>;
}

const EVERY_MS = 1_000;
const KEYS_EVERY_MS = 3_600_000;
const AUDIT_EVERY_MS = 60_000;
const RECONCILE_EVERY_MS = 30_000;

/**
 * Ends, once a second, what nobody else will: dead letters, lapsed leases, overdue children, old idempotency keys, leases
 * and buckets that ran out; twice a minute children and queue are compared, once a minute the credits are audited. Any number of
 * processes may run one. A failing round is logged and the next one tries again.
 */
export function startSweeper(options: SweeperOptions): Sweeper {
  const { db, queue, clock, log, everyMs = EVERY_MS } = options;
  // By the monotonic clock: a clock that is set must neither hurry nor delay a round.
  let keysDueAt = Number.NEGATIVE_INFINITY;
  let auditDueAt = Number.NEGATIVE_INFINITY;
  let reconcileDueAt = Number.NEGATIVE_INFINITY;
  const reconciler = new Reconciler(db, queue, log);
  const round = async (): Promise<void> => {
    await settleDeadLetters(db, queue, clock.now());
    await releaseLapsed(db);
    await expireOverdue(db, queue, clock.now());
    if (clock.monotonic() >= auditDueAt) {
      await sweepSyncSlots(db);
      const findings = await auditCredits(db, clock.now());
      if (findings.released + findings.recounted > 0) log.error(findings, 'credits.audit found a difference');
      auditDueAt = clock.monotonic() + AUDIT_EVERY_MS;
    }
    if (clock.monotonic() >= reconcileDueAt) {
      await reconciler.look();
      reconcileDueAt = clock.monotonic() + RECONCILE_EVERY_MS;
    }
    if (clock.monotonic() >= keysDueAt) {
      await sweepKeys(db, clock.now());
      await sweepRates(db);
      keysDueAt = clock.monotonic() + KEYS_EVERY_MS;
    }
  };
  const rounds = startRounds({
    ...{ round, everyMs },
    failed: (err) => log.warn({ err }, 'sweep failed; the next round tries again'),
  });
  return { reconciled: reconciler.counters, stop: rounds.stop };
}
