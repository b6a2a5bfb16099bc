import { z } from 'zod';
import { envelopeSchema, flatViewSchema } from '../contract/envelope.ts';
import { API_ERRORS, type ApiErrorCode } from '../contract/errors.ts';
import { jobStatusSchema } from '../contract/job-view.ts';
import { isPlaceName } from '../contract/region.ts';
import { SURFACE_NAMES } from '../contract/surface-name.ts';

/**
 * The bodies as they travel: strict, without transforms, so that OpenAPI says exactly what is accepted. `{path}` in
 * a message stands for the field's path (request-issues.ts fills it in).
 */
const QUERY = 'query must be 1-10000 characters.';
const KEY = 'idempotencyKey must be 1-255 printable ASCII characters';
const REPLICATES = 'replicates must be an integer from 1 to 50';
const SURFACES = 'surfaces must be an array of strings';
const COUNTRY = '{path} must be an ISO 3166-1 alpha-2 code';
const WEBHOOK_URL = 'webhook.url must be an absolute https URL without credentials';
const WEBHOOK_SECRET = 'webhook.secret must be 16-256 characters';

export const METHODS = ['auto', 'official-api', 'managed-vendor', 'own-fleet'] as const;

/** Length in code points, which is what a person counts (T8: emoji are two UTF-16 units). */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function isQuery(text: string): boolean {
  return text.trim() !== '' && codePoints(text) <= 10_000;
}

