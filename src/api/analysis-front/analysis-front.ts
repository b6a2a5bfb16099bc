import { z } from 'zod';
import { bookOf, type OwnBrand } from '../../analysis/brand.ts';
import { onlyBrand } from '../../analysis/brands.ts';
import { ApiError, type ApiErrorCode } from '../../contract/errors.ts';
import type { Scope } from '../../jobs/account.ts';
import { readAccount } from '../../jobs/accounts.ts';
import { analysisRoutes } from '../analysis-routes.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import type { Front } from '../front.ts';

/** Codes the reference's pages name; the others are our own (specs/analysis.md A.1). */
const CODES: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  AUTH_MISSING: 'UNAUTHORIZED',
  AUTH_INVALID: 'UNAUTHORIZED',
  INSUFFICIENT_SCOPE: 'FORBIDDEN',
  CREDITS_EXCEEDED: 'FORBIDDEN',
};

const analysisErrorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      details: z.unknown().optional(),
    }),
  })
  .meta({ id: 'AnalysisError' });

const projectSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    brand: z
      .strictObject({
        name: z.string(),
        domains: z.array(z.string()),
        aliases: z.array(z.string()),
        competitors: z.array(z.string()),
      })
      .nullable()
      .describe('Null while the account has no brand, or several: then nothing is said of a brand.'),
  })
  .meta({ id: 'Project' });

const RULES: readonly [method: string, path: RegExp, scope: Scope][] = [
  ['POST', /^\/api\/v1\/async-analysis$/, 'search:create'],
  ['GET', /^\/api\/v1\/async-analysis\/:analysisId$/, 'jobs:read'],
  ['GET', /^\/api\/v1\/project$/, 'jobs:read'],
];

/** Async analysis for clients that set only their base URL (reference/async-analysis-api.md). */
export const analysisFront: Front = {
  name: 'sellm',
  about: {
    title: 'Async analysis',
    version: 'v1',
    description:
      'One prompt, several times per provider and location, in the shape of the async-analysis API.',
    tags: [{ name: 'Analysis', description: 'How answers vary, and what they say of the brand.' }],
  },
  // At the root the same paths are our own, with our own errors.
  rootPaths: /^(?!)/,
  emptyMeansOmitted: false,
  scopeOf(method, pattern) {
    const rule = RULES.find(([name, path]) => name === method && path.test(pattern));
    if (rule === undefined) throw new TypeError(`no scope is set for ${method} ${pattern}: add a rule here`);
    return rule[2];
  },
  answer: ({ code, status, message, details }) => ({
    status,
    body: { error: { code: CODES[code] ?? code, message, ...(details === undefined ? {} : { details }) } },
  }),
  routes(app, context, place) {
    if (place === 'root') return;
    analysisRoutes(app, context, analysisErrorSchema);
    projectRoute(app, context);
  },
};

/** As sources are told to be the brand's. */
function domainsOf(brand: OwnBrand): string[] {
  return bookOf(brand).brands.find(({ own }) => own)?.domains ?? [];
}

function projectRoute(app: App, context: ApiContext): void {
  app.get(
    '/api/v1/project',
    {
      schema: {
        tags: ['Analysis'],
        summary: 'The project of the key',
        response: { 200: projectSchema, '4xx': analysisErrorSchema, '5xx': analysisErrorSchema },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const account = await readAccount(context.db, accountId);
      if (account === undefined) throw new ApiError('NOT_FOUND', 'no such project');
      const brand = await onlyBrand(context.db, accountId);
      return {
        ...{ id: accountId, name: account.name },
        brand:
          brand === undefined
            ? null
            : {
                ...{ name: brand.name, domains: domainsOf(brand), aliases: brand.aliases },
                competitors: brand.competitors.map(({ name }) => name),
              },
      };
    },
  );
}
