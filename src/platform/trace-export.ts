import { hostname } from 'node:os';
import { context, type DiagLogger, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Deadline } from './deadline.ts';
import type { Log } from './log.ts';

export interface TraceExport {
  /** Sends what is still held, within the flush's time, and ends. Never throws: what could not be sent is logged. */
  stop(): Promise<void>;
}

const FLUSH_MS = 12_000;
/** Of one request to the collector (OpenTelemetry's own 10 s): less than the flush, so that the last one can end. */
const SEND_SHARE = 5 / 6;

/**
 * Starts the OpenTelemetry SDK with an exporter to a collector (OTLP over HTTP, `<endpoint>/v1/traces`). Its packages
 * are loaded here and only here, so that a process without OTEL_EXPORTER_OTLP_ENDPOINT pays nothing for them.
 */
export async function startTraceExport(
  endpoint: string,
  role: string,
  log: Log,
  flushMs: number = FLUSH_MS,
): Promise<TraceExport> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-node');
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: flushMs * SEND_SHARE });
  return startTraces(new BatchSpanProcessor(exporter), role, log, flushMs);
}

/** Starts the SDK with any processor of spans; one per process. */
export async function startTraces(
  processor: SpanProcessor,
  role: string,
  log: Log,
  flushMs: number = FLUSH_MS,
): Promise<TraceExport> {
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    '@opentelemetry/resources'
  );
  const ours = defaultResource().merge(
    resourceFromAttributes({
      ...{ 'service.name': 'capture-fleet', 'service.instance.id': `${hostname()}-${process.pid}` },
      'fleet.role': role,
    }),
  );
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which operators know, go before.
  const resource = ours.merge(detectResources({ detectors: [envDetector] }));
  diag.setLogger(diagnosticsTo(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    stop: async () => {
      try {
        await Deadline.after(flushMs).run('trace flush', () => provider.shutdown());
      } catch (error) {
        log.warn({ err: error }, 'the last traces could not be sent');
      }
      for (const api of [trace, context, propagation, diag]) api.disable();
    },
  };
}

/** What the SDK has to complain about (a collector that does not answer) goes into our log. */
function diagnosticsTo(log: Log): DiagLogger {
  const say =
    (level: 'warn' | 'debug') =>
    (message: string): void =>
      log[level]({ from: 'opentelemetry' }, message);
  return {
    error: say('warn'),
    warn: say('warn'),
    info: say('debug'),
    debug: say('debug'),
    verbose: say('debug'),
  };
}
