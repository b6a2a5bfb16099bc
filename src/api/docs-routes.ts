import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { API_VERSION } from './api-version.ts';
import { docsPage, routesOf } from './docs-page.ts';
import type { App } from './fastify-types.ts';
import { tidyComponents } from './openapi-components.ts';

/** Collects the routes that follow into an OpenAPI 3.1 document made of the zod schemas that validate them. */
export async function collectOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Capture Fleet API',
        version: API_VERSION,
        description: 'Submit a query to consumer AI search surfaces; get proven Envelopes.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

/** `GET /openapi.json` and `GET /docs`. */
export function docsRoutes(app: App): void {
  app.get('/openapi.json', { schema: { hide: true } }, async () => tidyComponents(app.swagger()));
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return docsPage(routesOf(app.swagger()));
  });
}
