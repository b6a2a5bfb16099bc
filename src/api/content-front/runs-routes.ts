import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { cancelRun } from '../../analysis/content-end.ts';
import {
  type ContentRun,
  listContentRuns,
  readContentRun,
  readRunScore,
} from '../../analysis/content-run.ts';
import { readContentTexts } from '../../analysis/content-texts.ts';
import { startContentRun } from '../../analysis/start-content-run.ts';
import { ApiError } from '../../contract/errors.ts';
import type { RequestId } from '../../contract/ids.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { contentErrorSchema, withEstimate } from './content-errors.ts';
import { checkContentUrl } from './content-url.ts';
import {
  createdRunSchema,
  createRunSchema,
  runListQuerySchema,
  runListSchema,
  runQuerySchema,
  runSchema,
} from './content-wire.ts';
import { presentCreated, presentRun } from './present-run.ts';

const errors = { '4xx': contentErrorSchema, '5xx': contentErrorSchema };
const tags = ['Content intelligence'];
const params = z.object({ run_id: z.string() });
const DEFAULT_LIMIT = 20;
const MOST = 100;

/** `POST …/runs`, `GET …/runs`, `GET …/runs/{run_id}`, `POST …/runs/{run_id}/cancel`. */
export function runsRoutes(app: App, context: ApiContext, base: string): void {
  app.post(
    `${base}/runs`,
    {
      schema: {
        ...{ tags, summary: 'Queue a run that scores a page and keeps the result' },
        body: createRunSchema,
        response: { 200: createdRunSchema, ...errors },
      },
    },
    (request) => create(context, request, request.body),
  );
  app.get(
    `${base}/runs`,
    {
      schema: {
        ...{ tags, summary: 'Runs of this account, the newest first' },
        querystring: runListQuerySchema,
        response: { 200: runListSchema, ...errors },
      },
    },
    (request) => list(context, request, request.query),
  );
  oneRunRoutes(app, context, base);
}

function oneRunRoutes(app: App, context: ApiContext, base: string): void {
  app.get(
    `${base}/runs/:run_id`,
    {
      schema: {
        ...{ tags, summary: 'A run, with its result where asked for' },
        ...{ params, querystring: runQuerySchema },
        response: { 200: runSchema, ...errors },
      },
    },
    async (request) => {
      const run = await found(context, request, request.params.run_id);
      if (request.query.include_result !== 'true') return presentRun(run);
      const score = await readRunScore(context.db, run.accountId, run.id);
      return presentRun(run, score, await readContentTexts(context.db, run.id, score));
    },
  );
  app.post(
    `${base}/runs/:run_id/cancel`,
    {
      schema: {
        ...{ tags, summary: 'Cancel a run that has not ended; nothing changes for one that has' },
        params,
        response: { 200: runSchema, ...errors },
      },
    },
    async (request) => {
      const run = await found(context, request, request.params.run_id);
      await cancelRun(context.db, context.queue, run, context.clock.now());
      return presentRun(await found(context, request, run.id));
    },
  );
}

async function create(
  context: ApiContext,
  request: FastifyRequest,
  body: z.infer<typeof createRunSchema>,
): Promise<z.infer<typeof createdRunSchema>> {
  await checkContentUrl(context, body.url);
  const asked = {
    url: body.url,
    language: body.language ?? null,
    country: body.country ?? null,
    depth: body.analysis_depth ?? 'full',
    idempotencyKey: body.idempotency_key ?? null,
  };
  const caller = callerOf(request);
  try {
    const requestId = request.id as RequestId;
    const { run, replayed } = await startContentRun(context.db, context.queue, asked, {
      ...{ caller, requestId, now: context.clock.now() },
    });
    if (replayed) context.metrics.idempotentReplays.inc();
    return presentCreated(run);
  } catch (error) {
    throw withEstimate(error);
  }
}

/** A run of the caller's; throws NOT_FOUND, in the same words for what is another's. */
async function found(context: ApiContext, request: FastifyRequest, id: string): Promise<ContentRun> {
  const run = await readContentRun(context.db, callerOf(request).accountId, id);
  if (run === undefined) throw new ApiError('NOT_FOUND', 'no such run');
  return run;
}

async function list(
  context: ApiContext,
  request: FastifyRequest,
  asked: z.infer<typeof runListQuerySchema>,
): Promise<z.infer<typeof runListSchema>> {
  const { accountId } = callerOf(request);
  const limit = Math.min(MOST, Math.max(1, Number(asked.limit ?? DEFAULT_LIMIT)));
  const after =
    asked.starting_after === undefined
      ? null
      : await readContentRun(context.db, accountId, asked.starting_after);
  if (after === undefined) {
    throw new ApiError('VALIDATION_FAILED', 'starting_after is no cursor of this list', {
      details: { reason: 'invalid_cursor' },
    });
  }
  const status = asked.status ?? null;
  const { runs, hasMore } = await listContentRuns(context.db, { accountId, status, limit, after });
  return {
    runs: runs.map((run) => presentRun(run)),
    limit,
    has_more: hasMore,
    next_starting_after: hasMore ? (runs.at(-1)?.id ?? null) : null,
  };
}
