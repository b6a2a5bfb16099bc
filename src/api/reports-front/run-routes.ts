import { z } from 'zod';
import { measureReport, storeMeasured } from '../../analysis/measure-report.ts';
import { promptsFromTemplates } from '../../analysis/prompt-templates.ts';
import { readRun, startRunWithin } from '../../analysis/report-runs.ts';
import { isModifiable } from '../../analysis/report-state.ts';
import { insertPrompts, listPrompts, readReport } from '../../analysis/reports.ts';
import { ApiError } from '../../contract/errors.ts';
import type { RequestId } from '../../contract/ids.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import type { MountPlace } from '../front.ts';
import { headerText } from '../header-text.ts';
import { foundBrand, isUuid } from './brand-routes.ts';
import { listOf } from './list-query.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { type Fault, reportErrorSchema, validationError } from './report-errors.ts';
import { foundReport } from './report-routes.ts';
import {
  jobSchema,
  presentDetail,
  presentJob,
  presentPrompt,
  promptSchema,
  promptsBodySchema,
  reportDetailSchema,
  runBodySchema,
  runDispatchedSchema,
} from './report-wire.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Reports'];
const params = z.object({ report_id: z.string() });
const MOST_PROMPTS = 50;
const LONGEST_PROMPT = 5_000;
/** At the root our own jobs live under the same path; theirs have bare uuids. */
const JOB_PATHS: Readonly<Record<MountPlace, string>> = {
  compat: '/v1/jobs/:job_id',
  root: '/v1/jobs/:job_id(^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$)',
};

/** Prompts, runs, the job of a run, and measuring again. */
export function runRoutes(app: App, context: ApiContext, place: MountPlace): void {
  promptRoutes(app, context);
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
  app.get(
    JOB_PATHS[place],
    {
      schema: {
        // Our own document describes this path, too.
        ...{
          tags,
          params: z.object({ job_id: z.string() }),
          summary: 'The job of a run',
          hide: place === 'root',
        },
        response: { 200: jobSchema, ...errors },
      },
    },
    async (request) => {
      const { job_id: id } = request.params;
      const run = isUuid(id) ? await readRun(context.db, callerOf(request).accountId, id) : undefined;
      if (run === undefined) throw new ApiError('NOT_FOUND', 'no such job');
      return presentJob(run);
    },
  );
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
      if (report.status !== 'completed') {
        throw new ApiError('CONFLICT', 'only a completed report can be measured again', {
          details: { reason: 'report_not_completed' },
        });
      }
      const measured = await measureReport(context.db, callerOf(request).accountId, report);
      await storeMeasured(context.db, report.id, measured, context.clock.now());
      const { metrics, results } = measured;
      const { brandBookHash, version } = metrics;
      return presentDetail(report, await listPrompts(context.db, report.id), {
        ...{ brandBookHash, version, metrics, results, measuredAt: new Date(context.clock.now()) },
      });
    },
  );
}

function promptRoutes(app: App, context: ApiContext): void {
  const list = z.strictObject({ data: z.array(promptSchema), object: z.literal('list') });
  app.post(
    '/v1/reports/:report_id/prompts',
    {
      schema: {
        ...{
          tags,
          params,
          summary: 'Add prompts, given or from templates',
          body: promptsBodySchema,
          headers: onceHeadersSchema,
        },
        response: { 201: list, ...errors },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      const report = await foundReport(context, request, request.params.report_id);
      const brand = await foundBrand(context, request, report.brandId);
      const wanted = checkedPrompts(request.body);
      const added = await answeredOnce(context, request, reply, list, async (sql) => {
        // Locked, so that no run begins between the look and the change.
        const locked = await readReport(sql, accountId, report.id, true);
        if (locked === undefined) throw new ApiError('NOT_FOUND', 'no such report');
        if (!isModifiable(locked.status)) {
          throw new ApiError(
            'REPORT_NOT_MODIFIABLE',
            'a report that is processing or completed keeps its prompts',
          );
        }
        const room = MOST_PROMPTS - (await listPrompts(sql, report.id)).length;
        const rivals = brand.competitors.map(({ name }) => name);
        const prompts =
          wanted ?? promptsFromTemplates({ name: brand.name, categories: brand.categories, rivals }, room);
        checkRoom(prompts.length, room, wanted === null);
        const data = await insertPrompts(sql, report.id, prompts, context.clock.now());
        return { data: data.map((prompt) => presentPrompt(prompt, brand.id)), object: 'list' as const };
      });
      reply.code(201);
      return added;
    },
  );
  app.get(
    '/v1/reports/:report_id/prompts',
    {
      schema: {
        ...{ tags, params, summary: 'The prompts of a report' },
        response: { 200: listOf(promptSchema), ...errors },
      },
    },
    async (request) => {
      const report = await foundReport(context, request, request.params.report_id);
      const data = await listPrompts(context.db, report.id);
      return {
        data: data.map((prompt) => presentPrompt(prompt, report.brandId)),
        ...{ has_more: false, next_cursor: null, object: 'list' as const },
      };
    },
  );
}

type NewPrompts = Parameters<typeof insertPrompts>[2];

/** The prompts given, or null where they are to be made. Throws validation_error. */
function checkedPrompts({
  prompts,
  auto_generate: auto,
}: z.infer<typeof promptsBodySchema>): NewPrompts | null {
  if ((prompts !== undefined) === (auto === true)) {
    const msg = `give exactly one of prompts and auto_generate: ${prompts === undefined ? 'none' : 'both'} came`;
    throw validationError([{ loc: ['body'], msg, type: 'exclusive' }]);
  }
  if (prompts === undefined) return null;
  const faults = prompts.flatMap(({ prompt_text: text, category }, index): Fault[] => {
    const loc = ['body', 'prompts', index];
    const length = [...text].length;
    const bad = text.trim() === '' || length > LONGEST_PROMPT;
    const long = (category ?? '').length > 100;
    return [
      ...(bad
        ? [
            {
              loc: [...loc, 'prompt_text'],
              msg: `prompt_text has 1 to ${LONGEST_PROMPT} characters, not ${length}`,
              type: 'length',
            },
          ]
        : []),
      ...(long
        ? [{ loc: [...loc, 'category'], msg: 'category has at most 100 characters', type: 'length' }]
        : []),
    ];
  });
  if (prompts.length === 0) {
    faults.push({ loc: ['body', 'prompts'], msg: 'prompts must hold at least one', type: 'length' });
  }
  if (faults.length > 0) throw validationError(faults);
  return prompts.map(({ prompt_text: text, category = null }) => ({
    ...{ text, category, intent: null, origin: 'user' as const },
  }));
}

function checkRoom(count: number, room: number, made: boolean): void {
  if (made && count === 0 && room > 0) {
    const msg = 'auto_generate makes prompts from the categories of the brand, which has none';
    throw validationError([{ loc: ['body', 'auto_generate'], msg, type: 'value' }]);
  }
  if (count > room || room === 0) {
    const msg = `a report has at most ${MOST_PROMPTS} prompts; ${room} more may come, ${count} did`;
    throw validationError([{ loc: ['body', 'prompts', room], msg, type: 'length' }]);
  }
}
