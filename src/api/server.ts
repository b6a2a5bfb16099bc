import { startReportClerk } from '../analysis/close-runs.ts';
import { openLanguageModel } from '../analysis/language-model.ts';
import { startModelClerk } from '../analysis/model-clerk.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { FleetError } from '../contract/errors.ts';
import type { CapturePage } from '../contract/page-record.ts';
import { KeyRing } from '../jobs/api-key-check.ts';
import { AddressGuard, systemResolver } from '../platform/address-guard.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import type { Queue } from '../platform/queue.ts';
import { webhookCipher } from '../webhooks/cipher.ts';
import { Admission } from './admission.ts';
import { analysisRoutes } from './analysis-routes.ts';
import type { ApiContext } from './api-context.ts';
import { checkVersion, resolveVersion, versionHeader } from './api-version.ts';
import { bareApp } from './app.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { AuthFailures } from './auth-failures.ts';
import { authenticate, requireScope } from './authenticate.ts';
import { mountFront } from './compat-mount.ts';
import { discoveryRoutes } from './discovery-routes.ts';
import { collectOpenApi, docsRoutes } from './docs-routes.ts';
import type { App } from './fastify-types.ts';
import { FRONTS } from './fronts.ts';
import { healthRoutes } from './health-routes.ts';
import { jobListRoutes } from './job-list-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { keysRoutes } from './keys-routes.ts';
import type { LaneStatus } from './lane-status.ts';
import { limitRates } from './limits.ts';
import { checkMediaType } from './media-type.ts';
import { metricsRoutes } from './metrics-routes.ts';
import type { ReceiveLimits } from './raw-answer.ts';
import { scopeOfRoute } from './route-scopes.ts';
import { searchRoutes } from './search-routes.ts';
import { sharedReportRoute } from './shared-report-route.ts';
import type { SurfaceCatalog } from './surface-catalog.ts';
import { usageRoutes } from './usage-routes.ts';
import { Waiters } from './waiters.ts';
import { webhookRoutes } from './webhook-routes.ts';

export interface ApiOptions {
  config: Config;
  db: Database;
  queue: Queue;
  listener: Listener;
  catalog: SurfaceCatalog;
  /** Where proof lies. */
  store: ArtifactStore;
  log: Log;
  clock: Clock;
  /** Reads the fleet's lanes; none when absent. */
  lanes?: () => Promise<LaneStatus[]>;
  /** Page captures for immediate scores; without it they are answered 503. */
  pages?: { capture: CapturePage; guard?: AddressGuard };
  /** Where this process counts; one of its own when absent. */
  metrics?: Metrics;
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

/** What the API reaches beyond its database. */
function outsideOf({
  config,
  store,
  lanes,
  pages,
  log,
}: ApiOptions): Pick<ApiContext, 'store' | 'lanes' | 'pages' | 'model' | 'webhooks'> {
  const { languageModel } = config;
  return {
    model: languageModel && openLanguageModel(languageModel, log),
    store,
    lanes: lanes ?? (async () => []),
    pages: {
      guard: pages?.guard ?? new AddressGuard(config.pageAllow, systemResolver, { plainHttp: true }),
      capture: pages?.capture,
    },
    webhooks: { guard: new AddressGuard(config.webhookAllow), cipher: webhookCipher(config) },
  };
}

/** Builds the API; it does not listen yet. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { config, db, queue, catalog, log, clock } = options;
  let draining = false;
  const metrics = options.metrics ?? createMetrics();
  const waiters = new Waiters(db, log);
  await waiters.start(options.listener);
  const keyRing = new KeyRing(db, clock);
  await keyRing.start(options.listener);
  const admission = new Admission(db, config, clock, log);
  admission.start();
  const more = { queue, ttlMs: config.jobTtlMs, limits: () => admission.limits() };
  const reports = startReportClerk({ db, clock, log, more });
  const context: ApiContext = {
    ...{ config, db, queue, catalog, log, clock, waiters, admission },
    ...outsideOf(options),
    metrics,
    authentication: { keys: keyRing, failures: new AuthFailures(config.authFailures, clock) },
    draining: () => draining,
  };
  const { model } = context;
  const texts = model && startModelClerk({ db, clock, log, model });
  const app = bareApp(context, options.limits ?? LIMITS);
  await collectOpenApi(app);
  for (const front of FRONTS) await mountFront(app, context, front);
  // After the collector, so that it sees every route.
  await app.register(async (scope) => guardedRoutes(scope.withTypeProvider(), context));
  await app.register(async (scope) => {
    healthRoutes(scope.withTypeProvider(), context);
    docsRoutes(scope.withTypeProvider(), config);
    metricsRoutes(scope.withTypeProvider(), context);
    sharedReportRoute(scope.withTypeProvider(), context);
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
      keyRing.close();
      admission.close();
      await texts?.stop();
      await reports.stop();
    },
  };
}

/** The routes that need a key: version, key, scope and rate are checked before a byte of the body is read. */
function guardedRoutes(app: App, context: ApiContext): void {
  app.addHook('onRoute', ({ method, url }) => {
    // A route without a rule throws here, at the start, instead of being served to any key.
    for (const name of [method].flat()) scopeOfRoute(name, url);
  });
  app.addHook('onRequest', async (request, reply) => {
    checkVersion(versionHeader(request));
    request.caller = await authenticate(request, context.authentication);
    request.apiVersion = resolveVersion(versionHeader(request), request.caller.versionPin);
    reply.header('x-aisearch-version', request.apiVersion);
    const scope = scopeOfRoute(request.method, request.routeOptions.url ?? '');
    if (scope !== null) requireScope(request.caller, scope);
  });
  limitRates(app, context);
  app.addHook('preParsing', async (request) => {
    const takesBody = request.routeOptions.schema?.body !== undefined;
    if (request.method === 'POST' && takesBody) checkMediaType(request.headers);
  });
  searchRoutes(app, context);
  jobListRoutes(app, context);
  jobRoutes(app, context);
  artifactRoutes(app, context);
  discoveryRoutes(app, context);
  analysisRoutes(app, context);
  usageRoutes(app, context);
  keysRoutes(app, context);
  webhookRoutes(app, context);
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