function isWebhookUrl(text: string): boolean {
  if (text.length > 2_048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const querySchema = z.string(QUERY).refine(isQuery, QUERY).describe('The exact text sent to each surface.');

const placeSchema = z
  .string('{path} must be a string')
  .refine(isPlaceName, { error: '{path} must be 1-60 characters with at least one letter or digit' });

export const regionWireSchema = z
  .strictObject(
    {
      country: z.string(COUNTRY).describe('ISO 3166-1 alpha-2 code'),
      city: placeSchema.optional(),
      language: z
        .string('{path} must be a language tag')
        .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, '{path} must be a BCP 47 language tag')
        .optional(),
    },
    '{path} must be a country code or an object',
  )
  .meta({ id: 'Region' });

export const webhookSchema = z
  .strictObject(
    {
      url: z.string(WEBHOOK_URL).refine(isWebhookUrl, WEBHOOK_URL),
      secret: z.string(WEBHOOK_SECRET).min(16, WEBHOOK_SECRET).max(256, WEBHOOK_SECRET).optional(),
    },
    'webhook must be an object with url and secret',
  )
  .describe("Called when each capture ends; forces async. Without a secret of its own, the account's sign.");

const shared = {
  query: querySchema.optional(),
  prompt: querySchema.optional().describe('Alias of query.'),
  regions: z
    .array(
      z.union([z.string(), regionWireSchema], '{path} must be a country code or an object'),
      'regions must be an array',
    )
    .min(1, 'regions must not be empty; omit it for an untargeted capture')
    .optional()
    .describe('At most 10. Omitted: one untargeted capture per surface.'),
  method: z.enum(METHODS, `method must be one of ${METHODS.join(', ')}`).optional(),
  priority: z
    .int('priority must be an integer from 1 to 10')
    .min(1, 'priority must be an integer from 1 to 10')
    .max(10, 'priority must be an integer from 1 to 10')
    .optional(),
  replicates: z
    .int(REPLICATES)
    .min(1, REPLICATES)
    .max(50, REPLICATES)
    .optional()
    .describe('Captures of each surface in each region; 1 by default.'),
  webhook: webhookSchema.optional(),
  idempotencyKey: z
    .string(KEY)
    .regex(/^[\x20-\x7E]{1,255}$/, KEY)
    .optional(),
};

const surfacesSchema = z
  .array(z.string(SURFACES).meta({ enum: [...SURFACE_NAMES] }), {
    error: (issue) => (issue.input === undefined ? 'At least one surface is required.' : SURFACES),
  })
  .min(1, 'At least one surface is required.');

/** Body of `POST /v1/search`. */
export const searchBodySchema = z
  .strictObject({ ...shared, surfaces: surfacesSchema }, 'body must be a JSON object')
  .meta({ id: 'SearchRequest' });

/** Body of `POST /v1/search/:surface`. */
export const aliasBodySchema = z
  .strictObject(
    {
      ...shared,
      surfaces: surfacesSchema.optional(),
      country: z
        .string('country must be an ISO 3166-1 alpha-2 code')
        .optional()
        .describe('Sugar for regions.'),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'SurfaceSearchRequest' });

export type SearchBody = z.infer<typeof searchBodySchema>;
export type AliasBody = z.infer<typeof aliasBodySchema>;

/** Query string of both submits. */
export const submitQuerySchema = z.object({
  mode: z.enum(['sync', 'async'], 'mode must be sync or async').optional(),
  view: z.enum(['flat'], 'view must be flat').optional(),
});

export type SubmitQuery = z.infer<typeof submitQuerySchema>;

const versionHeader = {
  'x-aisearch-version': z.string().optional().describe('Dialect asked for; the newest by default.'),
};
const requestIdHeader = { 'x-request-id': z.string().optional().describe('Echoed; else one is made.') };

/** Headers of both submits. Unknown ones pass. */
export const submitHeadersSchema = z.looseObject({
  prefer: z
    .string()
    .optional()
    .describe('wait=N (1 to 120 s) asks for a sync answer; respond-async for 202 instead of 504.'),
  'idempotency-key': z.string().optional().describe('The same as idempotencyKey.'),
  ...versionHeader,
  ...requestIdHeader,
});

/** Headers of the reads. */
export const readHeadersSchema = z.looseObject({ ...versionHeader, ...requestIdHeader });

/** Headers of a job's read. */
export const jobReadHeadersSchema = z.looseObject({
  prefer: z.string().optional().describe('wait=N (1 to 120 s): answer when the job has ended, or then.'),
  'if-none-match': z.string().optional().describe('The ETag of an earlier answer.'),
  ...versionHeader,
  ...requestIdHeader,
});

/** 200 of a sync submit. */
export const syncResultSchema = z
  .strictObject({ jobId: z.string(), status: jobStatusSchema, children: z.array(envelopeSchema) })
  .meta({ id: 'SyncResult' });

/** 200 of a sync submit with `view=flat`. */
export const flatResultSchema = z.union([
  flatViewSchema,
  z.strictObject({ results: z.array(flatViewSchema) }),
]);

/** 200 of a submit. */
export const submitAnswerSchema = z
  .union([syncResultSchema, flatResultSchema])
  .describe('Sync: every capture has ended.');

/** 202. */
export const acceptedSchema = z
  .strictObject({ jobId: z.string(), status: jobStatusSchema, children: z.array(z.string()) })
  .meta({ id: 'Accepted' });

type FlatCode = Exclude<ApiErrorCode, 'AUTH_MISSING'>;
const FLAT_CODES = Object.keys(API_ERRORS).filter((code) => code !== 'AUTH_MISSING');

/** Every error. */
export const errorBodySchema = z
  .strictObject({
    code: z.enum(FLAT_CODES as [FlatCode, ...FlatCode[]]),
    error: z.string(),
    request_id: z.string(),
    docs_url: z.string(),
    details: z
      .union([
        z.array(z.strictObject({ path: z.string(), message: z.string() })),
        z.record(z.string(), z.unknown()),
      ])
      .optional(),
  })
  .meta({ id: 'Error' });

export type ErrorBody = z.infer<typeof errorBodySchema>;

export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'draining']),
    version: z.string(),
    surfaces: z.array(z.strictObject({ name: z.string(), available: z.boolean() })),
  })
  .meta({ id: 'Health' });

export const probeSchema = z.strictObject({ status: z.string() }).meta({ id: 'Probe' });
