import swagger from '@fastify/swagger';
import type { FastifyRequest } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import type { Scope } from '../jobs/account.ts';
import type { ApiContext } from './api-context.ts';
import { authenticate } from './authenticate.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import type { Front, MountPlace } from './front.ts';
import { limitRates, type ScopeOf } from './limits.ts';
import { checkMediaType } from './media-type.ts';
import { tidyComponents } from './openapi-components.ts';
import { operationIdOf } from './openapi-dialect.ts';

/**
 * Serves a front below `/compat/<name>`, for a client that sets only its base URL, with its OpenAPI document at
 * `/compat/<name>/openapi.json`; and once more at the root, at the paths its reference prints.
 */
export async function mountFront(app: App, context: ApiContext, front: Front): Promise<void> {
  const prefix = `/compat/${front.name}`;
  await app.register(
    async (scope) => {
      const decorator = `openapi of ${front.name}`;
      await collectFront(scope.withTypeProvider(), front, { prefix, decorator });
      scope.get('/openapi.json', { schema: { hide: true } }, async () =>
        tidyComponents(scope.getDecorator<() => object>(decorator).call(scope)),
      );
      await scope.register(async (inner) =>
        guardFront(inner.withTypeProvider(), context, front, { prefix, place: 'compat' }),
      );
    },
    { prefix },
  );
  await app.register(async (scope) =>
    guardFront(scope.withTypeProvider(), context, front, { prefix: '', place: 'root' }),
  );
}

/** Collects a front's routes into a document of their own, with the paths its reference prints. */
async function collectFront(
  app: App,
  { name, about }: Front,
  { prefix, decorator }: { prefix: string; decorator: string },
): Promise<void> {
  const { title, version, description, tags } = about;
  await app.register(swagger, {
    decorator: decorator as 'swagger',
    stripBasePath: false,
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: `/compat/${name}` }],
      tags,
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: (given) => {
      const url = given.url.slice(prefix.length);
      const operationId = operationIdOf(String(given.route.method), url);
      return jsonSchemaTransform({ ...given, url, schema: { operationId, ...given.schema } });
    },
    transformObject: jsonSchemaTransformObject,
  });
}

/** Routes behind key, scope and rate, in this order, before a byte of the body is read. */
function guardFront(
  app: App,
  context: ApiContext,
  front: Front,
  { prefix, place }: { prefix: string; place: MountPlace },
): void {
  const scopeOf: ScopeOf = (method, pattern) =>
    front.scopeOf(method === 'HEAD' ? 'GET' : method, pattern.slice(prefix.length));
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) scopeOf(name, url);
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(front.headers?.(request.id as RequestId) ?? {});
    request.caller = await authenticate(request, context.authentication);
    requireFrontScope(request, scopeOf(request.method, request.routeOptions.url ?? ''));
  });
  limitRates(app, context, scopeOf);
  app.addHook('preParsing', async (request) => {
    const takesBody = request.routeOptions.schema?.body !== undefined;
    if (takesBody && /^(POST|PUT|PATCH)$/.test(request.method)) checkMediaType(request.headers);
  });
  if (front.emptyMeansOmitted) {
    app.addHook('preValidation', async (request) => {
      request.body = withoutEmpty(request.body);
      request.query = withoutEmpty(request.query);
    });
  }
  front.routes(app, context, place);
}

function requireFrontScope(request: FastifyRequest, scope: Scope | null): void {
  const { scopes } = callerOf(request);
  // Who may write a thing may read it (specs/analysis.md A.3).
  const allowed =
    scope === null || scopes.some((held) => held === scope || held === scope.replace(/^read:/, 'write:'));
  if (allowed) return;
  throw new ApiError('INSUFFICIENT_SCOPE', `API key is missing scope '${scope}'`, {
    details: { required_scope: scope, key_scopes: [...scopes] },
  });
}

/** An object without the fields that hold an empty text; anything else as it is. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''));
}
