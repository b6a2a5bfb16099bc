import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../../src/contract/errors.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { startTraceExport, type TraceExport } from '../../../src/platform/trace-export.ts';
import { activeTraceparent, traced, traceFields, traceIdOf } from '../../../src/platform/traces.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const silent = pino({ level: 'silent' });
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A collector on loopback that keeps what it is sent. */
async function collector(): Promise<{ endpoint: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(`${request.url} ${Buffer.concat(chunks).toString()}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

async function started(endpoint: string, flushMs = 50_000, log = silent): Promise<TraceExport> {
  const traces = await startTraceExport(endpoint, 'test', log, flushMs);
  closers.push(() => traces.stop());
  return traces;
}

describe('without a collector', () => {
  it('is the default', () => {
    expect(readConfig({}, '/').traceEndpoint).toBeUndefined();
  });

  it('a step is only its work: same result, same error, and no traceparent to be written anywhere', async () => {
    const seen = await traced('step', { parent: PARENT }, async (step) => {
      step.set({ a: 1 });
      step.fail('timeout');
      return activeTraceparent();
    });
    expect(seen).toBeUndefined();
    const error = new FleetError('LEASE_LOST', 'x');
    await expect(traced('step', {}, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('with a collector', () => {
  it('every step is sent there before the process ends, under its name and its parent', async () => {
    const { endpoint, bodies } = await collector();
    const traces = await started(`${endpoint}/`);
    const inner = await traced('outer', { parent: PARENT }, () =>
      traced('inner', {}, async () => activeTraceparent()),
    );
    expect(inner).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    await traces.stop();
    const sent = bodies.join('\n');
    expect(sent).toMatch(/^\/v1\/traces /);
    for (const part of ['"outer"', '"inner"', '"capture-fleet"', '"fleet.role"', 'b7ad6b7169203331'])
      expect(sent).toContain(part);
  });

  it('an error is told by its code, never by its message', async () => {
    const { endpoint, bodies } = await collector();
    const traces = await started(endpoint);
    const error = new FleetError('LEASE_LOST', 'what somebody asked');
    await expect(traced('step', {}, () => Promise.reject(error))).rejects.toBe(error);
    await traces.stop();
    expect(bodies.join('\n')).toContain('"LEASE_LOST"');
    expect(bodies.join('\n')).not.toContain('somebody');
  });

  it('that is away, the process ends all the same and the log says what was lost', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const traces = await started('http://127.0.0.1:9', 1_000, log);
    await traced('step', {}, async () => undefined);
    await traces.stop();
    expect(lines.join('\n')).toMatch(/opentelemetry|could not be sent/);
  });
});

describe('the trace id of a traceparent', () => {
  it('is its second part, and none of what is no traceparent', () => {
    expect(traceIdOf(PARENT)).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(traceFields(PARENT)).toEqual({ trace_id: '0af7651916cd43dd8448eb211c80319c' });
    for (const bad of [null, undefined, '', 'hello', `${PARENT}x`]) expect(traceFields(bad)).toEqual({});
  });
});

describe('OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it.each(['collector:4318', 'ftp://collector', 'nowhere'])('%s is refused without being shown', (value) => {
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: value }, '/')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining(value) }),
    );
  });
});
