import { z } from 'zod';
import { promptsFromTemplates } from '../../analysis/prompt-templates.ts';
import { isModifiable } from '../../analysis/report-state.ts';
import { insertPrompts, listPrompts, readReport } from '../../analysis/reports.ts';
import { ApiError } from '../../contract/errors.ts';
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

/** What a report asks: given, or made from templates. */
export function promptRoutes(app: App, context: ApiContext): void {
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
