import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { ApiError, FleetError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import { keyCheck } from '../jobs/api-keys.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import { requestIdFrom } from '../platform/identifiers.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import type { ApiContext } from './api-context.ts';
import { checkVersion } from './api-version.ts';
import { authenticate } from './authenticate.ts';
import { collectOpenApi, docsRoutes } from './docs-routes.ts';
import {
  BODY_LIMIT,
  errorAnswer,
  MAX_PARAM_LENGTH,
  standardHeaders,
  toApiError,
  unavailable,
} from './error-answer.ts';
import type { App } from './fastify-types.ts';
import { healthRoutes } from './health-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { parseJsonBody } from './json-text.ts';
import { checkMediaType } from './media-type.ts';
import { answerConnectionError, type ReceiveLimits } from './raw-answer.ts';
import { searchRoutes } from './search-routes.ts';
import type { SurfaceCatalog } from './surface-catalog.ts';
import { unknownRoute } from './unknown-route.ts';
import { validatorCompiler } from './validate.ts';
import { openWaiters } from './waiters.ts';

export interface ApiOptions {
  config: Config;
  db: Database;
  queue: Queue;
  listener: Listener;
  catalog: SurfaceCatalog;
  log: Log;
  clock: Clock;
  /** How long running sync requests may go on after `close`; default 25 s. */
  drainMs?: number;
  /** Default 10 s for headers, 30 s for the whole request. */
  limits?: ReceiveLimits;
}

export interface Api {
  /** Takes the port; throws PORT_IN_USE. */
  listen(): Promise<{ url: string }>;
  /** Stops accepting, lets sync requests run for the drain time, answers the rest with 504 + Location, ends. */
  close(): Promise<void>;
}

const DRAIN_MS = 25_000;
/** What still holds a connection this long after the last sync request was answered is cut. */
const CUT_MS = 2_000;
const LIMITS: ReceiveLimits = { headersS: 10, requestS: 30 };

/** Builds the API; it does not listen yet. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { config, db, queue, catalog, log, clock } = options;
  let draining = false;
  const waiters = await openWaiters(db, options.listener, log);
  const context: ApiContext = {
    ...{ config, db, queue, catalog, log, clock, waiters },
    keys: keyCheck(db, clock),
    draining: () => draining,
  };
  const app = buildApp(context, options.limits ?? LIMITS);
  await collectOpenApi(app);
  // After the collector, so that it sees every route.
  await app.register(async (scope) => guardedRoutes(scope.withTypeProvider(), context));
  await app.register(async (scope) => {
    healthRoutes(scope.withTypeProvider(), context);
    docsRoutes(scope.withTypeProvider());
  });
  return {
    listen: () => listen(app, config),
    close: async () => {
      draining = true;
      const drainMs = options.drainMs ?? DRAIN_MS;
      const rest = setTimeout(() => waiters.drain(), drainMs);
      const cut = setTimeout(() => app.server.closeAllConnections(), drainMs + CUT_MS);
      await app.close();
      clearTimeout(rest);
      clearTimeout(cut);
      waiters.close();
    },
  };
}

function buildApp(context: ApiContext, limits: ReceiveLimits): App {
  const readingBody = new WeakSet<object>();
  const origin = (): string => `http://${context.config.host}:${context.config.port}`;
  const app: App = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    // Fastify writes this over the server's own, so it must be said here as well as in `http` (T2).
    requestTimeout: limits.requestS * 1000,
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: limits.headersS * 1000,
      requestTimeout: limits.requestS * 1000,
      connectionsCheckingInterval: 500,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestIdHeader: false,
    genReqId: (raw) => requestIdFrom(headerText(raw.headers['x-request-id'])),
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(context, error, request, reply),
    clientErrorHandler: (error, socket) =>
      answerConnectionError(error, socket, {
        origin: origin(),
        headersRead: readingBody.has(socket),
        limits,
      }),
  }).withTypeProvider();
  app.decorateRequest('caller', null);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  app.setErrorHandler((error, request, reply) => sendError(context, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw unknownRoute(app, request);
  });
  app.addHook('onRequest', async (request, reply) => {
    readingBody.add(request.raw.socket);
    reply.headers(standardHeaders(request.id as RequestId));
    checkTransport(context, request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, id, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime);
    context.log.info(
      { requestId: id, method, route: routeOptions.url, status: reply.statusCode, ms },
      'answered',
    );
  });
  app.addHook('onSend', async (request, reply) => {
    // A socket kept alive would hold up the close for ever (T3).
    if (context.draining()) reply.header('connection', 'close');
    readingBody.delete(request.raw.socket);
  });
  return app;
}

function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

function checkTransport(context: ApiContext, request: FastifyRequest): void {
  const { httpVersion, headers } = request.raw;
  if (headers.host === undefined && httpVersion !== '1.0') {
    throw new ApiError('BAD_REQUEST', 'malformed HTTP request', { headers: { connection: 'close' } });
  }
  const isProbe = request.url === '/healthz' || request.url === '/readyz';
  if (context.draining() && !isProbe) throw unavailable();
}

/** The routes that need a key: version and key are checked before a byte of the body is read. */
function guardedRoutes(app: App, context: ApiContext): void {
  app.addHook('onRequest', async (request) => {
    checkVersion(headerText(request.headers['x-aisearch-version']));
    request.caller = await authenticate(request.raw, context.keys);
  });
  app.addHook('preParsing', async (request) => {
    if (request.method === 'POST') checkMediaType(request.headers);
  });
  searchRoutes(app, context);
  jobRoutes(app, context);
}

function sendError(context: ApiContext, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const requestId = request.id as RequestId;
  const apiError = toApiError(error, requestId);
  if (apiError.status >= 500) {
    context.log.error({ err: apiError.cause ?? apiError, requestId, code: apiError.code }, 'request failed');
  }
  const { status, headers, body } = errorAnswer(apiError, { requestId, origin: originOf(context, request) });
  void reply.code(status).headers(headers).send(JSON.stringify(body));
}

/** Where this client reaches us: its Host header when that is a plain host and port, else our own address. */
function originOf(context: ApiContext, request: FastifyRequest): string {
  const host = request.headers.host ?? '';
  const plain = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host);
  return `http://${plain ? host : `${context.config.host}:${context.config.port}`}`;
}

async function listen(app: App, config: Config): Promise<{ url: string }> {
  const { host, port } = config;
  try {
    const url = await app.listen({ host, port });
    return { url };
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new FleetError('PORT_IN_USE', `port ${port} on ${host} is in use`, {
      fix: `stop what listens there, or set PORT to a free port`,
      cause: error,
    });
  }
}
