import { FleetError } from '../contract/errors.ts';
import type { AddressGuard } from '../platform/address-guard.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { SecretCipher } from '../platform/secret-cipher.ts';
import { activeTraceparent, type Step, traced, traceFields, traceIdOf } from '../platform/traces.ts';
import type { DueDelivery } from './claim-due.ts';
import { type Attempt, type PostLimits, post } from './post.ts';
import { type DeliveryEnd, recordAttempt } from './record-attempt.ts';
import { activeSecrets } from './secrets.ts';
import { signatureHeaders } from './signing.ts';

export interface DeliverMeans {
  db: Database;
  guard: AddressGuard;
  cipher: () => SecretCipher;
  clock: Clock;
  log: Log;
  metrics?: Pick<Metrics, 'webhookAttempts'>;
  limits?: PostLimits;
  /** From 0 to 1; tests hand in their own. */
  random: () => number;
}

const USER_AGENT = 'CaptureFleet-Webhook/1.0';
const RECORD_TRIES = 5;
const RECORD_PAUSE_MS = 1_000;

/** One attempt at a delivery, from signing to the log. Undefined when the lease was lost meanwhile. */
export async function deliver(means: DeliverMeans, delivery: DueDelivery): Promise<DeliveryEnd | undefined> {
  const attributes = {
    ...{ 'fleet.event_id': delivery.eventId, 'fleet.job_id': delivery.jobId },
    'fleet.attempt': delivery.tries + 1,
  };
  const { traceparent: parent } = delivery;
  return traced('deliver', { parent, kind: 'client', attributes }, (step) =>
    attemptOnce(means, delivery, step),
  );
}

async function attemptOnce(
  means: DeliverMeans,
  delivery: DueDelivery,
  step: Step,
): Promise<DeliveryEnd | undefined> {
  const { clock, log } = means;
  const secrets = await secretsOf(means, delivery);
  const attempt = secrets.length === 0 ? unsigned(clock.now()) : await sent(means, delivery, secrets);
  step.set({ 'fleet.result': attempt.result });
  if (attempt.status !== null) step.set({ 'http.response.status_code': attempt.status });
  if (attempt.result !== 'acknowledged') step.fail(attempt.result);
  const end = await recorded(means, delivery, attempt);
  means.metrics?.webhookAttempts.inc({ result: attempt.result });
  log[end === 'delivered' ? 'info' : 'warn'](
    {
      ...{ requestId: delivery.requestId, jobId: delivery.jobId, deliveryId: delivery.id },
      ...{
        eventId: delivery.eventId,
        result: attempt.result,
        status: attempt.status,
        end: end ?? 'lease lost',
      },
      ms: attempt.latencyMs,
      ...traceFields(delivery.traceparent),
    },
    'webhook attempted',
  );
  return end;
}

/** The request's own secret, or the account's active ones; none when they cannot be opened here. */
async function secretsOf(means: DeliverMeans, delivery: DueDelivery): Promise<string[]> {
  try {
    if (delivery.requestSecret !== null) return [means.cipher().open(delivery.requestSecret)];
    return await activeSecrets(means.db, means.cipher(), delivery.accountId, means.clock.now());
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'CONFIG_INVALID') throw error;
    // The key of this installation is wrong: the delivery waits for its next attempt, a person must look.
    means.log.error({ err: error, deliveryId: delivery.id }, 'webhook secret cannot be opened');
    return [];
  }
}

function unsigned(startedAt: number): Attempt {
  return { result: 'unsigned', startedAt, latencyMs: 0, status: null, answer: null, retryAfter: undefined };
}

function sent(means: DeliverMeans, delivery: DueDelivery, secrets: readonly string[]): Promise<Attempt> {
  const { body, eventId } = delivery;
  // Where this courier traces nothing, the receiver still learns which trace its event belongs to.
  const known = traceIdOf(delivery.traceparent) === undefined ? null : delivery.traceparent;
  const traceparent = activeTraceparent() ?? known;
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'x-aisearch-version': delivery.apiVersion,
    'x-request-id': delivery.requestId,
    ...(traceparent === null ? {} : { traceparent }),
    ...signatureHeaders({ eventId, body, secrets, timestampS: Math.floor(means.clock.now() / 1000) }),
  };
  return post(delivery.url, headers, body, means);
}

/** Writing down what happened is worth some patience: what is not written is sent again. */
async function recorded(
  means: DeliverMeans,
  delivery: DueDelivery,
  attempt: Attempt,
): Promise<DeliveryEnd | undefined> {
  for (let attempted = 1; ; attempted++) {
    try {
      return await recordAttempt(means.db, delivery, attempt, {
        now: means.clock.now(),
        random: means.random(),
      });
    } catch (error) {
      const away = error instanceof FleetError && error.code === 'DATABASE_UNAVAILABLE';
      if (!away || attempted >= RECORD_TRIES) throw error;
      await new Promise((done) => setTimeout(done, RECORD_PAUSE_MS));
    }
  }
}
