import { z } from 'zod';
import type { ChildId, JobId } from '../../../src/contract/ids.ts';
import type { Outcome } from '../../../src/contract/outcome.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { recordEvents } from '../../../src/jobs/events.ts';
import type { JobWebhook } from '../../../src/jobs/job-webhook.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { SecretCipher } from '../../../src/platform/secret-cipher.ts';
import { claimDue } from '../../../src/webhooks/claim-due.ts';
import { type DeliverMeans, deliver } from '../../../src/webhooks/deliver.ts';
import { type Delivery, listDeliveries } from '../../../src/webhooks/delivery-log.ts';
import { expandEvents } from '../../../src/webhooks/expand.ts';
import { testLog } from '../database.ts';
import { context, finishNext, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';

/** A clock that a test moves. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(): TestClock {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic(),
    advance: (ms) => {
      ahead += ms;
    },
  };
}

export const cipher = new SecretCipher('a secret of the tests', { salt: 'test', what: 'a secret', fix: '' });

/** Jobs that end, and the parts of a courier to be run step by step. */
export interface WebhookWorld extends JobsWorld {
  clock: TestClock;
  means: DeliverMeans;
  /** Submits one capture with this webhook and ends it. */
  endOne(webhook?: Partial<JobWebhook>, outcome?: Outcome): Promise<{ jobId: JobId; childId: ChildId }>;
  /** Expands and attempts all that is due now; tells how many attempts that were. */
  deliverDue(): Promise<number>;
  deliveries(jobId?: string): Promise<Delivery[]>;
}

export async function openWebhookWorld(
  allow: readonly string[],
  given: Partial<DeliverMeans> = {},
): Promise<WebhookWorld> {
  const jobs = await openJobsWorld();
  const clock = testClock();
  const means: DeliverMeans = {
    ...{ db: jobs.db, clock, log: testLog, cipher: () => cipher, random: () => 0 },
    guard: new AddressGuard(allow),
    ...given,
  };
  const deliverDue = async (): Promise<number> => {
    let attempts = 0;
    for (;;) {
      while ((await expandEvents(means, clock.now())) > 0);
      const due = await claimDue(jobs.db, {
        ...{ now: clock.now(), free: 50, freeForFailing: 50, leaseMs: 30_000 },
      });
      if (due.length === 0) return attempts;
      await Promise.all(due.map((delivery) => deliver(means, delivery)));
      attempts += due.length;
    }
  };
  return {
    ...{ ...jobs, clock, means, deliverDue },
    endOne: async (webhook, outcome = 'answered') => {
      const asked = context(webhook === undefined ? {} : { webhook: webhookOf(webhook) });
      const { jobId, children } = await submit(jobs.db, jobs.queue, request(), asked);
      await finishNext(jobs, { outcome });
      return { jobId, childId: children[0] ?? ('' as ChildId) };
    },
    deliveries: async (jobId) =>
      (
        await listDeliveries(jobs.db, DEFAULT_ACCOUNT, {
          limit: 100,
          ...(jobId === undefined ? {} : { jobId }),
        })
      ).data,
  };
}

export const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

export function webhookOf(given: Partial<JobWebhook>): JobWebhook {
  return { url: '', sealedSecret: cipher.seal(SECRET), apiVersion: '2026-06-27', per: 'child', ...given };
}

/** Many ended children at once, each of a job of its own with this webhook; tells the events' ids. */
export async function endMany(
  world: WebhookWorld,
  count: number,
  urlOf: (index: number) => string,
): Promise<string[]> {
  const now = new Date(world.clock.now());
  const jobs = Array.from({ length: count }, (_, index) => ({
    id: `job_many${String(index).padStart(8, '0')}${Math.floor(world.clock.monotonic())}`,
    url: urlOf(index),
  }));
  const ids = jobs.map(({ id }) => `${id}.chatgpt.own-fleet.GLOBAL` as ChildId);
  await world.db.transaction(async (sql) => {
    await sql.query(
      `INSERT INTO fleet.job (id, account_id, request_id, origin, query, request, created_at, deadline_at)
       SELECT id, $2, 'req_many', 'stage', 'q', '{}', $3, $3 FROM unnest($1::text[]) AS id`,
      [jobs.map(({ id }) => id), DEFAULT_ACCOUNT, now],
    );
    await sql.query(
      `INSERT INTO fleet.job_webhook (job_id, url, secret, api_version)
       SELECT id, url, $3, '2026-06-27' FROM unnest($1::text[], $2::text[]) AS new (id, url)`,
      [jobs.map(({ id }) => id), jobs.map(({ url }) => url), cipher.seal(SECRET)],
    );
    await sql.query(
      `INSERT INTO fleet.child (id, job_id, ordinal, surface, method, region_key, status, outcome, queue_job_id, completed_at)
       SELECT id || '.chatgpt.own-fleet.GLOBAL', id, 0, 'chatgpt', 'own-fleet', 'GLOBAL', 'completed', 'answered',
         gen_random_uuid(), $2 FROM unnest($1::text[]) AS id`,
      [jobs.map(({ id }) => id), now],
    );
    await recordEvents(sql, ids);
  });
  const { rows } = await world.db.query('SELECT id FROM fleet.event WHERE child_id = ANY ($1)', [ids]);
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map((row) => row.id);
}
