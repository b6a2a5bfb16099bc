import { Deadline } from '../platform/deadline.ts';
import type { ApiContext } from './api-context.ts';
import { unavailable } from './error-answer.ts';
import type { App } from './fastify-types.ts';
import { errorBodySchema, healthSchema, probeSchema } from './wire.ts';

const READY_BUDGET_MS = 2_000;

/** `GET /v1/health`, and the probes of an orchestrator; all open. */
export function healthRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/health',
    {
      schema: {
        tags: ['System'],
        security: [],
        summary: 'What this server is and can do',
        response: { 200: healthSchema, '4xx': errorBodySchema },
      },
    },
    async (request) => ({
      status: context.draining() ? ('draining' as const) : ('ok' as const),
      version: request.apiVersion,
      surfaces: context.catalog.map(({ name, available }) => ({ name, available })),
    }),
  );
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['System'],
        security: [],
        summary: 'The process lives',
        response: { 200: probeSchema, '4xx': errorBodySchema },
      },
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['System'],
        security: [],
        summary: 'The server takes work: not draining, database there',
        response: { 200: probeSchema, '4xx': errorBodySchema, '5xx': errorBodySchema },
      },
    },
    async () => {
      if (context.draining()) throw unavailable();
      try {
        await Deadline.after(READY_BUDGET_MS).run('readiness', () => context.db.query('SELECT 1'));
      } catch (error) {
        throw unavailable(error);
      }
      return { status: 'ready' };
    },
  );
}
