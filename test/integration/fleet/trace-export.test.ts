import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startService } from '../../../src/cli/service.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

/** The part of an OTLP body that is looked at (opentelemetry-proto 1, JSON encoding, read 2026-11). */
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          scope: z.object({ name: z.string() }),
          spans: z.array(z.object({ name: z.string(), traceId: z.string() })),
        }),
      ),
    }),
  ),
});

let fresh: FreshDatabase;
let dataDir: string;
let collector: Server;
const bodies: string[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-trace-export-'));
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  collector.closeAllConnections();
  await new Promise((closed) => collector.close(closed));
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('given a service with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('all steps of a search have reached the collector when the service has stopped, and only those', async () => {
    const { port } = collector.address() as AddressInfo;
    const environment = {
      ...{
        DATABASE_URL: fresh.url,
        FLEET_DATA_DIR: dataDir,
        PORT: '0',
        FLEET_ORIGIN: 'stage',
        FLEET_SLOTS: '1',
      },
      FLEET_SYNC_WAIT_S: '120',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    };
    const service = await startService(readConfig(environment, '/'), testLog);
    try {
      const { key } = await createKey(fresh.db, { label: 'traced' }, Date.now());
      const answer = await fetch(`${service.url}/v1/search`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'best crm for startups', surfaces: ['google_ai_overview'] }),
      });
      expect(answer.status).toBe(200);
    } finally {
      await service.stop();
    }
    const scopes = bodies
      .flatMap((body) => bodySchema.parse(JSON.parse(body)).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans);
    const spans = scopes.flatMap((scope) => scope.spans);
    expect(new Set(scopes.map(({ scope }) => scope.name))).toEqual(new Set(['capture-fleet']));
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['submit', 'capture', 'browser', 'navigate', 'proof', 'extract', 'settle']),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  }, 240_000);
});
