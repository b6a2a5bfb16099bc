import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import { serveMetrics } from '../platform/metrics-server.ts';
import type { Opened } from './foundation.ts';

/** The process's metrics; on a port of their own when FLEET_METRICS_PORT is set, with `unready` behind its `/readyz`. */
export async function openMetrics(
  config: Config,
  log: Log,
  opened: Opened,
  unready?: () => string | undefined,
): Promise<Metrics> {
  const metrics = createMetrics();
  const { host, metricsPort: port } = config;
  if (port !== undefined) {
    const server = opened.add(await serveMetrics(metrics, { host, port, log, unready }), (part) =>
      part.stop(),
    );
    log.info({ url: server.url }, 'metrics served');
  }
  return metrics;
}
