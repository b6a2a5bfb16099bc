import { z } from 'zod';
import { type Envelope, envelopeSchema } from '../contract/envelope.ts';
import { ApiError } from '../contract/errors.ts';
import { isJobId, parseChildId } from '../contract/ids.ts';
import { type JobView, jobViewSchema } from '../contract/job-view.ts';
import { readChild, readJob } from '../jobs/read.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

/** `GET /v1/jobs/:id`: a parent's roll-up, or a child's Envelope. */
export function jobRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        tags: ['Jobs'],
        summary: 'Read a job (parent id) or an Envelope (child id)',
        params: z.object({ id: z.string() }),
        headers: readHeadersSchema,
        response: {
          200: z.union([jobViewSchema, envelopeSchema]),
          '4xx': errorBodySchema,
          '5xx': errorBodySchema,
        },
      },
    },
    async (request) => {
      const found = await read(context, callerOf(request).accountId, request.params.id);
      if (found !== undefined) return found;
      throw notFound(request.params.id);
    },
  );
}

async function read(
  context: ApiContext,
  accountId: string,
  id: string,
): Promise<JobView | Envelope | undefined> {
  if (isJobId(id)) return readJob(context.db, accountId, id);
  const child = parseChildId(id);
  return child === undefined ? undefined : readChild(context.db, accountId, child);
}

/** The same for what does not exist, is not yours, or is no id at all; only texts of our own grammar are echoed. */
function notFound(id: string): ApiError {
  const shown = isJobId(id) || parseChildId(id) !== undefined ? `no job '${id}'` : 'no such job';
  return new ApiError('JOB_NOT_FOUND', shown);
}
