import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { startTraceExport } from '../platform/trace-export.ts';
import type { Opened } from './foundation.ts';

/** Traces to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, if one is set. Opened first, so that they are sent last. */
export async function openTraces(config: Config, role: string, log: Log, opened: Opened): Promise<void> {
  const { traceEndpoint } = config;
  if (traceEndpoint === undefined) return;
  opened.add(await startTraceExport(traceEndpoint, role, log), (part) => part.stop());
}
