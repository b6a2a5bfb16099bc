import type { FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import { readDepth } from '../jobs/queue-state.ts';
import { readEnds } from '../jobs/surface-health.ts';
import type { ReadSeries } from '../platform/scraped-series.ts';
import { watchAlarms } from './alarm-metrics.ts';
import type { ApiContext } from './api-context.ts';
import type { App } from './fastify-types.ts';
import { LANE_PHASES } from './lane-status.ts';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * `GET /metrics`, never for the public: on this port only for a direct caller on this machine, and not at all when
 * FLEET_METRICS_PORT gives it a port of its own. Everybody else finds no such route.
 */
export function metricsRoutes(app: App, context: ApiContext): void {
  watchDatabase(context);
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (context.config.metricsPort !== undefined || !isLocal(request)) {
      throw new ApiError('NOT_FOUND', 'no route GET /metrics');
    }
    const { body, contentType } = await context.metrics.text();
    return reply.type(contentType).send(body);
  });
}

/** A proxy on this machine calls from loopback too, but says for whom. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers);
  return LOOPBACK.test(raw.socket.remoteAddress ?? '') && !forwarded;
}

/** Series that the database knows: read when somebody scrapes, by any API process alike. */
function watchDatabase({ metrics, db, clock, waiters, lanes, log }: ApiContext): void {
  const series = (name: string, help: string, labels: readonly string[], read: ReadSeries): void =>
    metrics.onScrapeDatabase({ name, help, labels, read }, log);
  series('fleet_open_children', 'Captures that wait or run.', ['surface', 'status'], async () => {
    const depth = await readDepth(db);
    return depth.map(({ surface, status, count }) => ({ labels: { surface, status }, value: count }));
  });
  series('fleet_ended_children_24h', 'How captures ended.', ['surface', 'end'], async () => {
    const ends = await readEnds(db, clock.now());
    return ends.map(({ surface, end, count }) => ({ labels: { surface, end }, value: count }));
  });
  watchAlarms(db, series);
  const lane = ['surface', 'egress'];
  series('fleet_lane_phase', 'Breaker: 1 for the phase it is in.', [...lane, 'phase'], async () =>
    (await lanes()).flatMap(({ surface, egress, phase: now }) =>
      LANE_PHASES.map((phase) => ({ labels: { surface, egress, phase }, value: Number(phase === now) })),
    ),
  );
  series('fleet_lane_in_flight', 'Captures under way on a lane, of all workers.', lane, async () =>
    (await lanes()).map(({ surface, egress, inFlight }) => ({
      labels: { surface, egress },
      value: inFlight,
    })),
  );
  series('fleet_lane_cool_downs', 'Cool-downs of a lane in a row.', lane, async () =>
    (await lanes()).map(({ surface, egress, openings }) => ({
      labels: { surface, egress },
      value: openings,
    })),
  );
  metrics.onScrape('sync_inflight', 'Requests that wait for a job.', [], async () => [
    { labels: {}, value: waiters.size },
  ]);
}
