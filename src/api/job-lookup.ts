import type { Envelope } from '../contract/envelope.ts';
import { ApiError } from '../contract/errors.ts';
import { type ChildId, formatChildId, isJobId, type JobId, parseChildId } from '../contract/ids.ts';
import { isTerminal, type JobView } from '../contract/job-view.ts';
import { readChild, readJob } from '../jobs/read.ts';
import { retiredAt } from '../jobs/retention.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';

/** A job or a child as it stands. */
export type Found =
  | { kind: 'job'; id: JobId; view: JobView; terminal: boolean }
  | { kind: 'child'; id: ChildId; envelope: Envelope; terminal: boolean };

/**
 * Finds a job (parent id) or a child (either form of its id) of an account. Throws JOB_NOT_FOUND for what does not
 * exist, is not theirs, or is no id at all, JOB_EXPIRED for what passed its retention.
 */
export async function findJob(sql: Sql, accountId: string, text: string): Promise<Found> {
  if (isJobId(text)) {
    const view = await readJob(sql, accountId, text);
    if (view === undefined) throw await missing(sql, accountId, text, text);
    return { kind: 'job', id: text, view, terminal: isTerminal(view.job.status) };
  }
  const parts = parseChildId(text);
  if (parts === undefined) throw new ApiError('JOB_NOT_FOUND', 'no such job');
  const envelope = await readChild(sql, accountId, parts);
  if (envelope === undefined) throw await missing(sql, accountId, parts.jobId, text);
  return { kind: 'child', id: formatChildId(parts), envelope, terminal: isTerminal(envelope.job.status) };
}

/** The same for what does not exist and what is not yours; only texts of our own grammar are echoed. */
export async function missing(sql: Sql, accountId: string, jobId: JobId, shown: string): Promise<ApiError> {
  const at = await retiredAt(sql, accountId, jobId);
  if (at === undefined) return new ApiError('JOB_NOT_FOUND', `no job '${shown}'`);
  const day = isoTime(at.getTime()).slice(0, 10);
  return new ApiError('JOB_EXPIRED', `job '${shown}' passed its retention on ${day}`);
}
