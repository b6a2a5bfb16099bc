import { z } from 'zod';
import {
  createEndpoint,
  deleteEndpoint,
  type Endpoint,
  listEndpoints,
  MAX_ENDPOINTS,
} from '../webhooks/endpoints.ts';
import {
  createSecret,
  hasActiveSecret,
  listSecrets,
  MAX_ACTIVE_SECRETS,
  revokeSecret,
  rotateSecret,
} from '../webhooks/secrets.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import type { App } from './fastify-types.ts';
import { checkReceiver, invalid, webhookNotFound } from './webhook-request.ts';
import {
  endpointSchema,
  newEndpointSchema,
  newSecretSchema,
  secretSchema,
  shownEndpoint,
  shownSecret,
} from './webhook-wire.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const idParams = z.object({ id: z.string() });
const shared = { tags: ['Account'], headers: readHeadersSchema };
const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `/v1/webhooks/…`: the account's signing secrets, its endpoints, and what became of its deliveries. */
export function webhookRoutes(app: App, context: ApiContext): void {
  secretRoutes(app, context);
  oneSecretRoutes(app, context);
  endpointRoutes(app, context);
  deliveryRoutes(app, context);
}

function secretRoutes(app: App, context: ApiContext): void {
  const { db, clock, webhooks } = context;
  app.post(
    '/v1/webhooks/secrets',
    {
      schema: {
        ...shared,
        summary: 'Make a signing secret; it is shown once',
        response: { 201: newSecretSchema, ...errors },
      },
    },
    async (request, reply) => {
      const made = await createSecret(db, webhooks.cipher(), callerOf(request).accountId, clock.now());
      if (made === undefined)
        throw invalid(
          'secrets',
          `an account has at most ${MAX_ACTIVE_SECRETS} active secrets; rotate or revoke one`,
        );
      reply.code(201);
      return { secret: made.secret, info: shownSecret(made.info) };
    },
  );
  app.get(
    '/v1/webhooks/secrets',
    {
      schema: {
        ...shared,
        summary: 'Signing secrets of this account, the newest first, without their text',
        response: { 200: z.strictObject({ data: z.array(secretSchema) }), ...errors },
      },
    },
    async (request) => ({ data: (await listSecrets(db, callerOf(request).accountId)).map(shownSecret) }),
  );
}

/** What becomes of a secret that is there. */
function oneSecretRoutes(app: App, { db, clock, webhooks }: ApiContext): void {
  app.post(
    '/v1/webhooks/secrets/:id/rotate',
    {
      schema: {
        ...shared,
        summary: 'Replace a secret; the old one signs beside the new one for 24 h',
        params: idParams,
        response: { 201: newSecretSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      const made = await rotateSecret(db, webhooks.cipher(), accountId, request.params.id, clock.now());
      if (made === undefined) throw webhookNotFound('secret');
      reply.code(201);
      return { secret: made.secret, info: shownSecret(made.info) };
    },
  );
  app.delete(
    '/v1/webhooks/secrets/:id',
    {
      schema: {
        ...shared,
        summary: 'Revoke a secret; it signs nothing more, at once',
        params: idParams,
        response: { 200: secretSchema, ...errors },
      },
    },
    async (request) => {
      const revoked = await revokeSecret(db, callerOf(request).accountId, request.params.id, clock.now());
      if (revoked === undefined) throw webhookNotFound('secret');
      return shownSecret(revoked);
    },
  );
}

function endpointRoutes(app: App, context: ApiContext): void {
  const { db, clock } = context;
  app.post(
    '/v1/webhooks/endpoints',
    {
      schema: {
        ...shared,
        summary: 'Have every end of this account announced to a URL',
        body: newEndpointSchema,
        response: { 201: endpointSchema, ...errors },
      },
    },
    async (request, reply) => {
      const endpoint = await addEndpoint(context, request.body, {
        ...{ accountId: callerOf(request).accountId, apiVersion: request.apiVersion },
      });
      reply.code(201);
      return shownEndpoint(endpoint);
    },
  );
  app.get(
    '/v1/webhooks/endpoints',
    {
      schema: {
        ...shared,
        summary: 'Webhook endpoints of this account, the oldest first',
        response: { 200: z.strictObject({ data: z.array(endpointSchema) }), ...errors },
      },
    },
    async (request) => ({ data: (await listEndpoints(db, callerOf(request).accountId)).map(shownEndpoint) }),
  );
  app.delete(
    '/v1/webhooks/endpoints/:id',
    {
      schema: {
        ...shared,
        summary: 'Delete a webhook endpoint; what was still to be delivered to it is dead',
        params: idParams,
        response: { 200: endpointSchema, ...errors },
      },
    },
    async (request) => {
      const deleted = await deleteEndpoint(db, callerOf(request).accountId, request.params.id, clock.now());
      if (deleted === undefined) throw webhookNotFound('endpoint');
      return shownEndpoint(deleted);
    },
  );
}

async function addEndpoint(
  context: ApiContext,
  body: z.infer<typeof newEndpointSchema>,
  owner: { accountId: string; apiVersion: string },
): Promise<Endpoint> {
  const { db, clock } = context;
  const { url, events = null } = body;
  await checkReceiver(context, url, 'url');
  if (!(await hasActiveSecret(db, owner.accountId, clock.now())))
    throw invalid(
      'secret',
      'make a secret first with POST /v1/webhooks/secrets; deliveries are always signed',
    );
  const endpoint = await createEndpoint(db, {
    ...{ ...owner, url, events: events && [...new Set(events)] },
    now: clock.now(),
  });
  if (endpoint === undefined)
    throw invalid('url', `an account has at most ${MAX_ENDPOINTS} webhook endpoints`);
  return endpoint;
}
