import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import { type RatePolicy, rateHeaders, refundRate, retryAfterSeconds, takeRate } from '../jobs/limits.ts';
import type { Config } from '../platform/config.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { scopeOfRoute } from './route-scopes.ts';

const WINDOW_S = 60;
/** Reads are cheap, and polling is what the reference tells its clients to do. */
const READS_PER_SUBMIT = 10;

/** Which bucket a route draws from: submits have one of their own. */
export function policyOf(config: Config, method: string, pattern: string): RatePolicy {
  if (scopeOfRoute(method, pattern) === 'search:create') {
    return { name: 'submit', quota: config.rateLimit, windowS: WINDOW_S };
  }
  return { name: 'request', quota: config.rateLimit * READS_PER_SUBMIT, windowS: WINDOW_S };
}

/**
 * Counts every request of a key, before its body is read; the bucket's state stands on submits and on refusals. A
 * conditional read that found nothing new costs nothing. Throws RATE_LIMIT_EXCEEDED.
 */
export function limitRates(app: App, context: ApiContext): void {
  app.addHook('onRequest', async (request, reply) => takeOne(context, request, reply));
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 304) await putBack(context, request);
  });
}

async function takeOne(context: ApiContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const policy = policyFor(context, request);
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

async function putBack(context: ApiContext, request: FastifyRequest): Promise<void> {
  try {
    await refundRate(context.db, bucketOf(request), policyFor(context, request));
  } catch (error) {
    context.log.warn({ err: error, requestId: request.id }, 'a free request could not be refunded');
  }
}

function policyFor(context: ApiContext, request: FastifyRequest): RatePolicy {
  return policyOf(context.config, request.method, request.routeOptions.url ?? '');
}

function bucketOf(request: FastifyRequest): string {
  const { keyId, accountId } = callerOf(request);
  return keyId ?? accountId;
}
