import { z } from 'zod';
import { jobStatusSchema } from './job-view.ts';
import { surfaceNameSchema } from './surface-name.ts';

/** One job of `GET /v1/jobs`. */
export const jobSummarySchema = z
  .strictObject({
    id: z.string(),
    status: jobStatusSchema,
    query: z.string(),
    surfaces: z.array(surfaceNameSchema),
    children: z.strictObject({
      total: z.int(),
      completed: z.int(),
      failed: z.int(),
      open: z.int().describe('queued or processing'),
    }),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JobSummary' });

export type JobSummary = z.infer<typeof jobSummarySchema>;

/** `GET /v1/jobs`: newest first. */
export const jobListSchema = z
  .strictObject({
    data: z.array(jobSummarySchema),
    nextCursor: z.string().nullable().describe('Where the next page begins; null on the last one.'),
  })
  .meta({ id: 'JobList' });
