import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import { isJobId, type RequestId } from '../contract/ids.ts';
import { readAnalysis } from '../jobs/analysis.ts';
import { hasFeature } from '../jobs/features.ts';
import { analysisPrice } from '../jobs/price-table.ts';
import { type Submitted, submit } from '../jobs/submit.ts';
import { askedOf, readAnalysisBody } from './analysis-body.ts';
import { analysisRequest } from './analysis-request.ts';
import {
  type AnalysisBody,
  type AnalysisBodyOut,
  analysisAcceptedSchema,
  analysisBodySchema,
  analysisSchema,
} from './analysis-wire.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { headerText } from './header-text.ts';
import { missing } from './job-lookup.ts';
import { presenterFor } from './presenters/index.ts';
import { checkWebhook } from './webhook-request.ts';
import { errorBodySchema, readHeadersSchema, submitHeadersSchema } from './wire.ts';

const PATH = '/api/v1/async-analysis';

/**
 * `POST /api/v1/async-analysis` and its `GET`: a search with replicates, and what its captures say together. Errors are
 * those of the API they are served in.
 */
export function analysisRoutes(
  app: App,
  context: ApiContext,
  errorSchema: z.ZodType = errorBodySchema,
): void {
  const errors = { '4xx': errorSchema, '5xx': errorSchema };
  app.post(
    PATH,
    {
      schema: {
        tags: ['Analysis'],
        summary: 'Ask one prompt several times per provider and location',
        body: analysisBodySchema,
        headers: submitHeadersSchema,
        response: { 202: analysisAcceptedSchema.describe('Queued; read it at Location.'), ...errors },
      },
    },
    (request, reply) => start(context, request, reply, request.body),
  );
  app.get(
    `${PATH}/:analysisId`,
    {
      schema: {
        tags: ['Analysis'],
        summary: 'Status of an analysis, and its results once it has ended',
        params: z.object({ analysisId: z.string() }),
        querystring: z.object({
          includeRaw: z
            .enum(['true', 'false'], 'includeRaw must be true or false')
            .optional()
            .describe('Whether the Envelopes are in the results; true by default.'),
        }),
        headers: readHeadersSchema,
        response: { 200: analysisSchema, ...errors },
      },
    },
    (request) => read(context, request, request.params.analysisId, request.query.includeRaw !== 'false'),
  );
}

async function start(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  body: AnalysisBody,
): Promise<z.infer<typeof analysisAcceptedSchema>> {
  const { accountId } = callerOf(request);
  if (!(await hasFeature(context.db, accountId, 'async-analysis'))) {
    throw new ApiError('FORBIDDEN', 'async analysis is not enabled for this account');
  }
  const { jobId, replayed, load, traceId } = await accept(context, request, body);
  request.traceId = traceId ?? null;
  reply.headers(await context.admission.headers(accountId, load));
  if (replayed) {
    reply.header('idempotent-replayed', 'true');
    context.metrics.idempotentReplays.inc();
  }
  reply.code(202).header('location', `${PATH}/${jobId}`);
  const job = await readAnalysis(context.db, accountId, jobId);
  if (job === undefined) throw await missing(context.db, accountId, jobId, jobId);
  return {
    ...askedOf(job),
    status: 'queued',
    captures: job.progress.total,
    creditsReserved: job.credits.reserved,
  };
}

async function accept(context: ApiContext, request: FastifyRequest, body: AnalysisBody): Promise<Submitted> {
  const caller = callerOf(request);
  const { apiVersion } = request;
  const search = analysisRequest(body, headerText(request.headers['idempotency-key']), context.catalog);
  const webhook =
    body.webhook && (await checkWebhook(context, caller, body.webhook, { apiVersion, per: 'job' }));
  try {
    return await submit(
      context.db,
      context.queue,
      webhook === undefined ? search : { ...search, webhook: webhook.asked },
      {
        requestId: request.id as RequestId,
        caller,
        now: context.clock.now(),
        ttlMs: context.config.jobTtlMs,
        origin: caller.mode === 'test' ? 'stage' : context.config.origin,
        limits: await context.admission.limits(),
        price: analysisPrice(context.config.analysisCredits),
        apiVersion,
        traceparent: headerText(request.headers.traceparent),
        ...(webhook === undefined ? {} : { webhook: webhook.kept }),
      },
    );
  } catch (error) {
    throw asAnalysisError(error);
  }
}

/** This resource answers a lack of credits with 403 (reference/async-analysis-api.md), searches with 402. */
function asAnalysisError(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.code !== 'INSUFFICIENT_CREDITS') return error;
  const message = error.message.replace('this search', 'this analysis');
  return new ApiError('CREDITS_EXCEEDED', message, {
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  });
}

async function read(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
  includeRaw: boolean,
): Promise<AnalysisBodyOut> {
  const { accountId } = callerOf(request);
  if (!isJobId(id)) throw new ApiError('JOB_NOT_FOUND', 'no such job');
  const presenter = presenterFor(request);
  const found = await readAnalysisBody(context.db, { accountId, jobId: id, presenter, includeRaw });
  if (found === undefined) throw await missing(context.db, accountId, id, id);
  return found;
}
