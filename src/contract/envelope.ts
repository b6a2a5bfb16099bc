import { z } from 'zod';
import { browserInfoSchema } from './capture-record.ts';
import { OUTCOMES, outcomeSchema } from './outcome.ts';
import { surfaceNameSchema } from './surface-name.ts';

/** Version of the Envelope's schema; additions raise the minor, nothing else is allowed to change. */
export const SCHEMA_VERSION = '1.0';

/** Half-open `[start, end)` UTF-16 offsets into `answer.text`: what `text.slice(start, end)` gives. */
export const charRangeSchema = z
  .tuple([z.int().nonnegative(), z.int().positive()])
  .refine(([start, end]) => start < end, 'a char range must not be empty')
  .meta({ id: 'CharRange' });

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

export interface ListItem {
  text: string;
  referenceIds: number[];
  ordered?: boolean | undefined;
  items?: ListItem[] | undefined;
}

export const listItemSchema: z.ZodType<ListItem> = z
  .strictObject({
    text: z.string(),
    referenceIds: z.array(z.int().positive()),
    ordered: z.boolean().optional().describe('of the nested items'),
    get items() {
      return z.array(listItemSchema).optional();
    },
  })
  .meta({ id: 'ListItem' });

export const BLOCK_TYPES = [
  'paragraph',
  'heading',
  'list',
  'table',
  'code',
  'quote',
  'image',
  'video',
  'product',
  'other',
] as const;

export const blockSchema = z
  .strictObject({
    type: z.enum(BLOCK_TYPES),
    text: z.string(),
    referenceIds: z.array(z.int().positive()),
    level: z.int().min(1).max(6).optional(),
    ordered: z.boolean().optional(),
    items: z.array(listItemSchema).optional(),
    rows: z.array(z.array(z.string())).optional().describe('first row is the header'),
    language: z.string().optional(),
    url: z.string().optional(),
  })
  .meta({ id: 'Block' });

export const answerSchema = z
  .strictObject({ text: z.string(), markdown: z.string(), blocks: z.array(blockSchema) })
  .meta({ id: 'Answer' });

export const sourceSchema = z
  .strictObject({
    id: z.int().positive(),
    url: z
      .string()
      .nullable()
      .describe('as shown, tracking parameters kept; null when only an opaque redirect is known'),
    canonicalUrl: z.string().nullable().describe('without tracking parameters and text fragment'),
    wrappedUrl: z.string().optional(),
    title: z.string().nullable(),
    domain: z.string().nullable(),
    publisher: z.string().nullable(),
    snippet: z.string().nullable(),
    publishedAt: z.string().nullable(),
    position: z.int().positive().nullable().describe("1-based place in the surface's own source list"),
    role: z.enum(['cited', 'retrieved']),
    cited: z.boolean(),
    charRanges: z.array(charRangeSchema),
    charRangesBasis: z.enum(['exact', 'sentence', 'block']).nullable(),
    providerRef: z.string().nullable().describe("the surface's own id for it"),
  })
  .meta({ id: 'Source' });

export const mentionSchema = z
  .strictObject({
    text: z.string(),
    category: z.string().nullable(),
    charRanges: z.array(charRangeSchema),
  })
  .meta({ id: 'Mention' });

