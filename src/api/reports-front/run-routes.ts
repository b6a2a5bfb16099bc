import { z } from 'zod';
import { readResearch } from '../../analysis/facts-run.ts';
import { recomputeReport } from '../../analysis/measure-report.ts';
import { readRun, startRunWithin } from '../../analysis/report-runs.ts';
import { ApiError } from '../../contract/errors.ts';
import type { RequestId } from '../../contract/ids.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import type { MountPlace } from '../front.ts';
import { headerText } from '../header-text.ts';
import { isUuid } from './brand-routes.ts';
import { jobSchema, presentJob, presentResearch, runBodySchema, runDispatchedSchema } from './job-wire.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { readDetail } from './read-detail.ts';
import { reportErrorSchema } from './report-errors.ts';
import { foundReport } from './report-routes.ts';
import { reportDetailSchema } from './report-wire.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Reports'];
const params = z.object({ report_id: z.string() });
/** At the root our own jobs live under the same path; theirs have bare uuids. */
const JOB_PATHS: Readonly<Record<MountPlace, string>> = {
  compat: '/v1/jobs/:job_id',
  root: '/v1/jobs/:job_id(^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$)',
};

/** Runs, the job of a run, and measuring again. */
export function runRoutes(app: App, context: ApiContext, place: MountPlace): void {
  startRoute(app, context);
  jobRoute(app, context, place);
  app.post(
    '/v1/reports/:report_id/recompute',
    {
      schema: {
        ...{ tags, params, summary: 'Measure again with the brand as it is now; nothing is captured' },
        response: { 200: reportDetailSchema, ...errors },
      },
    },
    async (request) => {
      const report = await foundReport(context, request, request.params.report_id);
      const { accountId } = callerOf(request);
      const { metrics, results, measuredAt } = await recomputeReport(
        context.db,
        accountId,
        report.id,
        context.clock,
      );
      const { brandBookHash, version } = metrics;
      return readDetail(context.db, report, { brandBookHash, version, metrics, results, measuredAt });
    },
  );
}

function startRoute(app: App, context: ApiContext): void {
  app.post(
    '/v1/reports/:report_id/runs',
    {
      schema: {
        ...{ tags, params, summary: 'Run analysis', body: runBodySchema, headers: onceHeadersSchema },
        response: { 202: runDispatchedSchema, ...errors },
      },
    },
    async (request, reply) => {
      const report = await foundReport(context, request, request.params.report_id);
      const caller = callerOf(request);
      const limits = await context.admission.limits();
      const dispatched = await answeredOnce(context, request, reply, runDispatchedSchema, async (sql) => {
        const { runId } = await startRunWithin(sql, context.queue, report.id, {
          requestId: request.id as RequestId,
          caller,
          now: context.clock.now(),
          ttlMs: context.config.jobTtlMs,
          origin: caller.mode === 'test' ? 'stage' : context.config.origin,
          limits,
          traceparent: headerText(request.raw.headers.traceparent),
        });
        return { job_id: runId, object: 'report.run' as const, report_id: report.id };
      });
      reply.code(202);
      return dispatched;
    },
  );
}

function jobRoute(app: App, context: ApiContext, place: MountPlace): void {
  app.get(
    JOB_PATHS[place],
    {
      schema: {
        // Our own document describes this path, too.
        ...{
          tags,
          params: z.object({ job_id: z.string() }),
          summary: 'The job of a run, or of research',
          hide: place === 'root',
        },
        response: { 200: jobSchema, ...errors },
      },
    },
    async (request) => {
      const { job_id: id } = request.params;
      const { accountId } = callerOf(request);
      const run = isUuid(id) ? await readRun(context.db, accountId, id) : undefined;
      if (run !== undefined) return presentJob(run);
      const research = isUuid(id) ? await readResearch(context.db, accountId, id) : undefined;
      if (research === undefined) throw new ApiError('NOT_FOUND', 'no such job');
      return presentResearch(research);
    },
  );
}
