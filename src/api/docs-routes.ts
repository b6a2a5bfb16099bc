import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { API_VERSIONS, type ApiVersion, DEFAULT_VERSION } from '../contract/dialect.ts';
import { envelopeJsonSchema } from '../contract/envelope.ts';
import { methodPage } from '../outputs/method-page.ts';
import { REPORT_CSP } from '../outputs/report-csp.ts';
import type { ShownLimits } from './docs-guide.ts';
import { docsPage, routesOf } from './docs-page.ts';
import type { App } from './fastify-types.ts';
import { frontOfPath } from './fronts.ts';
import { tidyComponents } from './openapi-components.ts';
import { inDialect, operationIdOf } from './openapi-dialect.ts';
import { errorBodySchema } from './wire.ts';

const DESCRIPTION = 'Submit a query to consumer AI search surfaces; get proven Envelopes.';

/** Name of the decorator that makes a dialect's document. */
function collectorOf(version: ApiVersion): string {
  return version === DEFAULT_VERSION ? 'swagger' : `swagger ${version}`;
}

/**
 * Collects the routes that follow into one OpenAPI 3.1 document per dialect, of the zod schemas that validate them. Fronts
 * have documents of their own (compat-mount.ts).
 */
export async function collectOpenApi(app: App): Promise<void> {
  for (const version of API_VERSIONS) {
    await app.register(swagger, {
      decorator: collectorOf(version) as 'swagger',
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Capture Fleet API', version, description: DESCRIPTION, license: LICENSE },
        servers: [{ url: '/' }],
        tags: TAGS,
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
        security: [{ bearer: [] }],
      },
      transform: (given) => {
        if (frontOfPath(given.url) !== undefined) return { schema: { hide: true }, url: given.url };
        const operationId = operationIdOf(String(given.route.method), given.url);
        return jsonSchemaTransform({
          ...given,
          schema: { operationId, ...inDialect(version, given.schema) },
        });
      },
      transformObject: jsonSchemaTransformObject,
    });
  }
}

const LICENSE = { name: 'MIT', identifier: 'MIT' };
const TAGS = [
  { name: 'Search', description: 'Submit queries.' },
  { name: 'Analysis', description: 'Ask a prompt several times, and learn how much the answers vary.' },
  { name: 'Jobs', description: 'Read, list and cancel what was submitted.' },
  { name: 'Artifacts', description: 'Proof of what was seen.' },
  { name: 'Account', description: 'Usage, keys, webhooks.' },
  { name: 'Discovery', description: 'What can be captured, and how it goes.' },
  { name: 'System', description: 'Liveness.' },
];

/**
 * `GET /openapi.json` (the default dialect's), `GET /openapi/<version>.json`, `GET /schema/envelope.json` (JSON Schema
 * 2020-12 of the Envelope, for auditors), `GET /docs` and `GET /docs/method` (how every figure is made).
 */
export function docsRoutes(app: App, limits: ShownLimits): void {
  const documentOf = (version: ApiVersion): object =>
    tidyComponents(app.getDecorator<() => object>(collectorOf(version)).call(app));
  app.get('/openapi.json', { schema: { hide: true } }, async () => documentOf(DEFAULT_VERSION));
  for (const version of API_VERSIONS) {
    app.get(`/openapi/${version}.json`, { schema: { hide: true } }, async () => documentOf(version));
  }
  app.get(
    '/schema/envelope.json',
    {
      schema: {
        tags: ['Discovery'],
        summary: 'JSON Schema of the Envelope',
        security: [],
        response: { 200: z.record(z.string(), z.unknown()), '4xx': errorBodySchema },
      },
    },
    async () => envelopeJsonSchema(),
  );
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return docsPage(routesOf(app.swagger()), limits);
  });
  app.get('/docs/method', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    reply.header('content-security-policy', REPORT_CSP);
    return methodPage();
  });
}
