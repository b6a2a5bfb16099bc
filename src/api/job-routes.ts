import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Envelope, envelopeSchema } from '../contract/envelope.ts';
import { ApiError } from '../contract/errors.ts';
import { isJobId, parseChildId } from '../contract/ids.ts';
import { type JobView, jobViewSchema } from '../contract/job-view.ts';
import { cancel } from '../jobs/cancel.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import { clientLeft } from './client-left.ts';
import { notModified } from './conditional.ts';
import type { App } from './fastify-types.ts';
import { headerText } from './header-text.ts';
import { type Found, findJob, missing } from './job-lookup.ts';
import { anyJobErrorSchema, anyJobSchema } from './openapi-dialect.ts';
import { presenterFor } from './presenters/index.ts';
import { parsePrefer } from './submit-mode.ts';
import { errorBodySchema, jobReadHeadersSchema, readHeadersSchema } from './wire.ts';

const params = z.object({
  id: z
    .string()
    .describe('A parent id, or a child id in either form; to read, also the UUID of a report run.'),
});
const found = z.union([jobViewSchema, envelopeSchema]);
const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `GET /v1/jobs/:id`: a parent's roll-up, or a child's Envelope. `POST /v1/jobs/:id/cancel`: ends it. */
export function jobRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        tags: ['Jobs'],
        summary: 'Read a job (parent id) or an Envelope (child id)',
        params,
        headers: jobReadHeadersSchema,
        response: {
          200: anyJobSchema,
          304: z.null().describe('Not changed since If-None-Match.'),
          '4xx': anyJobErrorSchema,
          '5xx': anyJobErrorSchema,
        },
      },
    },
    async (request, reply) => {
      const job = await waitedFor(context, request, reply, request.params.id);
      const body = shown(request, job);
      return notModified(request, reply, { body, terminal: job.terminal }) ? null : body;
    },
  );
  app.post(
    '/v1/jobs/:id/cancel',
    {
      schema: {
        tags: ['Jobs'],
        summary: 'Cancel what has not ended: a whole job, or one child',
        params,
        headers: readHeadersSchema,
        response: { 200: found, ...errors },
      },
    },
    async (request) => {
      const { id } = request.params;
      await cancelled(context, request, id);
      return shown(request, await findJob(context.db, callerOf(request).accountId, id));
    },
  );
}

function shown(request: FastifyRequest, job: Found): JobView | Envelope {
  const presenter = presenterFor(request);
  return job.kind === 'job' ? presenter.jobView(job.view) : presenter.envelope(job.envelope);
}

/** The job as it stands; with `Prefer: wait=N` when it has ended, or after that many seconds. */
async function waitedFor(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<Found> {
  const receivedAt = context.clock.monotonic();
  const { accountId } = callerOf(request);
  const job = await findJob(context.db, accountId, id);
  const { wait } = parsePrefer(headerText(request.headers.prefer));
  if (wait === undefined) return job;
  const seconds = wait === 'default' ? context.config.syncWaitS : wait;
  reply.header('preference-applied', `wait=${seconds}`);
  if (job.terminal) return job;
  const left = seconds * 1000 - (context.clock.monotonic() - receivedAt);
  await context.waiters.wait(job.id, Math.max(0, left), clientLeft(reply));
  return findJob(context.db, accountId, id);
}

async function cancelled(context: ApiContext, request: FastifyRequest, id: string): Promise<void> {
  const { accountId } = callerOf(request);
  const child = isJobId(id) ? null : parseChildId(id);
  if (child === undefined) throw new ApiError('JOB_NOT_FOUND', 'no such job');
  const jobId = isJobId(id) ? id : child?.jobId;
  if (jobId === undefined) throw new ApiError('JOB_NOT_FOUND', 'no such job');
  const asked = { accountId, jobId, child, now: context.clock.now() };
  if (!(await cancel(context.db, context.queue, asked))) {
    throw await missing(context.db, accountId, jobId, id);
  }
  context.log.info({ requestId: request.id, jobId, childId: child === null ? undefined : id }, 'canceled');
}
