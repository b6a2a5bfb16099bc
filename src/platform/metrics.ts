import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from './log.ts';
import { addScraped, DatabaseSeries, type ReadSeries, type Series } from './scraped-series.ts';

/** Buckets of HTTP answers in seconds (OpenTelemetry's for http.server.request.duration), with room for sync waits. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const CAPTURE_BUCKETS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240];

/** What a process counts. Labels are few and closed sets: no account, query, id or URL is ever one. */
export interface Metrics {
  registry: Registry;
  httpRequests: Counter<'method' | 'route' | 'status'>;
  httpSeconds: Histogram<'method' | 'route'>;
  submits: Counter<'result'>;
  idempotentReplays: Counter;
  artifactVerifyFailures: Counter;
  webhookAttempts: Counter<'result'>;
  captures: Counter<'surface' | 'outcome'>;
  captureSeconds: Histogram<'surface' | 'outcome'>;
  selectorMisses: Counter<'surface' | 'selector'>;
  selectorLooks: Counter<'surface' | 'selector' | 'result'>;
  extractionHealth: Counter<'surface' | 'field' | 'health'>;
  artifactBytes: Counter<'surface' | 'kind'>;
  leaseLost: Counter;
  stuck: Counter;
  slots: Gauge<'state'>;
  /** Adds series that are read from their source whenever somebody scrapes. */
  onScrape(name: string, help: string, labels: readonly string[], read: ReadSeries): void;
  /** As `onScrape`, for what the database knows: a scrape waits for it 3 s at most, and goes without it then. */
  onScrapeDatabase(series: Series, log: Log): void;
  /** All series in the text format, with its content type. */
  text(): Promise<{ body: string; contentType: string }>;
}

/** The metrics of one process, with those of Node itself (event loop lag, memory, collections). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const fromDatabase = new DatabaseSeries(registry);
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...edgeSeries(registers),
    ...captureSeries(registers),
    onScrape: (name, help, labels, read) => addScraped(registry, { name, help, labels, read }),
    onScrapeDatabase: (series, log) => fromDatabase.add(series, log),
    text: async () => {
      await fromDatabase.refresh();
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

/** What API and courier count. */
function edgeSeries(registers: Registry[]) {
  return {
    httpRequests: new Counter({
      ...{ name: 'http_requests_total', help: 'Answered HTTP requests.', registers },
      labelNames: ['method', 'route', 'status'],
    }),
    httpSeconds: new Histogram({
      ...{ name: 'http_server_request_duration_seconds', help: 'Time to the answer.', registers },
      labelNames: ['method', 'route'],
      buckets: HTTP_BUCKETS,
    }),
    submits: new Counter({
      ...{ name: 'fleet_submits_total', help: 'Accepted searches: created or replayed.', registers },
      labelNames: ['result'],
    }),
    idempotentReplays: new Counter({
      name: 'idempotent_replays_total',
      help: 'Submits answered with the job of an earlier one.',
      registers,
    }),
    artifactVerifyFailures: new Counter({
      name: 'artifact_verify_failures_total',
      help: 'Artifacts withheld because they do not match their hash. Must stay 0.',
      registers,
    }),
    webhookAttempts: new Counter({
      ...{ name: 'webhook_attempts_total', help: 'Attempts at deliveries, by what came of them.', registers },
      labelNames: ['result'],
    }),
  } satisfies Partial<Metrics>;
}

/** What workers count. */
function captureSeries(registers: Registry[]) {
  return {
    captures: new Counter({
      ...{ name: 'captures_total', help: 'Attempts that ended, by outcome.', registers },
      labelNames: ['surface', 'outcome'],
    }),
    captureSeconds: new Histogram({
      ...{ name: 'capture_duration_seconds', help: 'One attempt, from claim to end.', registers },
      labelNames: ['surface', 'outcome'],
      buckets: CAPTURE_BUCKETS,
    }),
    selectorMisses: new Counter({
      ...{ name: 'selector_miss_total', help: 'Captures whose page showed none of a selector.', registers },
      labelNames: ['surface', 'selector'],
    }),
    selectorLooks: new Counter({
      ...{ name: 'selector_looks_total', help: 'Selectors looked for: hit, fallback or miss.', registers },
      labelNames: ['surface', 'selector', 'result'],
    }),
    extractionHealth: new Counter({
      ...{ name: 'extraction_health_total', help: 'Fields of ended captures, by health.', registers },
      labelNames: ['surface', 'field', 'health'],
    }),
    artifactBytes: new Counter({
      ...{ name: 'artifact_bytes_total', help: 'Bytes stored for ended captures.', registers },
      labelNames: ['surface', 'kind'],
    }),
    leaseLost: new Counter({
      name: 'lease_lost_total',
      help: 'Attempts that ended because another held the child, or it was canceled.',
      registers,
    }),
    stuck: new Counter({
      name: 'fleet_attempts_stuck_total',
      help: 'Attempts given up because they did not come back long after their deadline.',
      registers,
    }),
    slots: new Gauge({
      ...{ name: 'fleet_slots', help: 'Capture slots of this worker.', registers },
      labelNames: ['state'],
    }),
  } satisfies Partial<Metrics>;
}