export const shoppingItemSchema = z
  .strictObject({
    title: z.string(),
    url: z.string().nullable(),
    merchant: z.string().nullable(),
    price: z.string().nullable(),
    rating: z.number().nullable(),
    reviews: z.number().nullable(),
    imageUrl: z.string().nullable(),
    offers: z.array(
      z.strictObject({
        merchant: z.string().nullable(),
        price: z.string().nullable(),
        url: z.string().nullable(),
        available: z.boolean().nullable(),
        tag: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ShoppingItem' });

export const adSchema = z
  .strictObject({
    advertiser: z.string().nullable(),
    title: z.string().nullable(),
    text: z.string().nullable(),
    url: z.string().nullable(),
    position: z.string().nullable(),
  })
  .meta({ id: 'Ad' });

export const RESULT_TYPES = [
  'organic',
  'ad',
  'product_ad',
  'top_story',
  'news',
  'video',
  'image',
  'local',
  'sitelink',
  'knowledge',
  'perspective',
  'job',
  'other',
] as const;

export const resultSchema = z
  .strictObject({
    type: z.enum(RESULT_TYPES),
    rank: z.int().positive(),
    rankInType: z.int().positive(),
    position: z.enum(['main', 'top', 'bottom', 'right']),
    title: z.string().nullable(),
    url: z.string().nullable(),
    wrappedUrl: z.string().optional(),
    displayedLink: z.string().nullable(),
    snippet: z.string().nullable(),
    publishedAt: z.string().nullable(),
    publisher: z.string().nullable(),
    domain: z.string().nullable(),
    attributes: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Result' });

export const relatedSchema = z
  .strictObject({ type: z.enum(['question', 'search', 'follow_up']), text: z.string() })
  .meta({ id: 'Related' });

export const evidenceSchema = z
  .strictObject({
    sources: z.array(sourceSchema),
    fanOut: z.strictObject({
      provenance: z.enum(['observed', 'inferred', 'unavailable']),
      queries: z.array(z.string()),
    }),
    mentions: z.array(mentionSchema).nullable(),
    shopping: z.array(shoppingItemSchema).nullable(),
    ads: z.array(adSchema).nullable(),
    results: z.array(resultSchema).nullable(),
    related: z.array(relatedSchema).nullable(),
  })
  .meta({ id: 'Evidence' });

/** Fields of the Envelope whose health every extraction states. */
export const HEALTH_FIELDS = [
  'answer',
  'blocks',
  'sources',
  'citations',
  'fanOut',
  'mentions',
  'shopping',
  'ads',
  'results',
  'related',
  'model',
  'webSearch',
  'region',
] as const;

export type HealthField = (typeof HEALTH_FIELDS)[number];

export const healthSchema = z
  .enum(['found', 'absent_on_surface', 'not_shown', 'missing'])
  .describe(
    'found; absent_on_surface: this surface never shows it; not_shown: it may, this page did not; missing: expected but not read',
  );

const witnessViewSchema = z.strictObject({
  complete: z.boolean(),
  words: z.int().nonnegative(),
  sources: z.int().nonnegative(),
  cited: z.int().nonnegative(),
});

export const extractionSchema = z
  .strictObject({
    health: z.record(z.enum(HEALTH_FIELDS), healthSchema),
    witnesses: z.strictObject({
      used: z.enum(['dom', 'transcript', 'none']),
      dom: witnessViewSchema.nullable(),
      transcript: witnessViewSchema.nullable(),
      agreement: z.strictObject({
        text: z.enum(['agree', 'differ', 'single']),
        textSimilarity: z.number().min(0).max(1).nullable(),
        citedUrls: z.enum(['agree', 'differ', 'single']),
      }),
      /** Both values where the witnesses disagree. */
      disagreements: z.array(z.strictObject({ field: z.string(), dom: z.string(), transcript: z.string() })),
    }),
    warnings: z.array(z.string()),
    selectors: z.array(
      z.strictObject({ name: z.string(), hit: z.string().nullable(), fallback: z.boolean() }),
    ),
    marks: z
      .array(z.string())
      .describe('what proved the outcome: end-of-answer marks, or the marks of a wall'),
  })
  .meta({ id: 'Extraction' });

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

export type CharRange = z.infer<typeof charRangeSchema>;
export type ChildStatus = z.infer<typeof childStatusSchema>;
export type Artifacts = z.infer<typeof artifactsSchema>;
export type Block = z.infer<typeof blockSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type Source = z.infer<typeof sourceSchema>;
export type Mention = z.infer<typeof mentionSchema>;
export type ShoppingItem = z.infer<typeof shoppingItemSchema>;
export type Ad = z.infer<typeof adSchema>;
export type Result = z.infer<typeof resultSchema>;
export type Related = z.infer<typeof relatedSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type Extraction = z.infer<typeof extractionSchema>;
export type Health = z.infer<typeof healthSchema>;
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
