import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Facts, factsSchema, type OwnBrand } from '../../analysis/brand.ts';
import {
  createBrand,
  deleteBrand,
  listBrands,
  readBrand,
  updateBrand,
  updateFacts,
} from '../../analysis/brands.ts';
import { ApiError } from '../../contract/errors.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import {
  type BrandBody,
  brandBodySchema,
  brandPatchSchema,
  brandSchema,
  checkedBrand,
  factsOutSchema,
  factsPatchSchema,
  presentBrand,
  presentFacts,
} from './brand-wire.ts';
import { deletedSchema, listAsked, listOf, listQuerySchema, presentList } from './list-query.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { type Fault, reportErrorSchema, validationError } from './report-errors.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Brands'];
const params = z.object({ brand_id: z.string() });
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NO_FACTS = factsSchema.parse({});

/** True for what may be an id here; anything else names nothing. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** A brand of the caller's; NOT_FOUND for another's as for none. */
export async function foundBrand(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
): Promise<OwnBrand> {
  const brand = isUuid(id) ? await readBrand(context.db, callerOf(request).accountId, id) : undefined;
  if (brand === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
  return brand;
}

/** Brands and what they say of themselves. */
export function brandRoutes(app: App, context: ApiContext): void {
  app.post(
    '/v1/brands',
    {
      schema: {
        ...{ tags, summary: 'Create a brand', body: brandBodySchema, headers: onceHeadersSchema },
        response: { 201: brandSchema, ...errors },
      },
    },
    async (request, reply) => {
      const brand = checkedBrand(request.body, NO_FACTS);
      const { accountId } = callerOf(request);
      const created = await answeredOnce(context, request, reply, brandSchema, async (sql) =>
        presentBrand(await createBrand(sql, accountId, brand, context.clock.now())),
      );
      reply.code(201);
      return created;
    },
  );
  app.get(
    '/v1/brands',
    {
      schema: {
        ...{ tags, summary: 'Brands of this account, the newest first', querystring: listQuerySchema },
        response: { 200: listOf(brandSchema), ...errors },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { limit, after } = listAsked(accountId, request.query);
      const { items, next } = await listBrands(context.db, accountId, limit, after);
      return presentList(accountId, items.map(presentBrand), next);
    },
  );
  app.get(
    '/v1/brands/:brand_id',
    { schema: { ...{ tags, params, summary: 'A brand' }, response: { 200: brandSchema, ...errors } } },
    async (request) => presentBrand(await foundBrand(context, request, request.params.brand_id)),
  );
  app.patch(
    '/v1/brands/:brand_id',
    {
      schema: {
        ...{ tags, params, summary: 'Change a brand; what is left out stays', body: brandPatchSchema },
        response: { 200: brandSchema, ...errors },
      },
    },
    async (request) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      const body: BrandBody = { ...asBody(brand), ...given(request.body) };
      const { accountId } = callerOf(request);
      const now = context.clock.now();
      const changed = await updateBrand(
        context.db,
        accountId,
        brand.id,
        checkedBrand(body, brand.facts),
        now,
      );
      if (changed === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
      return presentBrand(changed);
    },
  );
  app.delete(
    '/v1/brands/:brand_id',
    {
      schema: {
        ...{ tags, params, summary: 'Delete a brand with its reports' },
        response: { 200: deletedSchema, ...errors },
      },
    },
    async (request) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      await deleteBrand(context.db, callerOf(request).accountId, brand.id);
      return { id: brand.id, deleted: true as const, object: 'brand' };
    },
  );
  factsRoutes(app, context);
}

function factsRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/brands/:brand_id/facts',
    {
      schema: {
        ...{ tags, params, summary: 'What a brand says of itself' },
        response: { 200: factsOutSchema, ...errors },
      },
    },
    async (request) => presentFacts(await foundBrand(context, request, request.params.brand_id)),
  );
  app.patch(
    '/v1/brands/:brand_id/facts',
    {
      schema: {
        ...{ tags, params, summary: 'Change facts: null clears, left out stays', body: factsPatchSchema },
        response: { 200: factsOutSchema, ...errors },
      },
    },
    async (request) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      const facts = changedFacts(brand.facts, request.body);
      const { accountId } = callerOf(request);
      const changed = await updateFacts(context.db, accountId, brand.id, facts, context.clock.now());
      if (changed === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
      return presentFacts(changed);
    },
  );
}

function asBody(brand: OwnBrand): BrandBody {
  const { name, website, country, language, aliases, categories, competitors } = brand;
  return { name, website, country, language, brand_aliases: aliases, categories, competitors };
}

/** The fields that were really sent. */
function given<Body extends object>(body: Body): Partial<BrandBody> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

const LISTS: Readonly<Record<string, number>> = { key_facts: 20, key_people: 10, products: 10, services: 10 };
const LONGEST = 500;
const LONGEST_TEXT = 5_000;

function changedFacts(facts: Facts, patch: z.infer<typeof factsPatchSchema>): Facts {
  const faults: Fault[] = [];
  for (const [field, value] of Object.entries(patch)) {
    const loc = ['body', field];
    const most = LISTS[field];
    if (Array.isArray(value) && most !== undefined && value.length > most) {
      faults.push({ loc, msg: `${field} may be at most ${most}, not ${value.length}`, type: 'length' });
    }
    const texts = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
    const longest = Array.isArray(value) ? LONGEST : LONGEST_TEXT;
    if (texts.some((text) => text.length > longest)) {
      faults.push({ loc, msg: `${field} may have at most ${longest} characters`, type: 'length' });
    }
  }
  const year = patch.founded_year;
  if (typeof year === 'number' && !(Number.isInteger(year) && year >= 1800 && year <= 2100)) {
    faults.push({
      loc: ['body', 'founded_year'],
      msg: `founded_year is 1800 to 2100, not ${year}`,
      type: 'range',
    });
  }
  if (faults.length > 0) throw validationError(faults);
  const lists = Object.keys(LISTS);
  const cleared = Object.entries(patch).map(([field, value]) => [
    field,
    value === null && lists.includes(field) ? [] : value,
  ]);
  return factsSchema.parse({ ...facts, ...Object.fromEntries(cleared) });
}
