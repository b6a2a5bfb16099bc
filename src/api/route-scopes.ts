import type { Scope } from '../jobs/account.ts';

/** First match wins. `null`: any key may. */
const RULES: readonly [method: RegExp, path: RegExp, scope: Scope | null][] = [
  [/^POST$/, /^\/v1\/search(\/|$)/, 'search:create'],
  [/^POST$/, /^\/v1\/jobs\/:\w+\/cancel$/, 'jobs:cancel'],
  [/^GET$/, /^\/v1\/jobs\/:\w+\/(proof|artifacts?)(\/|$)/, 'artifacts:read'],
  [/^GET$/, /^\/v1\/artifacts(\/|$)/, 'artifacts:read'],
  [/^GET$/, /^\/v1\/jobs(\/|$)/, 'jobs:read'],
  [/^GET$/, /^\/v1\/usage$/, 'usage:read'],
  [/^(GET|POST|PUT|PATCH|DELETE)$/, /^\/v1\/webhooks(\/|$)/, 'webhooks:manage'],
  [/^(GET|POST|DELETE)$/, /^\/v1\/keys(\/|$)/, 'keys:manage'],
  [/^POST$/, /^(\/api)?\/v1\/async-analysis(\/|$)/, 'search:create'],
  [/^GET$/, /^(\/api)?\/v1\/async-analysis(\/|$)/, 'jobs:read'],
  [/^GET$/, /^\/v1\/async\/status$/, 'jobs:read'],
  [/^GET$/, /^\/v1\/surfaces(\/|$)/, null],
];

/**
 * Scope that a route needs, by its method and pattern (`/v1/jobs/:id`); null when any key may use it. Throws TypeError
 * for a route without a rule, so that none is ever served unguarded.
 */
export function scopeOfRoute(method: string, pattern: string): Scope | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  const rule = RULES.find(([methods, path]) => methods.test(asked) && path.test(pattern));
  if (rule === undefined) {
    throw new TypeError(`no scope is set for ${asked} ${pattern}: add a rule to src/api/route-scopes.ts`);
  }
  return rule[2];
}
