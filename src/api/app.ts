import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type ApiVersion, DEFAULT_VERSION } from '../contract/dialect.ts';
import { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import { requestIdFrom } from '../platform/identifiers.ts';
import type { ApiContext } from './api-context.ts';
import { resolveVersion, versionHeader } from './api-version.ts';
import {
  BODY_LIMIT,
  errorAnswer,
  MAX_PARAM_LENGTH,
  standardHeaders,
  toApiError,
  unavailable,
} from './error-answer.ts';
import type { App } from './fastify-types.ts';
import { frontOfPath } from './fronts.ts';
import { headerText } from './header-text.ts';
import { parseJsonBody } from './json-text.ts';
import { answerConnectionError, type ReceiveLimits } from './raw-answer.ts';
import { unknownRoute } from './unknown-route.ts';
import { validatorCompiler } from './validate.ts';

/**
 * A Fastify without routes that keeps the promises every response makes: our headers, our error shape on all of its
 * error paths (T4), our limits, our JSON reader.
 */
export function bareApp(context: ApiContext, limits: ReceiveLimits): App {
  const receiving = new WeakMap<object, ApiVersion>();
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
    trustProxy: context.config.trustProxy.length === 0 ? false : [...context.config.trustProxy],
    requestIdHeader: false,
    genReqId: (raw) => requestIdFrom(headerText(raw.headers['x-request-id'])),
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(context, error, request, reply),
    clientErrorHandler: (error, socket) => {
      const origin = ownOrigin(context);
      answerConnectionError(error, socket, { origin, version: receiving.get(socket), limits });
    },
  }).withTypeProvider();
  app.decorateRequest('caller', null);
  app.decorateRequest('apiVersion', DEFAULT_VERSION);
  app.decorateRequest('traceId', null);
  app.setErrorHandler((error, request, reply) => sendError(context, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw unknownRoute(app, request);
  });
  speakJson(app);
  watch(app, context, receiving);
  return app;
}

function speakJson(app: App): void {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      // A route that takes no body is not offended by an empty one.
      if (body.length === 0 && request.routeOptions.schema?.body === undefined) return undefined;
      return parseJsonBody(body);
    },
  );
}

/** What happens around every request. `receiving`: sockets whose headers are read and answer is not begun, and its dialect. */
function watch(app: App, context: ApiContext, receiving: WeakMap<object, ApiVersion>): void {
  app.addHook('onRequest', async (request, reply) => {
    request.apiVersion = resolveVersion(versionHeader(request), null);
    receiving.set(request.raw.socket, request.apiVersion);
    reply.headers(standardHeaders(request.id as RequestId, request.apiVersion));
    checkTransport(context, request);
  });
  app.addHook('onSend', async (request, reply) => {
    receiving.delete(request.raw.socket);
    // A socket kept alive would hold up the close for ever (T3).
    if (context.draining()) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async ({ method, id, routeOptions, traceId }, reply) => {
    const ms = Math.round(reply.elapsedTime);
    const { statusCode: status } = reply;
    const route = routeOptions.url ?? 'none';
    const trace = traceId === null ? {} : { trace_id: traceId };
    context.log.info({ requestId: id, method, route, status, ms, ...trace }, 'answered');
    context.metrics.httpRequests.inc({ method, route, status });
    context.metrics.httpSeconds.observe({ method, route }, reply.elapsedTime / 1000);
  });
}

function checkTransport(context: ApiContext, request: FastifyRequest): void {
  const { httpVersion, headers, rawHeaders } = request.raw;
  // Node keeps the first of two Hosts; another server on the way may have gone by the second (RFC 9112 3.2).
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1 || (headers.host === undefined && httpVersion !== '1.0')) {
    throw new ApiError('BAD_REQUEST', 'malformed HTTP request', { headers: { connection: 'close' } });
  }
  const isProbe = request.url === '/healthz' || request.url === '/readyz';
  if (context.draining() && !isProbe) throw unavailable();
}

function sendError(context: ApiContext, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const requestId = request.id as RequestId;
  const apiError = toApiError(error, requestId);
  if (apiError.status >= 500) {
    context.log.error({ err: apiError.cause ?? apiError, requestId, code: apiError.code }, 'request failed');
  }
  // Errors of the framework come before any hook has run: the header is looked at again.
  const version = resolveVersion(versionHeader(request), request.apiVersion);
  const origin = originOf(context, request);
  const ours = errorAnswer(apiError, { requestId, origin, version });
  const front = frontOfPath(request.url);
  const { status, headers, body } =
    front === undefined ? ours : { headers: {}, ...front.answer(apiError, requestId) };
  void reply
    .code(status)
    .headers({ ...ours.headers, ...front?.headers?.(requestId), ...headers })
    .send(JSON.stringify(body));
}

/** Where this client reaches us: its Host header when that is a plain host and port (https behind a proxy that says so), else our own address. */
function originOf(context: ApiContext, request: FastifyRequest): string {
  const host = request.headers.host ?? '';
  const plain = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host);
  return plain ? `${request.protocol === 'https' ? 'https' : 'http'}://${host}` : ownOrigin(context);
}

function ownOrigin({ config }: ApiContext): string {
  return `http://${config.host}:${config.port}`;
}
