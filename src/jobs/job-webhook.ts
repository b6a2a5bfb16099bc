import type { JobId } from '../contract/ids.ts';
import type { Sql } from '../platform/database.ts';

/** Where a request wants its ends announced. */
export interface JobWebhook {
  url: string;
  /** The request's own secret, sealed; null: the account's secrets sign. */
  sealedSecret: Buffer | null;
  /** Dialect the bodies are rendered in. */
  apiVersion: string;
  /** One delivery per child, or one when the whole job has ended. */
  per: 'child' | 'job';
}

/** Keeps a request's webhook, in the submit's transaction. */
export async function insertJobWebhook(sql: Sql, jobId: JobId, webhook: JobWebhook): Promise<void> {
  await sql.query(
    'INSERT INTO fleet.job_webhook (job_id, url, secret, api_version, per) VALUES ($1, $2, $3, $4, $5)',
    [jobId, webhook.url, webhook.sealedSecret, webhook.apiVersion, webhook.per],
  );
}
