import { Writable } from 'node:stream';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from '../../../src/api/server.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { startTraces, type TraceExport } from '../../../src/platform/trace-export.ts';
import { webhookCipher } from '../../../src/webhooks/cipher.ts';
import { Courier } from '../../../src/webhooks/courier.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;
const WEBHOOK_KEY = 'a key of the trace test';
const CLIENT_TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';
/** Nothing here is about speed: a machine that stalls must not fail it. */
const PATIENCE_MS = 150_000;

let world: WorkerWorld;
let receiver: Receiver;
let traces: TraceExport;
let api: Api;
let courier: Courier;
let url: string;
let key: string;
const spans = new InMemorySpanExporter();
const lines: Record<string, unknown>[] = [];
const log = pino(
  { level: 'info' },
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  }),
);

beforeAll(async () => {
  traces = await startTraces(new SimpleSpanProcessor(spans), 'test', testLog);
  world = await openWorkerWorld({
    ...{ surfaces: [echoSurface()], stages: [echoStage()], captureTimeoutMs: 90_000 },
  });
  receiver = await startReceiver();
  const { db } = world.fresh;
  const read = readConfig({ FLEET_ORIGIN: 'stage', FLEET_WEBHOOK_KEY: WEBHOOK_KEY }, world.dataDir);
  const config = { ...read, port: 0, webhookAllow: [receiver.hostPort] };
  api = await createApi({
    ...{ config, db, queue: world.queue, listener: world.listener, store: world.store },
    ...{ log, clock: systemClock, limits: { headersS: 120, requestS: 120 } },
    catalog: [{ name: 'chatgpt', regions: 'any', login: 'none', available: true }],
  });
  url = (await api.listen()).url;
  key = (await createKey(db, { label: 'traces' }, Date.now())).key;
  courier = new Courier({
    ...{ db, listener: world.listener, log, clock: systemClock, random: () => 0 },
    ...{ guard: new AddressGuard([receiver.hostPort]), cipher: webhookCipher(config) },
  });
  await courier.start();
  await world.worker({ log });
});
afterAll(async () => {
  await courier?.stop();
  await api?.close();
  await receiver?.close();
  await world?.close();
  await traces?.stop();
});

/** Submits a search of one surface with a webhook; tells its job once the webhook was acknowledged. */
async function searched(query: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/v1/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      ...{ query, surfaces: ['chatgpt'] },
      webhook: { url: `${receiver.url}/${encodeURIComponent(query)}`, secret: SECRET },
    }),
  });
  const { jobId } = (await answer.json()) as { jobId: string };
  expect(answer.status).toBe(202);
  await expect.poll(() => ofJob(jobId, 'deliver').length, { timeout: PATIENCE_MS }).toBe(1);
  return jobId;
}

function ofJob(jobId: string, name: string): ReadableSpan[] {
  return spans
    .getFinishedSpans()
    .filter((span) => span.name === name && span.attributes['fleet.job_id'] === jobId);
}

function one(found: readonly ReadableSpan[]): ReadableSpan {
  const [span] = found;
  if (span === undefined || found.length > 1) throw new Error(`${found.length} spans where one was expected`);
  return span;
}

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

describe('a traced search', () => {
  it(
    'is one trace from the request of its client to the webhook, each step under the one that led to it',
    async () => {
      const jobId = await searched('hello', { traceparent: `00-${CLIENT_TRACE}-${CLIENT_SPAN}-01` });
      const [submit, capture, deliver] = ['submit', 'capture', 'deliver'].map((name) =>
        one(ofJob(jobId, name)),
      );
      if (submit === undefined || capture === undefined || deliver === undefined)
        throw new Error('unreachable');
      expect(parentOf(submit)).toBe(CLIENT_SPAN);
      expect([parentOf(capture), parentOf(deliver)]).toEqual([
        submit.spanContext().spanId,
        submit.spanContext().spanId,
      ]);
      const mine = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === CLIENT_TRACE);
      const steps = mine.filter((span) => parentOf(span) === capture.spanContext().spanId);
      expect(steps.map(({ name }) => name)).toEqual([
        ...['browser', 'navigate', 'compose', 'send', 'await', 'proof', 'extract', 'settle'],
      ]);
      expect(mine).toHaveLength(3 + steps.length);
      expect(capture.attributes).toMatchObject({
        ...{ 'fleet.surface': 'chatgpt', 'fleet.region': 'GLOBAL', 'fleet.attempt': 1 },
        ...{ 'fleet.child_id': `${jobId}.chatgpt.own-fleet.GLOBAL`, 'fleet.outcome': 'answered' },
      });
      expect(deliver.attributes).toMatchObject({
        'fleet.result': 'acknowledged',
        'http.response.status_code': 204,
      });
      // The receiver can go on from the very attempt that reached it.
      const received = receiver.received.find(({ path }) => path === '/hello');
      expect(received?.headers.traceparent).toBe(`00-${CLIENT_TRACE}-${deliver.spanContext().spanId}-01`);
      // The lines of request, capture and delivery carry its id; `answered` is written behind the answer.
      const named = (): unknown[] =>
        lines.flatMap(({ trace_id, msg }) => (trace_id === CLIENT_TRACE ? [msg] : []));
      await expect
        .poll(named, { timeout: PATIENCE_MS })
        .toEqual(
          expect.arrayContaining(['search.accepted', 'answered', 'capture.finished', 'webhook attempted']),
        );
      // Nothing of what was asked or shown is in any span.
      expect(
        JSON.stringify(mine.map(({ name, attributes, status }) => [name, attributes, status])),
      ).not.toMatch(/hello|https?:/);
    },
    2 * PATIENCE_MS,
  );
});
