import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Api, type ApiOptions, createApi } from '../../../src/api/server.ts';
import type { SurfaceCatalog } from '../../../src/api/surface-catalog.ts';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { API_VERSIONS, DEFAULT_VERSION } from '../../../src/contract/dialect.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type Config, readConfig } from '../../../src/platform/config.ts';
import { type Listener, openListener } from '../../../src/platform/listener.ts';
import type { Log } from '../../../src/platform/log.ts';
import { createMetrics, type Metrics } from '../../../src/platform/metrics.ts';
import { testLog } from '../database.ts';
import { type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';
import { type ResponseCheck, responseCheck } from './openapi-check.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  body: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A running API on its own database, with a key. */
export interface ApiWorld extends JobsWorld {
  api: Api;
  listener: Listener;
  url: string;
  key: string;
  config: Config;
  databaseUrl: string;
  store: FsArtifactStore;
  metrics: Metrics;
  /** One request; every answer is checked against the served OpenAPI document and for the headers all must have. */
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** POST with a key and a JSON body. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

const catalog: SurfaceCatalog = SURFACE_NAMES.map((name) => ({
  name,
  regions: name === 'google_ai_overview' ? ['US', 'DE'] : 'any',
  login: name === 'chatgpt' ? 'optional' : 'none',
  available: name !== 'claude',
}));

export async function openApiWorld(
  given: {
    config?: Partial<Config>;
    drainMs?: number;
    listenAt?: (url: string) => Promise<string>;
    store?: ArtifactStore;
    log?: Log;
    pages?: ApiOptions['pages'];
  } = {},
): Promise<ApiWorld> {
  const jobs = await openJobsWorld();
  const listenUrl = given.listenAt === undefined ? jobs.url : await given.listenAt(jobs.url);
  const listener = await openListener(listenUrl, { log: testLog, applicationName: 'listen-under-test' });
  const config: Config = {
    ...readConfig({ FLEET_ORIGIN: 'stage', FLEET_SYNC_WAIT_S: '20', FLEET_AUTH_FAILURES: '0' }, '/tmp'),
    port: 0,
    ...given.config,
  };
  const directory = mkdtempSync(join(tmpdir(), 'fleet-api-'));
  const store = new FsArtifactStore(directory);
  const metrics = createMetrics();
  const api = await createApi({
    ...{
      config,
      db: jobs.db,
      queue: jobs.queue,
      listener,
      catalog,
      store: given.store ?? store,
      metrics,
      log: given.log ?? testLog,
      clock: systemClock,
    },
    limits: { headersS: 1, requestS: 2 },
    ...(given.pages === undefined ? {} : { pages: given.pages }),
    ...(given.drainMs === undefined ? {} : { drainMs: given.drainMs }),
  });
  const { url } = await api.listen();
  const { key } = await createKey(jobs.db, { label: 'test' }, Date.now());
  const checks = new Map<string, ResponseCheck>();
  for (const version of API_VERSIONS) {
    checks.set(version, responseCheck((await exchange(url, `/openapi/${version}.json`, {})).body));
  }
  const docs = (await exchange(url, '/docs', {})).text;
  const ask = async (path: string, asked: Ask = {}): Promise<Answer> => {
    const answer = await exchange(url, path, asked);
    expectLiveAnchor(answer, docs);
    expectStandard(answer, checks, asked.method ?? 'GET', path);
    return answer;
  };
  const bearer = { authorization: `Bearer ${key}` };
  return {
    ...{ store, metrics },
    ...{ ...jobs, api, listener, url, key, config, databaseUrl: jobs.url, ask },
    post: (path, body, headers) => ask(path, { method: 'POST', body, headers: { ...bearer, ...headers } }),
    get: (path, headers) => ask(path, { headers: { ...bearer, ...headers } }),
    close: async () => {
      await api.close();
      await listener.close();
      await jobs.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Code, message and details of an error in either dialect. */
export function errorOf(answer: Answer): { code: string; message: string; details?: unknown } {
  const { error, code, details } = answer.body;
  return typeof error === 'object' ? error : { code, message: error, details };
}

/** `docs_url` of an error points at something that is there. */
function expectLiveAnchor({ body }: Answer, docs: string): void {
  if (typeof body?.docs_url !== 'string') return;
  expect(docs).toContain(`id="${body.docs_url.split('#')[1]}"`);
}

function expectStandard(
  answer: Answer,
  checks: ReadonlyMap<string, ResponseCheck>,
  method: string,
  path: string,
): void {
  expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  const version = String(answer.headers['x-aisearch-version']);
  expect(answer.headers.vary).toBe('X-AISearch-Version');
  const check = checks.get(version);
  if (check === undefined) throw new Error(`answered in version ${version}`);
  if (method === 'HEAD' || path === '/docs' || /^\/openapi/.test(path) || answer.status === 304) return;
  const isJson = /json/.test(String(answer.headers['content-type']));
  if (isJson) expect(check(method, path, answer.status, answer.body)).toBeUndefined();
  if (answer.status < 400) return;
  expect(answer.headers['x-should-retry']).toMatch(/^(true|false)$/);
  if (version !== DEFAULT_VERSION) return;
  expect(answer.body.request_id).toBe(answer.headers['x-request-id']);
  expect(answer.body.docs_url).toMatch(new RegExp(`^https?://[^/]+/docs#${answer.body.code.toLowerCase()}$`));
}

/** A request by node:http, which sends the path and the headers as they are. */
async function exchange(base: string, path: string, asked: Ask): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const payload = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const type = payload === undefined || asked.raw !== undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        ...{ hostname, port, path, method: asked.method ?? 'GET', agent: false },
        headers: { ...type, ...asked.headers },
        ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      },
      (received) => {
        const chunks: Buffer[] = [];
        received.on('data', (chunk: Buffer) => chunks.push(chunk));
        received.on('error', reject);
        received.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /json/.test(received.headers['content-type'] ?? '') && text !== '';
          resolve({
            status: received.statusCode ?? 0,
            headers: received.headers,
            text,
            body: isJson ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

/** Writes bytes to the server and reads until it closes; for what no HTTP client would send. */
export async function rawExchange(base: string, bytes: string): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const text = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
  const [head = '', payload = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]]),
  );
  return {
    status: Number(first.split(' ')[1]),
    headers,
    text,
    body: payload === '' ? undefined : JSON.parse(payload),
  };
}
