import type { Scope } from '../../jobs/account.ts';
import type { Front } from '../front.ts';
import { bandsRoute } from './bands-route.ts';
import { contentErrorBody } from './content-errors.ts';
import { runsRoutes } from './runs-routes.ts';
import { scoreRoute } from './score-route.ts';
import { serialiseRoute } from './serialise-route.ts';

const BASE = '/v1/content-intelligence';

/** First match wins. */
const RULES: readonly [method: string, path: RegExp, scope: Scope | null][] = [
  ['POST', /^\/v1\/content-intelligence\/runs$/, 'content_intelligence:runs:create'],
  ['POST', /^\/v1\/content-intelligence\/runs\/:run_id\/cancel$/, 'content_intelligence:runs:create'],
  ['GET', /^\/v1\/content-intelligence\/runs(\/:run_id)?$/, 'runs:read'],
  ['POST', /^\/v1\/content-intelligence\/content\/score$/, 'content_intelligence:content:score'],
  ['GET', /^\/v1\/content-intelligence\/bands$/, null],
  ['POST', /^\/v1\/pages\/content\/serialize$/, 'pages:content:serialize'],
];

/** Page scores in the shape of reference/content-intelligence-api.md. */
export const contentFront: Front = {
  name: 'sleepwalker',
  about: {
    title: 'Content intelligence',
    version: '2026-06-10',
    description: 'Page scores of Capture Fleet in the shape of the content-intelligence API.',
    tags: [{ name: 'Content intelligence', description: 'How fit a page is to be found and cited.' }],
  },
  rootPaths: /^\/v1\/(content-intelligence|pages)(\/|$)/,
  emptyMeansOmitted: true,
  scopeOf(method, pattern) {
    const rule = RULES.find(([name, path]) => name === method && path.test(pattern));
    if (rule === undefined) throw new TypeError(`no scope is set for ${method} ${pattern}: add a rule here`);
    return rule[2];
  },
  answer: (error, requestId) => ({ status: error.status, body: contentErrorBody(error, requestId) }),
  routes(app, context) {
    runsRoutes(app, context, BASE);
    scoreRoute(app, context, BASE);
    serialiseRoute(app, context);
    bandsRoute(app, BASE);
  },
};
