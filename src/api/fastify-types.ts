import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiVersion } from '../contract/dialect.ts';
import type { Caller } from '../jobs/account.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication; null on open routes. */
    caller: Caller | null;
    /** Dialect this request speaks: header, else the key's pin, else the default. */
    apiVersion: ApiVersion;
    /** Trace of the submit this request made; null for others, and while nothing is traced. */
    traceId: string | null;
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
