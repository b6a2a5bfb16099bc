import { z } from 'zod';
import { jobListSchema } from '../contract/job-list.ts';
import { JOB_STATUSES, jobStatusSchema } from '../contract/job-view.ts';
import { SURFACE_NAMES, surfaceNameSchema } from '../contract/surface-name.ts';
import { listJobs } from '../jobs/list.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { formatCursor, parseCursor } from './list-cursor.ts';
import { requestError } from './request-issues.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const DEFAULT_LIMIT = 20;
const LIMIT = 'limit must be 1-100';
const TIME = '{path} must be an ISO 8601 date or time, such as 2026-11-23 or 2026-11-23T10:00:00Z';

const timeSchema = z
  .union([z.iso.datetime({ offset: true, error: TIME }), z.iso.date(TIME)], TIME)
  .optional();

const listQuerySchema = z.object({
  status: z.enum(JOB_STATUSES, `status must be one of ${jobStatusSchema.options.join(', ')}`).optional(),
  surface: z
    .enum(SURFACE_NAMES, `surface must be one of ${surfaceNameSchema.options.join(', ')}`)
    .optional()
    .describe('Jobs that capture this surface.'),
  since: timeSchema.describe('Created at or after this time.'),
  until: timeSchema.describe('Created before this time.'),
  limit: z.coerce
    .number(LIMIT)
    .int(LIMIT)
    .min(1, LIMIT)
    .max(100, LIMIT)
    .optional()
    .describe('20 by default.'),
  cursor: z.string('cursor is not valid').optional().describe('nextCursor of the page before.'),
});

/** `GET /v1/jobs`: the account's jobs, newest first, page by page. */
export function jobListRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/jobs',
    {
      schema: {
        tags: ['Jobs'],
        summary: 'List jobs, newest first',
        querystring: listQuerySchema,
        headers: readHeadersSchema,
        response: { 200: jobListSchema, '4xx': errorBodySchema, '5xx': errorBodySchema },
      },
    },
    async (request) => {
      const { status, surface, since, until, limit, cursor } = request.query;
      const { accountId } = callerOf(request);
      const after = cursor === undefined ? null : parseCursor(accountId, cursor);
      if (after === undefined)
        throw requestError([{ code: 'VALIDATION_FAILED', path: 'cursor', message: 'cursor is not valid' }]);
      const page = await listJobs(context.db, {
        ...{ accountId, after, status: status ?? null, surface: surface ?? null },
        since: since === undefined ? null : Date.parse(since),
        until: until === undefined ? null : Date.parse(until),
        limit: limit ?? DEFAULT_LIMIT,
      });
      return {
        data: page.jobs,
        nextCursor: page.next === null ? null : formatCursor(accountId, page.next),
      };
    },
  );
}
