import { z } from 'zod';
import { childStatusSchema, failureSchema } from '../contract/envelope.ts';
import type { ChildId, JobId, RequestId } from '../contract/ids.ts';
import { outcomeSchema } from '../contract/outcome.ts';
import { regionSchema } from '../contract/region.ts';
import { fleetSurfaceSchema } from '../contract/surface-name.ts';

const jobId = z.string().transform((id) => id as JobId);
const childId = z.string().transform((id) => id as ChildId);

/** A child with what its parent says about it, as `CHILD_COLUMNS` selects it. */
export const childRowSchema = z.object({
  id: childId,
  jobId,
  surface: fleetSurfaceSchema,
  method: z.literal('own-fleet'),
  regionKey: z.string(),
  region: regionSchema.nullable(),
  replicate: z.int(),
  status: childStatusSchema,
  attempts: z.int(),
  queueJobId: z.string(),
  claimedRetry: z.int().nullable(),
  workerId: z.string().nullable(),
  lastOutcome: outcomeSchema.nullable(),
  lastMessage: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  failure: failureSchema.nullable(),
  completedAt: z.date().nullable(),
  requestId: z.string().transform((id) => id as RequestId),
  query: z.string(),
  origin: z.enum(['live', 'stage']),
  createdAt: z.date(),
  deadlineAt: z.date(),
  traceparent: z.string().nullable(),
});

export type ChildRow = z.infer<typeof childRowSchema>;

/** Columns of `fleet.child c JOIN fleet.job j` in the names of `childRowSchema`. */
export const CHILD_COLUMNS = `
  c.id, c.job_id AS "jobId", c.surface, c.method, c.region_key AS "regionKey", c.region, c.replicate, c.status,
  c.attempts, c.queue_job_id AS "queueJobId", c.claimed_retry AS "claimedRetry", c.worker_id AS "workerId",
  c.last_outcome AS "lastOutcome", c.last_message AS "lastMessage", c.outcome, c.failure,
  c.completed_at AS "completedAt", j.request_id AS "requestId", j.query, j.origin, j.created_at AS "createdAt",
  j.deadline_at AS "deadlineAt", j.traceparent`;
