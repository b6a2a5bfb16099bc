import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHILD_STATUSES, type ChildStatus } from '../../../src/contract/envelope.ts';
import type { JobId } from '../../../src/contract/ids.ts';
import type { JobStatus } from '../../../src/contract/job-view.ts';
import { readStatus } from '../../../src/jobs/read.ts';
import { type FreshDatabase, freshDatabase } from '../database.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

/** The rule in words: guides/asynchronous of the reference (specs/edge.md 1.2). */
function expected(statuses: readonly ChildStatus[]): JobStatus {
  if (statuses.some((status) => status === 'queued' || status === 'processing')) return 'processing';
  const [first, ...others] = [...new Set(statuses)];
  if (first !== undefined && others.length === 0) return first as JobStatus;
  if (statuses.includes('completed')) return 'partial';
  return statuses.includes('failed') ? 'failed' : 'expired';
}

describe("a parent's status", () => {
  it('follows from its children, for every combination of three', async () => {
    const combinations = CHILD_STATUSES.flatMap((a) =>
      CHILD_STATUSES.flatMap((b) => CHILD_STATUSES.map((c) => [a, b, c])),
    );
    for (const [index, statuses] of combinations.entries()) {
      const jobId = `job_case${index}` as JobId;
      await fresh.db.query(
        `INSERT INTO fleet.job (id, account_id, request_id, origin, query, request, created_at, deadline_at)
         VALUES ($1, 'a', 'r', 'stage', 'q', '{}', now(), now())`,
        [jobId],
      );
      await fresh.db.query(
        `INSERT INTO fleet.child (id, job_id, ordinal, surface, method, region_key, status, queue_job_id, completed_at)
         SELECT $1 || n, $1, n, 's' || n, 'own-fleet', 'GLOBAL', status, gen_random_uuid(),
           CASE WHEN status IN ('queued', 'processing') THEN NULL ELSE now() END
         FROM unnest($2::text[]) WITH ORDINALITY AS given (status, n)`,
        [jobId, statuses],
      );
      expect([statuses, await readStatus(fresh.db, jobId)]).toEqual([statuses, expected(statuses)]);
    }
  });
});
