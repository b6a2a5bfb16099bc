import { z } from 'zod';
import { readBrand, updateBrand } from '../../analysis/brands.ts';
import {
  dismissSuggestion,
  readSuggestions,
  SUGGESTION_KINDS,
  type Suggestion,
  suggestionNamed,
  withSuggestion,
} from '../../analysis/suggestions.ts';
import { ApiError } from '../../contract/errors.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { bodyOf, foundBrand } from './brand-routes.ts';
import { brandSchema, checkedBrand, presentBrand } from './brand-wire.ts';
import { listOf } from './list-query.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { reportErrorSchema } from './report-errors.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Brands'];
const brandParams = z.object({ brand_id: z.string() });
const BASE = '/v1/brands/:brand_id/alias-suggestions';

const suggestionSchema = z
  .strictObject({
    object: z.literal('alias_suggestion'),
    business_name: z.string(),
    kind: z
      .enum(SUGGESTION_KINDS)
      .describe(
        'alias: links of this name lead to the site of `alias_of`; competitor: a name of nobody so far.',
      ),
    alias_of: z.string().nullable(),
    domain: z.string().nullable(),
    captures: z.int().describe('In how many captures it was seen.'),
    prompts: z.int(),
    surfaces: z.int(),
    seen_as: z.array(z.string()).describe('link, list, bold, table, product.'),
    report_id: z.uuid().describe('The report whose captures showed it.'),
  })
  .meta({ id: 'AliasSuggestion' });

const acceptanceSchema = z
  .strictObject({
    business_name: z.string(),
    as: z
      .enum(SUGGESTION_KINDS)
      .optional()
      .describe('Unless said, as it is suggested; alias: of the own brand.'),
  })
  .meta({ id: 'AliasSuggestionAcceptance' });

const dismissedSchema = z.strictObject({
  id: z.string(),
  deleted: z.literal(true),
  object: z.literal('alias_suggestion'),
});

/** Names that answers offer beside those of a brand: suggested, taken into the brand, or never shown again. */
export function suggestionRoutes(app: App, context: ApiContext): void {
  app.get(
    BASE,
    {
      schema: {
        ...{
          tags,
          params: brandParams,
          summary: 'Names that the latest measured report saw and no brand of it has',
        },
        description:
          'The most seen first, at most 20; in two prompts and on two surfaces, or in three captures. In no figure.',
        response: { 200: listOf(suggestionSchema), ...errors },
      },
    },
    async (request) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      const data = (await readSuggestions(context.db, brand)).map(presentSuggestion);
      return { data, has_more: false, next_cursor: null, object: 'list' as const };
    },
  );
  dismissRoute(app, context);
  acceptRoute(app, context);
}

function dismissRoute(app: App, context: ApiContext): void {
  const params = brandParams.extend({ business_name: z.string() });
  app.delete(
    `${BASE}/:business_name`,
    {
      schema: {
        ...{ tags, params, summary: 'Suggest a name no more' },
        response: { 200: dismissedSchema, ...errors },
      },
    },
    async (request) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      const { name } = named(await readSuggestions(context.db, brand), request.params.business_name);
      await dismissSuggestion(context.db, brand.id, name, context.clock.now());
      return { id: name, deleted: true as const, object: 'alias_suggestion' as const };
    },
  );
}

function acceptRoute(app: App, context: ApiContext): void {
  app.post(
    `${BASE}/acceptances`,
    {
      schema: {
        ...{ tags, params: brandParams, summary: 'Take a suggested name into the brand' },
        description:
          'Counts from the next run on; `POST /v1/reports/{id}/recompute` counts it in captures that are there.',
        ...{ body: acceptanceSchema, headers: onceHeadersSchema },
        response: { 200: brandSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { id } = await foundBrand(context, request, request.params.brand_id);
      const { accountId } = callerOf(request);
      const { business_name: name, as } = request.body;
      return answeredOnce(context, request, reply, brandSchema, async (sql) => {
        // Locked, so that two acceptances at once do not lose each other's name.
        const brand = await readBrand(sql, accountId, id, true);
        if (brand === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
        const suggestion = named(await readSuggestions(sql, brand), name);
        const wanted = withSuggestion(brand, suggestion, as ?? suggestion.kind);
        const checked = checkedBrand(bodyOf(wanted), brand.facts);
        const changed = await updateBrand(sql, accountId, id, checked, context.clock.now());
        if (changed === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
        return presentBrand(changed);
      });
    },
  );
}

function named(all: readonly Suggestion[], name: string): Suggestion {
  const found = suggestionNamed(all, name);
  if (found === undefined) throw new ApiError('NOT_FOUND', 'no such suggestion');
  return found;
}

function presentSuggestion(own: Suggestion): z.infer<typeof suggestionSchema> {
  return {
    ...{ object: 'alias_suggestion', business_name: own.name, kind: own.kind, alias_of: own.aliasOf },
    ...{ domain: own.domain, captures: own.captures, prompts: own.prompts, surfaces: own.surfaces },
    ...{ seen_as: own.from, report_id: own.reportId },
  };
}
