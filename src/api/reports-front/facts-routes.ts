import { z } from 'zod';
import { type Facts, factsSchema } from '../../analysis/brand.ts';
import { updateFacts } from '../../analysis/brands.ts';
import { startResearch } from '../../analysis/facts-run.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { bodyOf, changedBrand, foundBrand } from './brand-routes.ts';
import {
  checkedBrand,
  factsOutSchema,
  factsPatchSchema,
  presentFacts,
  researchBodySchema,
  researchSchema,
} from './brand-wire.ts';
import { answeredOnce, onceHeadersSchema } from './post-once.ts';
import { type Fault, reportErrorSchema, validationError } from './report-errors.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Brands'];
const params = z.object({ brand_id: z.string() });

/** What a brand says of itself: read, changed by its owner, or researched on its site. */
export function factsRoutes(app: App, context: ApiContext): void {
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
      const own = Object.keys(request.body);
      const changed = await changedBrand(context, request, request.params.brand_id, (sql, brand) => {
        const facts = changedFacts(brand.facts, request.body);
        // Products are names that are looked for: they are held to the rules of names.
        checkedBrand(bodyOf(brand), facts);
        const { accountId } = callerOf(request);
        return updateFacts(sql, accountId, brand.id, { facts, own }, context.clock.now());
      });
      return presentFacts(changed);
    },
  );
  researchRoute(app, context);
}

function researchRoute(app: App, context: ApiContext): void {
  app.post(
    '/v1/brands/:brand_id/facts',
    {
      schema: {
        ...{ tags, params, summary: 'Research facts on the site of the brand' },
        description:
          'Reads the website and the page it links as being about itself: schema.org organisation, description, known wordings; each fact with its source, no language model. What you wrote stays. 1 credit, given back when the site cannot be read or states nothing. The job is read at `GET /v1/jobs/{job_id}`.',
        ...{ body: researchBodySchema, headers: onceHeadersSchema },
        response: { 202: researchSchema, ...errors },
      },
    },
    async (request, reply) => {
      const brand = await foundBrand(context, request, request.params.brand_id);
      const started = await answeredOnce(context, request, reply, researchSchema, async (sql) => {
        const run = await startResearch(sql, brand, callerOf(request), context.clock.now());
        return { job_id: run.id, object: 'brand.facts.research' as const, brand_id: brand.id };
      });
      reply.code(202);
      return started;
    },
  );
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
