import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import type { FleetSurface } from '../contract/surface-name.ts';
import type { S3Place } from './artifacts-setting.ts';
import type { Egress } from './egress-setting.ts';
import { type Environment, environmentSchema } from './environment-schema.ts';
import type { LanesSetting } from './lanes-setting.ts';
import { type LanguageModelSetting, languageModelSetting } from './language-model-setting.ts';
import { servedRegions } from './serves-setting.ts';

export interface Config {
  host: string;
  port: number;
  /** Undefined: the embedded Postgres under `dataDir` is used. */
  databaseUrl: string | undefined;
  /** Absolute. Embedded Postgres, artifacts and browser scratch live under it. */
  dataDir: string;
  apiKey: string | undefined;
  /** Credits of the first account, and of new ones unless said otherwise. */
  startCredits: number;
  /** Submits per minute and key; other requests get ten times as many. */
  rateLimit: number;
  /** Credits for each capture of an async analysis. */
  analysisCredits: number;
  /** Refused API keys per minute and address before no more are looked at; 0: never. */
  authFailures: number;
  /** Addresses and networks of proxies whose `X-Forwarded-*` is believed; none: nobody's. */
  trustProxy: readonly string[];
  /** Sync requests that may wait at once, per account. */
  syncLimit: number;
  /** Captures accepted and not ended, per account. */
  queueLimit: number;
  /** The same, of all accounts together. */
  queueLimitTotal: number;
  origin: 'live' | 'stage';
  browserPath: string | undefined;
  browser: 'auto' | 'shell' | 'chrome';
  browserPlugins: string[];
  /** Captures that run at once in one worker. */
  slots: number;
  /** Surfaces this worker serves; undefined: all. */
  surfaces: readonly FleetSurface[] | undefined;
  /** Countries this worker serves (upper case, `GLOBAL` for untargeted captures); undefined: all. */
  regions: readonly string[] | undefined;
  captureTimeoutMs: number;
  drainMs: number;
  jobTtlMs: number;
  syncWaitS: number;
  heartbeatS: number;
  retryDelayS: number;
  /** Proxy per country (upper case): captures of that country leave through it. */
  egress: Readonly<Record<string, Egress>>;
  /** How gently each surface is used, where not as by default. */
  lanes: LanesSetting;
  /** S3 bucket for artifacts; undefined: files under `dataDir`. */
  artifacts: S3Place | undefined;
  /** Secret that encrypts profiles; undefined: a key file under `dataDir`. */
  profileKey: string | undefined;
  /** Secret that encrypts webhook secrets; undefined: a key file under `dataDir`. */
  webhookKey: string | undefined;
  /** `host:port` that webhooks may reach although they are not public https servers; for development. */
  webhookAllow: readonly string[];
  /** Private `host:port` pairs that page captures may reach; for development. */
  pageAllow: readonly string[];
  /** Days after its end that a job and its proof are kept. */
  retentionDays: number;
  /** Port that serves `/metrics` to the network; undefined: the API serves it, to this machine only. */
  metricsPort: number | undefined;
  /** Collector that traces are sent to (OTLP over HTTP); undefined: nothing is traced. */
  traceEndpoint: string | undefined;
  /** Writes some texts, never a figure; undefined: every text is made from its template. */
  languageModel: LanguageModelSetting | undefined;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/**
 * Reads the configuration from an environment (the only place that does). Throws CONFIG_INVALID naming the
 * variable, what came and what is allowed.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'environment');
    const shown = /KEY|EGRESS|ARTIFACTS|DATABASE_URL|OTLP|LLM/.test(name)
      ? '(not shown: it may hold a secret)'
      : JSON.stringify(given[name]);
    throw new FleetError('CONFIG_INVALID', `${name}=${shown} is not usable: ${issue?.message ?? 'invalid'}`);
  }
  return configOf(parsed.data, cwd);
}

function configOf(env: Environment, cwd: string): Config {
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    dataDir: isAbsolute(env.FLEET_DATA_DIR) ? env.FLEET_DATA_DIR : resolve(cwd, env.FLEET_DATA_DIR),
    apiKey: env.FLEET_API_KEY,
    startCredits: env.FLEET_START_CREDITS,
    rateLimit: env.FLEET_RATE_LIMIT,
    analysisCredits: env.FLEET_ANALYSIS_CREDITS,
    authFailures: env.FLEET_AUTH_FAILURES,
    trustProxy: env.FLEET_TRUST_PROXY,
    syncLimit: env.FLEET_SYNC_LIMIT,
    queueLimit: env.FLEET_QUEUE_LIMIT,
    queueLimitTotal: env.FLEET_QUEUE_LIMIT_TOTAL,
    origin: env.FLEET_ORIGIN,
    browserPath: env.FLEET_BROWSER_PATH,
    browser: env.FLEET_BROWSER,
    browserPlugins: env.FLEET_BROWSER_PLUGINS,
    slots: env.FLEET_SLOTS ?? Math.max(2, availableParallelism() * 2),
    surfaces: env.FLEET_SURFACES,
    regions: servedRegions(env.FLEET_REGIONS, env.FLEET_EGRESS),
    captureTimeoutMs: env.FLEET_CAPTURE_TIMEOUT_MS,
    drainMs: env.FLEET_DRAIN_MS,
    jobTtlMs: env.FLEET_JOB_TTL_MS,
    syncWaitS: env.FLEET_SYNC_WAIT_S,
    heartbeatS: env.FLEET_HEARTBEAT_S,
    retryDelayS: env.FLEET_RETRY_DELAY_S,
    egress: env.FLEET_EGRESS,
    lanes: env.FLEET_LANES,
    artifacts: env.FLEET_ARTIFACTS,
    profileKey: env.FLEET_PROFILE_KEY,
    webhookKey: env.FLEET_WEBHOOK_KEY,
    webhookAllow: env.FLEET_WEBHOOK_ALLOW,
    pageAllow: env.FLEET_PAGE_ALLOW,
    retentionDays: env.FLEET_RETENTION_DAYS,
    metricsPort: env.FLEET_METRICS_PORT,
    traceEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    languageModel: languageModelSetting(env),
    logLevel: env.FLEET_LOG_LEVEL,
  };
}

/** Names of all variables, for the README check and `doctor`. */
export const CONFIG_VARIABLES = Object.keys(environmentSchema.shape);

/** The process's own configuration. */
export function processConfig(): Config {
  return readConfig(process.env, process.cwd());
}

/** Directories that programs are looked for in. */
export function executableSearchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
}

/** What a browser must not see of our environment: where the data lies and the keys to it. */
const PRIVATE_VARIABLE = /^(?:FLEET_|AWS_|PG|OTEL_|ANALYSIS_)|DATABASE_URL$/;

/** This process's environment for a browser: without our settings and secrets, with `added`. */
export function browserEnvironment(added: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || PRIVATE_VARIABLE.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), ...added };
}

let temporaryTurn: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` while the system's folder for temporary files (os.tmpdir()) is `directory`, for the whole process; one
 * at a time. Playwright puts a browser's profile there and takes no other path for it (1.65, 2026-11).
 */
export function withTemporaryDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const turn = temporaryTurn.then(async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = directory;
    try {
      return await work();
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
  temporaryTurn = turn.catch(() => undefined); // Its own caller reports a failure; the next one only waits its turn.
  return turn;
}
