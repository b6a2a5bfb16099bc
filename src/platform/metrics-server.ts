import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FleetError } from '../contract/errors.ts';
import { errorCode } from './database-error.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServing {
  host: string;
  port: number;
  log: Log;
  /** Why this process takes no work at present; undefined while it does. Absent: it always does. */
  unready?: (() => string | undefined) | undefined;
}

/**
 * Serves `/metrics`, `/healthz` (the process lives) and `/readyz` (it takes work, else 503 and why not) on a port of their
 * own, for scrapers and probes inside the network. Throws PORT_IN_USE.
 */
export async function serveMetrics(
  metrics: Metrics,
  { host, port, log, unready }: MetricsServing,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') return void response.end('ok\n');
    if (request.url === '/readyz') {
      const reason = unready?.();
      return void response.writeHead(reason === undefined ? 200 : 503).end(`${reason ?? 'ready'}\n`);
    }
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    metrics.text().then(
      ({ body, contentType }) => response.setHeader('content-type', contentType).end(body),
      (error: unknown) => {
        log.warn({ err: error }, 'metrics could not be collected');
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new FleetError('PORT_IN_USE', `port ${port} on ${host} is in use`, {
      fix: 'set FLEET_METRICS_PORT to a free port',
      cause: error,
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}/metrics`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
