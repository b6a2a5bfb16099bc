import { z } from 'zod';
import type { Scope } from '../../jobs/account.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import type { Front } from '../front.ts';
import { brandRoutes } from './brand-routes.ts';
import { citationRoutes } from './citation-routes.ts';
import { compareRoutes } from './compare-routes.ts';
import { factsRoutes } from './facts-routes.ts';
import { outputRoutes } from './output-routes.ts';
import { promptRoutes } from './prompt-routes.ts';
import { correlationId, reportErrorAnswer, reportErrorSchema } from './report-errors.ts';
import { reportRoutes } from './report-routes.ts';
import { runRoutes } from './run-routes.ts';
import { shareRoutes } from './share-routes.ts';
import { suggestionRoutes } from './suggestion-routes.ts';

/** First match wins; scopes in the words of the reference. */
const RULES: readonly [method: RegExp, path: RegExp, scope: Scope][] = [
  [/GET/, /^\/v1\/me$/, 'read:meta'],
  [/GET/, /^\/v1\/brands\/:brand_id\/citations/, 'read:citations'],
  [/GET/, /^\/v1\/brands/, 'read:brands'],
  [/POST|PATCH|DELETE/, /^\/v1\/brands/, 'write:brands'],
  [/POST/, /^\/v1\/reports\/:report_id\/prompts$/, 'write:prompts'],
  [/GET/, /^\/v1\/reports/, 'read:reports'],
  [/POST/, /^\/v1\/reports/, 'write:reports'],
  [/GET/, /^\/v1\/shares/, 'read:reports'],
  [/PATCH|DELETE/, /^\/v1\/shares/, 'write:reports'],
  [/GET/, /^\/v1\/jobs\//, 'read:jobs'],
];

const meSchema = z
  .strictObject({
    object: z.literal('api_key'),
    account_id: z.string(),
    mode: z.enum(['live', 'test']),
    scopes: z.array(z.string()),
  })
  .meta({ id: 'KeyInfo' });

/** Brands, reports and runs in the shape of reference/report-runs-api.md. */
export const reportsFront: Front = {
  name: 'rankprompt',
  about: {
    title: 'Reports',
    version: 'v1',
    description: 'Visibility reports of Capture Fleet in the shape of the report-runs API.',
    tags: [
      { name: 'Brands', description: 'Who is looked for, under which names, and with whom it is compared.' },
      { name: 'Reports', description: 'What was asked, and what the captures say.' },
      { name: 'Files', description: 'A report as a page, tables and lines.' },
      { name: 'Comparison', description: 'What changed between two reports; an addition of ours.' },
      { name: 'Citations', description: 'What the answers cite.' },
      { name: 'Shares', description: 'Links that show a report.' },
      { name: 'Meta', description: 'About the key.' },
    ],
  },
  rootPaths: /^\/v1\/(?:(?:brands|reports|shares|me)(?:\/|$)|jobs\/[0-9a-f]{8}-[0-9a-f-]{27}$)/i,
  emptyMeansOmitted: false,
  scopeOf(method, pattern) {
    const rule = RULES.find(([name, path]) => name.test(method) && path.test(pattern));
    if (rule === undefined) throw new TypeError(`no scope is set for ${method} ${pattern}: add a rule here`);
    return rule[2];
  },
  headers: (requestId) => ({ 'x-correlation-id': correlationId(requestId) }),
  answer: (error, requestId) => ({
    ...reportErrorAnswer(error, requestId),
    headers: { 'x-correlation-id': correlationId(requestId) },
  }),
  routes(app, context, place) {
    meRoute(app);
    brandRoutes(app, context);
    factsRoutes(app, context);
    suggestionRoutes(app, context);
    reportRoutes(app, context);
    promptRoutes(app, context);
    runRoutes(app, context, place);
    shareRoutes(app, context);
    outputRoutes(app, context);
    compareRoutes(app, context);
    citationRoutes(app, context);
  },
};

function meRoute(app: App): void {
  app.get(
    '/v1/me',
    {
      schema: {
        ...{ tags: ['Meta'], summary: 'What the key is and may do' },
        response: { 200: meSchema, '4xx': reportErrorSchema, '5xx': reportErrorSchema },
      },
    },
    async (request) => {
      const { accountId, mode, scopes } = callerOf(request);
      return { object: 'api_key' as const, account_id: accountId, mode, scopes: [...scopes] };
    },
  );
}
