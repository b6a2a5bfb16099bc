import { z } from 'zod';
import { answerSchema } from './answer.ts';
import { browserInfoSchema } from './capture-record.ts';
import { evidenceSchema, sourceSchema } from './evidence.ts';
import { extractionSchema } from './extraction-report.ts';
import { OUTCOMES, outcomeSchema } from './outcome.ts';
import { surfaceNameSchema } from './surface-name.ts';

// The Envelope's parts come with it, so that who reads one needs to know one place.
export * from './answer.ts';
export * from './evidence.ts';
export * from './extraction-report.ts';

/** Version of the Envelope's schema; additions raise the minor, nothing else is allowed to change. */
export const SCHEMA_VERSION = '1.0';

export const CHILD_STATUSES = ['queued', 'processing', 'completed', 'failed', 'canceled', 'expired'] as const;
export const childStatusSchema = z.enum(CHILD_STATUSES);

export const artifactsSchema = z
  .strictObject({
    rawKey: z.string().nullable(),
    proofHtmlKey: z.string().nullable(),
    screenshotKey: z.string().nullable(),
    thumbnailKey: z.string().nullable(),
    rawSha256: z.string().nullable(),
    proofHtmlSha256: z.string().nullable(),
    screenshotSha256: z.string().nullable(),
    thumbnailSha256: z.string().nullable(),
  })
  .meta({ id: 'Artifacts' });

export const failureSchema = z
  .strictObject({ code: z.string(), message: z.string(), retryable: z.boolean() })
  .meta({ id: 'Failure' });

export const envelopeJobSchema = z
  .strictObject({
    id: z.string(),
    query: z.string(),
    surface: surfaceNameSchema,
    method: z.literal('own-fleet'),
    region: z.string().describe('the region key asked for, or GLOBAL'),
    status: childStatusSchema,
    warnings: z.array(z.string()),
    requestedAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
    artifacts: artifactsSchema,
    outcome: outcomeSchema.nullable().describe('null until the capture ended'),
    failure: failureSchema.nullable(),
    attempts: z.int().nonnegative(),
    replicate: z.int().positive(),
  })
  .meta({ id: 'EnvelopeJob' });

export const provenanceSchema = z
  .strictObject({
    method: z.literal('scrape'),
    acquisition: z.literal('own-fleet'),
    official: z.literal(false),
    model: z.strictObject({
      providerId: z.string().nullable(),
      observedLabel: z.string().nullable(),
      inferred: z.boolean(),
      confidence: z.number().min(0).max(1),
    }),
    webSearch: z.strictObject({ enabled: z.boolean(), known: z.boolean() }),
    surfacePresent: z.boolean().nullable(),
    region: z.strictObject({
      requested: z.string().nullable(),
      effective: z.string().nullable(),
      basis: z.enum(['observed', 'egress', 'locale', 'none']),
    }),
    fidelity: z.literal('consumer_ui'),
    capturedAt: z.iso.datetime().nullable(),
    loginState: z.enum(['anonymous', 'signed_in', 'unknown']),
    adapter: z.strictObject({ name: surfaceNameSchema, version: z.string() }),
    origin: z.enum(['live', 'stage', 'file']).describe('live site, the replay stage, or a stored file'),
    browser: browserInfoSchema.nullable(),
    finalUrl: z.string().nullable(),
  })
  .meta({ id: 'Provenance' });

export const rawSchema = z.strictObject({ ref: z.string().nullable() });

/** The canonical result of one capture. */
export const envelopeSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    job: envelopeJobSchema,
    provenance: provenanceSchema,
    answer: answerSchema,
    evidence: evidenceSchema,
    extraction: extractionSchema.nullable().describe('null until the capture ended'),
    raw: rawSchema,
  })
  .meta({ id: 'Envelope' });

/** The part of the Envelope that is a pure function of the CaptureRecord; what `fleet replay` reproduces. */
export const envelopeBodySchema = z.strictObject({
  outcome: z.enum(OUTCOMES),
  answer: answerSchema,
  evidence: evidenceSchema,
  provenance: provenanceSchema,
  extraction: extractionSchema,
});

/** `view=flat`: the five-field projection. */
export const flatViewSchema = z
  .strictObject({
    surface: surfaceNameSchema,
    status: childStatusSchema,
    text: z.string(),
    markdown: z.string(),
    sources: z.array(sourceSchema),
  })
  .meta({ id: 'FlatResult' });

export type ChildStatus = z.infer<typeof childStatusSchema>;
export type Failure = z.infer<typeof failureSchema>;
export type Artifacts = z.infer<typeof artifactsSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type Envelope = z.infer<typeof envelopeSchema>;
export type EnvelopeBody = z.infer<typeof envelopeBodySchema>;
export type FlatView = z.infer<typeof flatViewSchema>;

export const NO_ARTIFACTS: Artifacts = {
  rawKey: null,
  proofHtmlKey: null,
  screenshotKey: null,
  thumbnailKey: null,
  rawSha256: null,
  proofHtmlSha256: null,
  screenshotSha256: null,
  thumbnailSha256: null,
};

/** Projects an Envelope to the flat view of `view=flat` (reference/search-api.md). */
export function flatView(envelope: Envelope): FlatView {
  return {
    surface: envelope.job.surface,
    status: envelope.job.status,
    text: envelope.answer.text,
    markdown: envelope.answer.markdown,
    sources: envelope.evidence.sources,
  };
}

/** JSON Schema (2020-12) of the Envelope, for `/openapi.json`, docs and auditors. */
export function envelopeJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(envelopeSchema, { io: 'output' }) as Record<string, unknown>;
}
