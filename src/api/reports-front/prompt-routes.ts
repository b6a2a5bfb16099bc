import { z } from 'zod';
import type { OwnBrand } from '../../analysis/brand.ts';
import { promptsFromTemplates } from '../../analysis/prompt-templates.ts';
import { promptsByModel } from '../../analysis/question-prompts.ts';
import { isModifiable } from '../../analysis/report-state.ts';
import {
  insertPrompts,
  listPrompts,
  type NewPrompt,
  type Report,
  readReport,
} from '../../analysis/reports.ts';
import { ApiError } from '../../contract/errors.ts';
import type { Caller } from '../../jobs/account.ts';
import type { Sql } from '../../platform/database.ts';
import { Deadline } from '../../platform/deadline.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { foundBrand } from './brand-routes.ts';
import { listOf } from './list-query.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { type Fault, reportErrorSchema, validationError } from './report-errors.ts';
import { foundReport } from './report-routes.ts';
import { presentPrompt, promptSchema, promptsBodySchema } from './report-wire.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Reports'];
const params = z.object({ report_id: z.string() });
const MOST_PROMPTS = 50;
const LONGEST_PROMPT = 5_000;
/** For a model to write prompts, before they are made from templates. */
const MODEL_MS = 30_000;

const list = z.strictObject({ data: z.array(promptSchema), object: z.literal('list') });

/** What a report asks: given, or made for it. */
export function promptRoutes(app: App, context: ApiContext): void {
  addRoute(app, context);
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

function addRoute(app: App, context: ApiContext): void {
  const summary = 'Add prompts, given or made for the brand';
  app.post(
    '/v1/reports/:report_id/prompts',
    {
      schema: {
        ...{ tags, params, summary, body: promptsBodySchema, headers: onceHeadersSchema },
        response: { 201: list, ...errors },
      },
    },
    async (request, reply) => {
      const report = await foundReport(context, request, request.params.report_id);
      const brand = await foundBrand(context, request, report.brandId);
      const given = checkedPrompts(request.body);
      // Before the transaction: a model takes seconds. What it writes for a repetition of this request is left unused.
      const wanted = given ?? (await writtenPrompts(context, report, brand));
      const added = await answeredOnce(context, request, reply, list, (sql) =>
        addPrompts(sql, context, { report, brand, wanted, made: given === null }, callerOf(request)),
      );
      reply.code(201);
      return added;
    },
  );
}

/** Prompts by the language model, as many as templates would give; null without one, or when it wrote none. */
async function writtenPrompts(
  { model, db }: ApiContext,
  report: Report,
  brand: OwnBrand,
): Promise<NewPrompt[] | null> {
  if (model === undefined || !isModifiable(report.status)) return null;
  const room = MOST_PROMPTS - (await listPrompts(db, report.id)).length;
  const most = templatesFor(brand, room).length;
  if (most === 0) return null;
  const rivals = brand.competitors.map(({ name }) => name);
  const written = promptsByModel(model, { ...brand, rivals }, most, Deadline.after(MODEL_MS));
  return (await written) ?? null;
}

function templatesFor({ name, categories, competitors }: OwnBrand, room: number): NewPrompt[] {
  const rivals = competitors.map((rival) => rival.name);
  return promptsFromTemplates({ name, categories, rivals }, room);
}

async function addPrompts(
  sql: Sql,
  { clock }: ApiContext,
  asked: { report: Report; brand: OwnBrand; wanted: NewPrompt[] | null; made: boolean },
  { accountId }: Caller,
): Promise<z.infer<typeof list>> {
  const { report, brand, wanted, made } = asked;
  // Locked, so that no run begins between the look and the change.
  const locked = await readReport(sql, accountId, report.id, true);
  if (locked === undefined) throw new ApiError('NOT_FOUND', 'no such report');
  if (!isModifiable(locked.status)) {
    throw new ApiError('REPORT_NOT_MODIFIABLE', 'a report that is processing or completed keeps its prompts');
  }
  const room = MOST_PROMPTS - (await listPrompts(sql, report.id)).length;
  const prompts = made ? (wanted ?? templatesFor(brand, room)).slice(0, room) : (wanted ?? []);
  checkRoom(prompts.length, room, made);
  const data = await insertPrompts(sql, report.id, prompts, clock.now());
  return { data: data.map((prompt) => presentPrompt(prompt, brand.id)), object: 'list' };
}

/** The prompts given, or null where they are to be made. Throws validation_error. */
function checkedPrompts({
  prompts,
  auto_generate: auto,
}: z.infer<typeof promptsBodySchema>): NewPrompt[] | null {
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
