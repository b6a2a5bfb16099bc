import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import type { Scope } from '../jobs/account.ts';
import { type RatePolicy, rateHeaders, refundRate, retryAfterSeconds, takeRate } from '../jobs/limits.ts';
import type { Config } from '../platform/config.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { scopeOfRoute } from './route-scopes.ts';

const WINDOW_S = 60;
/** Reads are cheap, and polling is what the reference tells its clients to do. */
const READS_PER_SUBMIT = 10;

/** Scopes of what makes the fleet work. */
const SUBMITS: readonly (Scope | null)[] = [
  'search:create',
  'content_intelligence:runs:create',
  'content_intelligence:content:score',
  'pages:content:serialize',
  'write:prompts',
  'write:reports',
];

/** Which bucket a route that needs a scope draws from: submits have one of their own. */
export function policyOf(config: Config, scope: Scope | null): RatePolicy {
  if (SUBMITS.includes(scope)) {
    return { name: 'submit', quota: config.rateLimit, windowS: WINDOW_S };
  }
  return { name: 'request', quota: config.rateLimit * READS_PER_SUBMIT, windowS: WINDOW_S };
}

/** The scope that a route of this app needs. */
export type ScopeOf = (method: string, pattern: string) => Scope | null;

/**
 * Counts every request of a key, before its body is read; the bucket's state stands on submits and on refusals. A
 * conditional read that found nothing new costs nothing. Throws RATE_LIMIT_EXCEEDED.
 */
export function limitRates(app: App, context: ApiContext, scopeOf: ScopeOf = scopeOfRoute): void {
  const policyFor = (request: FastifyRequest): RatePolicy =>
    policyOf(context.config, scopeOf(request.method, request.routeOptions.url ?? ''));
  app.addHook('onRequest', async (request, reply) => takeOne(context, policyFor(request), request, reply));
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 304) await putBack(context, policyFor(request), request);
  });
}

async function takeOne(
  context: ApiContext,
  policy: RatePolicy,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const state = await takeRate(context.db, bucketOf(request), policy);
  const headers = rateHeaders(policy, state);
  if (state.allowed) {
    if (policy.name === 'submit') reply.headers(headers);
    return;
  }
  const seconds = retryAfterSeconds(state.waitMs, Math.random());
  throw new ApiError(
    'RATE_LIMIT_EXCEEDED',
    `rate limit of ${policy.quota} requests per ${policy.windowS} s exceeded; retry in ${seconds} s`,
    { headers: { ...headers, 'retry-after': String(seconds) } },
  );
}

async function putBack(context: ApiContext, policy: RatePolicy, request: FastifyRequest): Promise<void> {
  try {
    await refundRate(context.db, bucketOf(request), policy);
  } catch (error) {
    context.log.warn({ err: error, requestId: request.id }, 'a free request could not be refunded');
  }
}

function bucketOf(request: FastifyRequest): string {
  const { keyId, accountId } = callerOf(request);
  return keyId ?? accountId;
}
