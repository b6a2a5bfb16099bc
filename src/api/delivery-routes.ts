import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import { type DeliveryFilter, listDeliveries, readDelivery } from '../webhooks/delivery-log.ts';
import { replayDead, replayDelivery } from '../webhooks/replay.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { formatCursor, parseCursor } from './list-cursor.ts';
import { invalid, webhookNotFound } from './webhook-request.ts';
import { deliveriesQuerySchema, deliverySchema, shownDelivery, sinceQuerySchema } from './webhook-wire.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const PAGE = 20;
const shared = { tags: ['Account'], headers: readHeadersSchema };
const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `/v1/webhooks/deliveries`: the delivery log, and its replay. */
export function deliveryRoutes(app: App, context: ApiContext): void {
  logRoutes(app, context);
  replayRoutes(app, context);
}

function logRoutes(app: App, { db }: ApiContext): void {
  app.get(
    '/v1/webhooks/deliveries',
    {
      schema: {
        ...shared,
        summary: 'Deliveries with their attempts, the newest first',
        querystring: deliveriesQuerySchema,
        response: {
          200: z.strictObject({ data: z.array(deliverySchema), nextCursor: z.string().nullable() }),
          ...errors,
        },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const { data, next } = await listDeliveries(db, accountId, filterOf(accountId, request.query));
      return {
        data: data.map(shownDelivery),
        nextCursor: next === undefined ? null : formatCursor(accountId, next),
      };
    },
  );
  app.get(
    '/v1/webhooks/deliveries/:id',
    {
      schema: {
        ...shared,
        summary: 'One delivery with its attempts',
        params: z.object({ id: z.string() }),
        response: { 200: deliverySchema, ...errors },
      },
    },
    async (request) => {
      const delivery = await readDelivery(db, callerOf(request).accountId, request.params.id);
      if (delivery === undefined) throw webhookNotFound('delivery');
      return shownDelivery(delivery);
    },
  );
}

function replayRoutes(app: App, context: ApiContext): void {
  const { db, clock } = context;
  app.post(
    '/v1/webhooks/deliveries/:id/replay',
    {
      schema: {
        ...shared,
        summary: 'Deliver again from the beginning: same event, new timestamps',
        params: z.object({ id: z.string() }),
        response: { 202: deliverySchema, ...errors },
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      await replayOne(context, accountId, request.params.id);
      const delivery = await readDelivery(db, accountId, request.params.id);
      if (delivery === undefined) throw webhookNotFound('delivery');
      reply.code(202);
      return shownDelivery(delivery);
    },
  );
  app.post(
    '/v1/webhooks/deliveries/replay',
    {
      schema: {
        ...shared,
        summary: 'Deliver again what died since a time, 10 000 at most per call',
        querystring: sinceQuerySchema,
        response: { 202: z.strictObject({ replayed: z.int().nonnegative() }), ...errors },
      },
    },
    async (request, reply) => {
      const since = new Date(request.query.since);
      const replayed = await replayDead(db, callerOf(request).accountId, since, clock.now());
      reply.code(202);
      return { replayed };
    },
  );
}

function filterOf(accountId: string, query: z.infer<typeof deliveriesQuerySchema>): DeliveryFilter {
  const { jobId, state, limit = PAGE, cursor: text } = query;
  const cursor = text === undefined ? undefined : parseCursor(accountId, text);
  if (text !== undefined && cursor === undefined) throw invalid('cursor', 'cursor is not valid');
  return {
    limit,
    ...(jobId === undefined ? {} : { jobId }),
    ...(state === undefined ? {} : { state }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

async function replayOne(context: ApiContext, accountId: string, id: string): Promise<void> {
  const replay = await replayDelivery(context.db, accountId, id, context.clock.now());
  if (replay === 'unknown') throw webhookNotFound('delivery');
  if (replay === 'receiver_gone')
    throw invalid('id', 'the endpoint of this delivery was deleted or disabled');
  if (replay === 'in_flight')
    throw new ApiError('DELIVERY_IN_PROGRESS', 'an attempt at this delivery is under way', {
      headers: { 'retry-after': '15' },
    });
}
