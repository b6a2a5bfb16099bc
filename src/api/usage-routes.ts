import { z } from 'zod';
import { SURFACE_NAMES } from '../contract/surface-name.ts';
import { PLANS, readUsage } from '../jobs/accounts.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const plan = z.enum(PLANS);

export const usageSchema = z
  .strictObject({
    plan,
    usage: z.strictObject({
      totalJobs: z.int().describe('The sum of bySurface.'),
      bySurface: z.partialRecord(z.enum(SURFACE_NAMES), z.int()),
    }),
    balance: z.strictObject({
      plan,
      credits: z
        .number()
        .nullable()
        .describe(
          'Two decimals at most. What running captures have reserved is still in it; null when unlimited.',
        ),
      unlimited: z.boolean(),
    }),
  })
  .meta({ id: 'Usage' });

/** `GET /v1/usage`: captures so far, and credits left. */
export function usageRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/usage',
    {
      schema: {
        tags: ['Account'],
        summary: 'Captures so far, surface by surface, and the credits left',
        headers: readHeadersSchema,
        response: { 200: usageSchema, '4xx': errorBodySchema, '5xx': errorBodySchema },
      },
    },
    async (request) => {
      const { accountId } = callerOf(request);
      const usage = await readUsage(context.db, accountId);
      if (usage === undefined) throw new TypeError(`no account ${accountId}`);
      return usage;
    },
  );
}
