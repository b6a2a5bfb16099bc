import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readPageRecord } from '../artifacts/page-artifacts.ts';
import type { ChildId } from '../contract/ids.ts';
import type { PageRecord } from '../contract/page-record.ts';
import { PAGE_SURFACE } from '../contract/surface-name.ts';
import { cancelOpen } from '../jobs/cancel.ts';
import { type PageState, type PageSubmit, readPages, submitPage } from '../jobs/page-jobs.ts';
import type { Sql } from '../platform/database.ts';
import type { Queue } from '../platform/queue.ts';

/** Submits a page of a run, in the caller's transaction; 0 is the run's own, the others are compared with it. */
export async function addPage(
  sql: Sql,
  queue: Queue,
  place: { runId: string; ordinal: number },
  asked: PageSubmit,
): Promise<void> {
  const jobId = await submitPage(sql, queue, asked);
  await sql.query('INSERT INTO fleet.content_page (run_id, ordinal, job_id) VALUES ($1, $2, $3)', [
    ...[place.runId, place.ordinal, jobId],
  ]);
}

const jobRow = z.object({ jobId: z.string() });

/** The pages of a run, its own first. */
export async function pagesOf(sql: Sql, runId: string): Promise<PageState[]> {
  const { rows } = await sql.query(
    'SELECT job_id AS "jobId" FROM fleet.content_page WHERE run_id = $1 ORDER BY ordinal',
    [runId],
  );
  return readPages(
    sql,
    z
      .array(jobRow)
      .parse(rows)
      .map(({ jobId }) => jobId),
  );
}

const openRow = z.object({
  id: z.string().transform((id) => id as ChildId),
  status: z.enum(['queued', 'processing']),
});

/** Cancels those pages of a run that have not ended, in the transaction that ended it. */
export async function cancelPages(sql: Sql, queue: Queue, runId: string, now: number): Promise<void> {
  const { rows } = await sql.query(
    `SELECT c.id, c.status FROM fleet.content_page p JOIN fleet.child c ON c.job_id = p.job_id
     WHERE p.run_id = $1 AND c.status IN ('queued', 'processing') ORDER BY c.id`,
    [runId],
  );
  const open = z.array(openRow).parse(rows);
  if (open.length === 0) return;
  const children = open.map((child) => ({ ...child, surface: PAGE_SURFACE }) as const);
  await cancelOpen(sql, queue, children, now);
}

/** The stored record of a page; undefined when its capture left none. Throws as the store does. */
export async function recordOf(
  store: ArtifactStore,
  { artifacts }: PageState,
): Promise<PageRecord | undefined> {
  const key = artifacts?.rawKey ?? null;
  return key === null ? undefined : readPageRecord(await store.get(key));
}

/** Where what a page left lies, for the run's row. */
export function placeOf({ artifacts }: PageState): unknown {
  const object = (key: string | null, sha256: string | null) => (key === null ? null : { key, sha256 });
  if (artifacts === null) return null;
  return {
    record: object(artifacts.rawKey, artifacts.rawSha256),
    screenshot: object(artifacts.screenshotKey, artifacts.screenshotSha256),
  };
}
