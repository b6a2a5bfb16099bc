import { z } from 'zod';
import { parseHostPorts, parseNetworks } from './addresses-setting.ts';
import { parseArtifacts } from './artifacts-setting.ts';
import { parseEgress } from './egress-setting.ts';
import { parseLanes } from './lanes-setting.ts';
import { parseRegions, parseSurfaces } from './serves-setting.ts';

/** A number of digits and nothing else, and what is allowed in every refusal of it. */
const whole = (low: number, high: number) =>
  z
    .string()
    .trim()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= low && Number(text) <= high,
      `must be a whole number from ${low} to ${high}`,
    )
    .transform(Number);
const port = whole(0, 65_535);
/** Longer than these no timer of Node may run (24.8 days), nor does anybody want to wait. */
const DAY_MS = 86_400_000;
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** Every setting, its variable, its default. The README's table is checked against this. */
export const environmentSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8787),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  FLEET_DATA_DIR: z.string().min(1).default('.fleet'),
  FLEET_API_KEY: z.string().min(20, 'must have 20 or more characters').optional(),
  FLEET_START_CREDITS: whole(0, 1_000_000_000).default(500),
  FLEET_RATE_LIMIT: whole(1, 10_000_000).default(6_000),
  FLEET_ANALYSIS_CREDITS: whole(0, 1_000).default(1),
  FLEET_AUTH_FAILURES: whole(0, 1_000_000).default(60),
  FLEET_TRUST_PROXY: z
    .string()
    .default('')
    .transform((text, context) => parseNetworks(text, context)),
  FLEET_SYNC_LIMIT: whole(1, 1_000_000).default(200),
  FLEET_QUEUE_LIMIT: whole(1, 1_000_000_000).default(10_000),
  FLEET_QUEUE_LIMIT_TOTAL: whole(1, 1_000_000_000).default(50_000),
  FLEET_ORIGIN: z.enum(['live', 'stage']).default('live'),
  FLEET_BROWSER_PATH: z.string().optional(),
  FLEET_BROWSER: z.enum(['auto', 'shell', 'chrome']).default('auto'),
  FLEET_BROWSER_PLUGINS: list,
  FLEET_SLOTS: whole(1, 64).optional(),
  FLEET_SURFACES: z
    .string()
    .optional()
    .transform((text, context) => parseSurfaces(text, context)),
  FLEET_REGIONS: z
    .string()
    .optional()
    .transform((text, context) => parseRegions(text, context)),
  FLEET_CAPTURE_TIMEOUT_MS: whole(1_000, 3_600_000).default(210_000),
  FLEET_DRAIN_MS: whole(1, DAY_MS).default(240_000),
  FLEET_JOB_TTL_MS: whole(1, 365 * DAY_MS).default(3_600_000),
  FLEET_SYNC_WAIT_S: whole(1, 120).default(60),
  FLEET_HEARTBEAT_S: whole(10, 3_600).default(10),
  FLEET_RETRY_DELAY_S: whole(0, 3_600).default(5),
  FLEET_EGRESS: z
    .string()
    .default('')
    .transform((text, context) => parseEgress(text, context)),
  FLEET_LANES: z
    .string()
    .default('')
    .transform((text, context) => parseLanes(text, context)),
  FLEET_ARTIFACTS: z
    .string()
    .optional()
    .transform((text, context) => (text === undefined ? undefined : parseArtifacts(text, context))),
  FLEET_PROFILE_KEY: z.string().min(16, 'must have 16 or more characters').optional(),
  FLEET_WEBHOOK_KEY: z.string().min(16, 'must have 16 or more characters').optional(),
  FLEET_WEBHOOK_ALLOW: z
    .string()
    .default('')
    .transform((text, context) => parseHostPorts(text, context)),
  FLEET_PAGE_ALLOW: z
    .string()
    .default('')
    .transform((text, context) => parseHostPorts(text, context)),
  FLEET_RETENTION_DAYS: whole(1, 36_500).default(90),
  FLEET_METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .optional(),
  ANALYSIS_LLM_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine((text) => !/^https?:\/\/[^/]*@/i.test(text), 'must hold no credentials; use ANALYSIS_LLM_API_KEY')
    .optional(),
  ANALYSIS_LLM_MODEL: z.string().min(1).max(200, 'must have at most 200 characters').optional(),
  ANALYSIS_LLM_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  FLEET_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** An environment that was understood. */
export type Environment = z.infer<typeof environmentSchema>;
