import { z } from 'zod';
import { fleetSurfaceSchema, surfaceNameSchema } from '../contract/surface-name.ts';
import { currentPrices } from '../jobs/price-table.ts';
import { readQueueState } from '../jobs/queue-state.ts';
import { type EndCount, readEnds } from '../jobs/surface-health.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { laneStatusSchema, withLanes } from './lane-status.ts';
import { presenterFor } from './presenters/index.ts';
import type { CatalogEntry } from './surface-catalog.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const surfaceSchema = z
  .strictObject({
    name: surfaceNameSchema,
    available: z.boolean(),
    methods: z.array(z.literal('own-fleet')),
    login: z.enum(['none', 'optional', 'required']),
    regions: z
      .union([z.literal('any'), z.array(z.string())])
      .describe('Countries, ISO 3166-1 alpha-2, or any.'),
    credits: z.int().describe('What one answered capture costs.'),
    health: z.strictObject({
      windowHours: z.literal(24),
      captures: z.int(),
      outcomes: z.record(z.string(), z.int()).describe('How they ended: an outcome, canceled or expired.'),
    }),
  })
  .meta({ id: 'Surface' });

const surfacesSchema = z.strictObject({ surfaces: z.array(surfaceSchema) }).meta({ id: 'Surfaces' });

const statusSchema = z
  .strictObject({
    queued: z.int(),
    processing: z.int(),
    oldestQueuedSeconds: z.int().nullable(),
    surfaces: z.array(
      z.strictObject({
        surface: fleetSurfaceSchema.describe('A surface of searches, or `page`: the pages of content runs.'),
        queued: z.int(),
        processing: z.int(),
        oldestQueuedSeconds: z.int().nullable(),
        waiting: z
          .enum(['lane_shut', 'slots_busy', 'retry_backoff', 'no_worker'])
          .nullable()
          .describe(
            'Why queued captures do not run: their lanes admit nobody now, every slot is taken, they wait for another attempt, or nobody works.',
          ),
        regions: z.array(
          z.strictObject({
            region: z.string(),
            queued: z.int(),
            processing: z.int(),
            lane: laneStatusSchema
              .nullable()
              .describe('The lane that its queued captures wait for; null when none keeps them waiting.'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'QueueStatus' });

const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `GET /v1/surfaces`: what can be captured, and how it goes. `GET /v1/async/status`: the caller's own queue. */
export function discoveryRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/surfaces',
    {
      schema: {
        tags: ['Discovery'],
        summary: 'What each surface supports and costs, and how its captures of the last 24 h ended',
        headers: readHeadersSchema,
        response: { 200: surfacesSchema, ...errors },
      },
    },
    async () => {
      const ends = await readEnds(context.db, context.clock.now());
      return { surfaces: context.catalog.map((entry) => described(entry, ends)) };
    },
  );
  app.get(
    '/v1/async/status',
    {
      schema: {
        tags: ['Discovery'],
        summary: 'How many captures of yours wait and run, by surface and region, and why those that wait do',
        headers: readHeadersSchema,
        response: { 200: statusSchema, ...errors },
      },
    },
    async (request) => {
      const { region } = presenterFor(request);
      const state = await readQueueState(context.db, callerOf(request).accountId, context.clock.now());
      const ages = state.flatMap(({ oldestQueuedSeconds }) => oldestQueuedSeconds ?? []);
      return {
        queued: state.reduce((sum, { queued }) => sum + queued, 0),
        processing: state.reduce((sum, { processing }) => sum + processing, 0),
        oldestQueuedSeconds: ages.length === 0 ? null : Math.max(...ages),
        surfaces: withLanes(state, await context.lanes()).map((one) => ({
          ...one,
          regions: one.regions.map((of) => ({ ...of, region: region(of.region) })),
        })),
      };
    },
  );
}

function described(entry: CatalogEntry, all: readonly EndCount[]): z.infer<typeof surfaceSchema> {
  const { name, available, login, regions } = entry;
  const ends = all.filter(({ surface }) => surface === name);
  return {
    ...{ name, available, login, methods: available ? ['own-fleet'] : [] },
    regions: regions === 'any' ? regions : [...regions],
    credits: currentPrices().prices[name],
    health: {
      windowHours: 24,
      captures: ends.reduce((sum, { count }) => sum + count, 0),
      outcomes: Object.fromEntries(ends.map(({ end, count }) => [end, count])),
    },
  };
}
