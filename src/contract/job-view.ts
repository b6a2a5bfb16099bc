import { z } from 'zod';
import { type CHILD_STATUSES, childStatusSchema } from './envelope.ts';
import { outcomeSchema } from './outcome.ts';
import { surfaceNameSchema } from './surface-name.ts';

/** States of a parent: those of its children, and `partial` when they ended differently. Never `queued`. */
export const JOB_STATUSES = ['processing', 'completed', 'partial', 'failed', 'canceled', 'expired'] as const;
export const jobStatusSchema = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** What `GET /v1/jobs/:id` says about a parent. */
export const jobViewSchema = z
  .strictObject({
    job: z.strictObject({
      id: z.string(),
      status: jobStatusSchema,
      query: z.string(),
      createdAt: z.iso.datetime(),
      completedAt: z.iso.datetime().nullable(),
    }),
    children: z.array(
      z.strictObject({
        id: z.string(),
        surface: surfaceNameSchema,
        region: z.string(),
        status: childStatusSchema,
        outcome: outcomeSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'Job' });

export type JobView = z.infer<typeof jobViewSchema>;

/** True for the states nothing follows. */
export function isTerminal(status: JobStatus | (typeof CHILD_STATUSES)[number]): boolean {
  return status !== 'queued' && status !== 'processing';
}
