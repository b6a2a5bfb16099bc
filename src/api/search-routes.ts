import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DIALECT_RULES } from '../contract/dialect.ts';
import { flatView } from '../contract/envelope.ts';
import { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import type { JobWebhook } from '../jobs/job-webhook.ts';
import { readEnvelopes, readStatus } from '../jobs/read.ts';
import { type Submitted, submit } from '../jobs/submit.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import { clientLeft } from './client-left.ts';
import type { App } from './fastify-types.ts';
import { headerText } from './header-text.ts';
import { captureCount, normalise } from './normalise.ts';
import { anySubmitAnswerSchema } from './openapi-dialect.ts';
import { presenterFor } from './presenters/index.ts';
import type { Accepted } from './presenters/presenter.ts';
import { requestError } from './request-issues.ts';
import { parsePrefer, resolveMode, type SubmitMode } from './submit-mode.ts';
import { type CheckedWebhook, checkWebhook } from './webhook-request.ts';
import {
  type AliasBody,
  acceptedSchema,
  aliasBodySchema,
  errorBodySchema,
  type SearchBody,
  type SubmitQuery,
  searchBodySchema,
  submitHeadersSchema,
  submitQuerySchema,
} from './wire.ts';

const responses = {
  200: anySubmitAnswerSchema,
  202: acceptedSchema.describe('Accepted; read the job at Location.'),
  '4xx': errorBodySchema,
  '5xx': errorBodySchema,
};

/** `POST /v1/search` and `POST /v1/search/:surface`. */
export function searchRoutes(app: App, context: ApiContext): void {
  app.post(
    '/v1/search',
    {
      schema: {
        tags: ['Search'],
        summary: 'Submit a query to one or more surfaces',
        body: searchBodySchema,
        querystring: submitQuerySchema,
        headers: submitHeadersSchema,
        response: responses,
      },
    },
    (request, reply) =>
      search(context, { request, reply, body: request.body, query: request.query, alias: null }),
  );
  app.post(
    '/v1/search/:surface',
    {
      schema: {
        tags: ['Search'],
        summary: 'Submit a query to one surface',
        params: z.object({ surface: z.string() }),
        body: aliasBodySchema,
        querystring: submitQuerySchema,
        headers: submitHeadersSchema,
        response: responses,
      },
    },
    (request, reply) =>
      search(context, {
        request,
        reply,
        body: request.body,
        query: request.query,
        alias: request.params.surface,
      }),
  );
}

interface SearchCall {
  request: FastifyRequest;
  reply: FastifyReply;
  body: SearchBody | AliasBody;
  query: SubmitQuery;
  alias: string | null;
}

type SearchAnswer = Accepted | z.infer<typeof anySubmitAnswerSchema>;

async function search(context: ApiContext, call: SearchCall): Promise<SearchAnswer> {
  const receivedAt = context.clock.monotonic();
  const { headers } = call.request;
  const rules = DIALECT_RULES[call.request.apiVersion];
  refuseSyncWebhook(call);
  const normalised = normalise(call.body, {
    aliasSurface: call.alias,
    idempotencyHeader: headerText(headers['idempotency-key']),
    catalog: context.catalog,
    defaultRegions: rules.defaultRegions,
  });
  const mode = resolveMode({
    rules,
    alias: call.alias !== null,
    webhook: call.body.webhook !== undefined,
    mode: call.query.mode,
    prefer: parsePrefer(headerText(headers.prefer)),
    children: captureCount(normalised),
    defaultWaitS: context.config.syncWaitS,
  });
  if (mode.kind === 'async' && call.query.view === 'flat')
    throw invalid('view', 'view=flat applies to sync responses only');
  if (mode.applied !== undefined) call.reply.header('preference-applied', mode.applied);
  const webhook = await webhookOf(context, call);
  const asked = webhook === undefined ? normalised : { ...normalised, webhook: webhook.asked };
  const { accountId } = callerOf(call.request);
  const slot = mode.kind === 'sync' ? context.admission.newSlot(accountId) : null;
  const submitted = await accept(context, call, asked, {
    syncSlot: slot?.id ?? null,
    webhook: webhook?.kept,
  });
  noteAccepted(context, call, submitted);
  // A replay took no slot: it waits for what another request started.
  const held = submitted.replayed ? null : slot;
  if (held !== null) context.admission.hold(held);
  try {
    call.reply.headers(await context.admission.headers(accountId, submitted.load));
    if (submitted.replayed) call.reply.header('idempotent-replayed', 'true');
    if (mode.kind === 'async') return await accepted(context, call, submitted);
    return await waited(context, call, submitted, mode, receivedAt);
  } finally {
    if (held !== null) await context.admission.free(held);
  }
}

function invalid(path: string, message: string): ApiError {
  return requestError([{ code: 'VALIDATION_FAILED', path, message }]);
}

function refuseSyncWebhook({ body, query }: SearchCall): void {
  if (body.webhook === undefined || query.mode !== 'sync') return;
  throw invalid('webhook', 'a webhook forces async; remove mode=sync or webhook');
}

async function webhookOf(context: ApiContext, call: SearchCall): Promise<CheckedWebhook | undefined> {
  const { body, request } = call;
  if (body.webhook === undefined) return undefined;
  const { apiVersion } = request;
  return checkWebhook(context, callerOf(request), body.webhook, { apiVersion, per: 'child' });
}

async function accept(
  context: ApiContext,
  call: SearchCall,
  asked: SearchRequest,
  more: { syncSlot: string | null; webhook: JobWebhook | undefined },
): Promise<Submitted> {
  const caller = callerOf(call.request);
  return submit(context.db, context.queue, asked, {
    requestId: call.request.id as RequestId,
    caller,
    now: context.clock.now(),
    ttlMs: context.config.jobTtlMs,
    origin: caller.mode === 'test' ? 'stage' : context.config.origin,
    limits: await context.admission.limits(),
    syncSlot: more.syncSlot,
    ...(more.webhook === undefined ? {} : { webhook: more.webhook }),
    apiVersion: call.request.apiVersion,
    traceparent: headerText(call.request.headers.traceparent),
  });
}

function noteAccepted({ metrics, log }: ApiContext, { request }: SearchCall, submitted: Submitted): void {
  const { jobId, children, replayed } = submitted;
  if (replayed) metrics.idempotentReplays.inc();
  metrics.submits.inc({ result: replayed ? 'replayed' : 'created' });
  request.traceId = submitted.traceId ?? null;
  const trace = request.traceId === null ? {} : { trace_id: request.traceId };
  log.info(
    { requestId: request.id, jobId, children: children.length, replayed, ...trace },
    'search.accepted',
  );
}

function jobPath(submitted: Submitted): string {
  return `/v1/jobs/${submitted.jobId}`;
}

async function accepted(context: ApiContext, call: SearchCall, submitted: Submitted): Promise<SearchAnswer> {
  const status = submitted.replayed ? await readStatus(context.db, submitted.jobId) : 'processing';
  const { replayStatus } = DIALECT_RULES[call.request.apiVersion];
  call.reply.code(submitted.replayed ? replayStatus : 202).header('location', jobPath(submitted));
  return presenterFor(call.request).accepted({
    jobId: submitted.jobId,
    status: status ?? 'processing',
    children: submitted.children,
  });
}

async function waited(
  context: ApiContext,
  call: SearchCall,
  submitted: Submitted,
  mode: Extract<SubmitMode, { kind: 'sync' }>,
  receivedAt: number,
): Promise<SearchAnswer> {
  const left = mode.waitS * 1000 - (context.clock.monotonic() - receivedAt);
  const end = await context.waiters.wait(submitted.jobId, Math.max(0, left), clientLeft(call.reply));
  if (end === 'done') return result(context, call, submitted);
  if (mode.onTimeout === 'accepted') return accepted(context, call, submitted);
  throw timedOut(submitted, Math.round((context.clock.monotonic() - receivedAt) / 1000));
}

async function result(context: ApiContext, call: SearchCall, submitted: Submitted): Promise<SearchAnswer> {
  const { accountId } = callerOf(call.request);
  const [status, envelopes] = await Promise.all([
    readStatus(context.db, submitted.jobId),
    readEnvelopes(context.db, accountId, submitted.jobId),
  ]);
  if (call.query.view !== 'flat') {
    const end = { jobId: submitted.jobId, status: status ?? 'processing', envelopes };
    return presenterFor(call.request).syncResult(end);
  }
  const [only, ...others] = envelopes.map(flatView);
  return only !== undefined && others.length === 0 ? only : { results: envelopes.map(flatView) };
}

function timedOut(submitted: Submitted, seconds: number): ApiError {
  const { jobId } = submitted;
  return new ApiError(
    'SURFACE_TIMEOUT',
    `capture did not finish within ${seconds} s; job ${jobId} continues, read it at ${jobPath(submitted)}`,
    { details: { jobId }, headers: { location: jobPath(submitted), 'retry-after': '5' } },
  );
}
