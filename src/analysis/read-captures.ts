import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { JobId } from '../contract/ids.ts';
import { listChildren, readEnvelopesById } from '../jobs/read.ts';
import type { Prompt } from '../measure/observation.ts';
import type { ReportReader } from '../measure/report-reader.ts';
import type { Sql } from '../platform/database.ts';
import type { ResultCollector } from './report-results.ts';

/** Envelopes per statement: some have a hundred kilobytes. */
const BATCH = 100;

/** A capture that belongs to a report. */
interface Asked {
  id: string;
  prompt: Prompt;
}

/** What takes in a report's captures. */
export interface Readers {
  reader: ReportReader;
  collector: ResultCollector;
}

/**
 * Reads the captures of a report in a fixed order: of its latest run all, of earlier ones only those that told something,
 * since the others were captured again. The Envelopes of those that stand as they were read before stay where they are,
 * but for one per cell, which is shown. Returns when the last was captured. Throws ApiError JOB_EXPIRED once any of the
 * latest run passed its retention: figures over what is left would pass for figures over all.
 */
export async function readCaptures(
  sql: Sql,
  accountId: string,
  reportId: string,
  prompts: ReadonlyMap<string, Prompt>,
  { reader, collector }: Readers,
): Promise<string | null> {
  const asked = await askedOf(sql, accountId, reportId, prompts);
  let last: string | null = null;
  for (let from = 0; from < asked.length; from += BATCH) {
    const batch = asked.slice(from, from + BATCH);
    const touched = batch.filter(({ id, prompt }) => !reader.stands(id, prompt.id)).map(({ id }) => id);
    const envelopes = await readEnvelopesById(sql, accountId, touched);
    const isTouched = new Set(touched);
    for (const { id, prompt } of batch) {
      const envelope = envelopes.get(id);
      // Between two statements it may have passed its retention.
      if (envelope === undefined && isTouched.has(id)) throw pastRetention();
      const seen = envelope === undefined ? reader.keep(id, prompt) : reader.add(envelope, prompt);
      collector.add(envelope, seen);
      if (seen.capturedAt !== null && seen.capturedAt > (last ?? '')) last = seen.capturedAt;
    }
  }
  await readShown(sql, accountId, collector);
  return last;
}

async function readShown(sql: Sql, accountId: string, collector: ResultCollector): Promise<void> {
  const ids = collector.notRead();
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    const envelopes = await readEnvelopesById(sql, accountId, batch);
    if (envelopes.size < batch.length) throw pastRetention();
    collector.show(envelopes);
  }
}

async function askedOf(
  sql: Sql,
  accountId: string,
  reportId: string,
  prompts: ReadonlyMap<string, Prompt>,
): Promise<Asked[]> {
  const jobs = await jobsOf(sql, reportId);
  const listed = await listChildren(
    sql,
    accountId,
    jobs.map(({ jobId }) => jobId),
  );
  const children = Map.groupBy(listed, ({ jobId }) => jobId);
  return jobs.flatMap(({ jobId, promptId, latest }) => {
    const own = children.get(jobId) ?? [];
    // A job always has children; none to read means that they are kept no longer. Of earlier runs nothing may be left
    // that could be missed: a run follows only one that told nothing.
    if (latest && own.length === 0) throw pastRetention();
    const prompt = prompts.get(promptId);
    if (prompt === undefined) return [];
    return own.flatMap(({ id, status }) => (latest || status === 'completed' ? [{ id, prompt }] : []));
  });
}

function pastRetention(): ApiError {
  return new ApiError(
    'JOB_EXPIRED',
    'captures of this report passed their retention; what was measured of them stays, nothing can be measured again',
  );
}

const jobRow = z.object({
  jobId: z.string().transform((id) => id as JobId),
  promptId: z.string(),
  latest: z.boolean(),
});

async function jobsOf(sql: Sql, reportId: string): Promise<z.infer<typeof jobRow>[]> {
  const { rows } = await sql.query(
    `SELECT rj.job_id AS "jobId", rj.prompt_id AS "promptId",
       run.id = first_value(run.id) OVER (ORDER BY run.created_at DESC, run.id DESC) AS latest
     FROM fleet.report_run run JOIN fleet.report_job rj ON rj.run_id = run.id
     WHERE run.report_id = $1 ORDER BY run.created_at, rj.job_id`,
    [reportId],
  );
  return z.array(jobRow).parse(rows);
}
