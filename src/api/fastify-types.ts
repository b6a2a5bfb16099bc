import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Caller } from '../jobs/account.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication; null on open routes. */
    caller: Caller | null;
  }
}

/** Our Fastify: zod types, the default server. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
