import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type BrandFields, factsSchema, type OwnBrand } from '../../analysis/brand.ts';
import { createBrand, deleteBrand, listBrands, readBrand, updateBrand } from '../../analysis/brands.ts';
import { ApiError } from '../../contract/errors.ts';
import type { Sql } from '../../platform/database.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import {
  type BrandBody,
  brandBodySchema,
  brandPatchSchema,
  brandSchema,
  checkedBrand,
  presentBrand,
} from './brand-wire.ts';
import { deletedSchema, listAsked, listOf, listQuerySchema, presentList } from './list-query.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { reportErrorSchema } from './report-errors.ts';

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

/** A brand of the caller's, changed as it is now: locked, so that two changes at once do not undo each other. */
export async function changedBrand(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
  change: (sql: Sql, brand: OwnBrand) => Promise<OwnBrand | undefined>,
): Promise<OwnBrand> {
  const changed = await context.db.transaction(async (sql) => {
    const brand = isUuid(id) ? await readBrand(sql, callerOf(request).accountId, id, true) : undefined;
    return brand && change(sql, brand);
  });
  if (changed === undefined) throw new ApiError('NOT_FOUND', 'no such brand');
  return changed;
}

/** Brands: made, listed, read, changed, deleted. */
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
  oneBrandRoutes(app, context);
  changeRoute(app, context);
}

function oneBrandRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/brands/:brand_id',
    { schema: { ...{ tags, params, summary: 'A brand' }, response: { 200: brandSchema, ...errors } } },
    async (request) => presentBrand(await foundBrand(context, request, request.params.brand_id)),
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
}

function changeRoute(app: App, context: ApiContext): void {
  app.patch(
    '/v1/brands/:brand_id',
    {
      schema: {
        ...{ tags, params, summary: 'Change a brand; what is left out stays', body: brandPatchSchema },
        response: { 200: brandSchema, ...errors },
      },
    },
    async (request) => {
      const changed = await changedBrand(context, request, request.params.brand_id, (sql, brand) => {
        const body: BrandBody = { ...bodyOf(brand), ...given(request.body) };
        const checked = checkedBrand(body, brand.facts);
        return updateBrand(sql, callerOf(request).accountId, brand.id, checked, context.clock.now());
      });
      return presentBrand(changed);
    },
  );
}

/** A brand as a body that would say the same. */
export function bodyOf(brand: BrandFields): BrandBody {
  const { name, website, country, language, aliases, categories, competitors } = brand;
  return { name, website, country, language, brand_aliases: aliases, categories, competitors };
}

/** The fields that were really sent. */
function given<Body extends object>(body: Body): Partial<BrandBody> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
