import { z } from 'zod';
import { childStatusSchema, envelopeSchema } from '../contract/envelope.ts';
import { outcomeSchema } from '../contract/outcome.ts';
import { SURFACE_NAMES, surfaceNameSchema } from '../contract/surface-name.ts';
import { figureSchema, intervalSchema, methodologySchema, positionsSchema } from './figure-wire.ts';
import { webhookSchema } from './wire.ts';

const MAX_PROMPT = 5_000;
const PROMPT = `prompt must be 1-${MAX_PROMPT} characters.`;
const REPLICATES = 'replicates must be an integer from 1 to 50';
const PROVIDERS = 'providers must be an array of strings with at least one';
const LOCATIONS = 'locations must be an array of strings with at least one';

/** Names of the reference's own that mean one of our surfaces. */
export const PROVIDER_ALIASES: Readonly<Record<string, string>> = { google_aio: 'google_ai_overview' };

/** Body of `POST /api/v1/async-analysis` (reference/async-analysis-api.md). */
export const analysisBodySchema = z
  .strictObject(
    {
      prompt: z
        .string(PROMPT)
        // Code points: an emoji is one character.
        .refine((text) => text.trim() !== '' && [...text].length <= MAX_PROMPT, PROMPT)
        .describe('The search prompt, 1-5000 characters.'),
      replicates: z
        .int(REPLICATES)
        .min(1, REPLICATES)
        .max(50, REPLICATES)
        .describe('Captures per provider and location.'),
      providers: z
        .array(
          z.string(PROVIDERS).meta({ enum: [...SURFACE_NAMES, ...Object.keys(PROVIDER_ALIASES)] }),
          PROVIDERS,
        )
        .min(1, PROVIDERS)
        .describe('`google_aio` is google_ai_overview.'),
      locations: z
        .array(z.string(LOCATIONS), LOCATIONS)
        .min(1, LOCATIONS)
        .describe('ISO 3166-1 alpha-2 codes, at most 10.'),
      webhook: webhookSchema
        .describe(
          "Called once, when the analysis has ended. Without a secret of its own, the account's sign.",
        )
        .optional(),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'AnalysisRequest' });

export type AnalysisBody = z.infer<typeof analysisBodySchema>;

const asked = {
  analysisId: z.string().describe('Also the id of the job under it: GET /v1/jobs/:id reads its captures.'),
  prompt: z.string(),
  replicates: z.int(),
  providers: z.array(surfaceNameSchema),
  locations: z.array(z.string()),
  createdAt: z.iso.datetime(),
};

/** 202 of an analysis. */
export const analysisAcceptedSchema = z
  .strictObject({
    ...asked,
    status: z
      .literal('queued')
      .describe('Accepted; not necessarily started. A read says running until it ends.'),
    captures: z.int().describe('replicates × providers × locations'),
    creditsReserved: z.int(),
  })
  .meta({ id: 'AnalysisAccepted' });

const appearance = {
  k: z.int().nonnegative(),
  n: z.int().nonnegative(),
  rate: z.number().min(0).max(1).nullable(),
  ci95: intervalSchema.nullable().describe('For this prompt: run noise only.'),
};

const excludedSchema = z
  .record(z.string(), z.int())
  .describe('Captures without an answer, by how they ended; they are in no rate.');

export const brandSummarySchema = z
  .strictObject({
    coverage: figureSchema.describe('Answers that mention the own brand.'),
    shareOfVoice: figureSchema.describe('Mentions of the own brand among those of all brands of the book.'),
    citationPresence: figureSchema,
    averagePosition: z.number().nullable().describe('Median place, over answers that mention it.'),
    positions: positionsSchema,
    sentiment: z.null().describe('Not measured: word lists cannot tell it in thirty languages.'),
  })
  .nullable()
  .describe('Null when the account has no brand of its own; never 0 for what was not measured.');

const runSchema = z.strictObject({
  replicate: z.int().positive(),
  jobId: z.string(),
  status: childStatusSchema,
  outcome: outcomeSchema.nullable(),
  text: z.string(),
  citations: z.array(
    z.strictObject({
      url: z.string().nullable(),
      title: z.string().nullable(),
      domain: z.string().nullable(),
      position: z.int().positive().nullable(),
      cited: z.boolean(),
    }),
  ),
  brandMentioned: z.boolean().nullable().describe('Null without a brand, or without an answer to tell from.'),
  raw: envelopeSchema.optional().describe('The Envelope; left out with includeRaw=false.'),
});

const pairSchema = z
  .strictObject({
    provider: surfaceNameSchema,
    location: z.string(),
    replicates: z.strictObject({ asked: z.int(), answered: z.int(), excluded: excludedSchema }),
    runs: z.array(runSchema),
    stability: z.strictObject({
      domains: z
        .array(z.strictObject({ domain: z.string(), ...appearance }))
        .describe('Cited domains, each with the number of whole answers it is cited in.'),
      answers: z
        .array(z.strictObject({ text: z.string(), ...appearance }))
        .describe('Different answers, each with the number of captures that gave it.'),
      meanJaccardDistance: z
        .strictObject({
          domains: z.number().nullable(),
          ci95: intervalSchema.nullable().describe('Jackknife over captures; null below three.'),
          words: z.number().nullable(),
        })
        .describe('Between answers, over all pairs: 0 all the same, 1 nothing in common.'),
    }),
    summary: brandSummarySchema,
  })
  .meta({ id: 'AnalysisPair' });

export type AnalysisPair = z.infer<typeof pairSchema>;

const summarySchema = z
  .strictObject({
    asked: z.int(),
    answered: z.int(),
    excluded: excludedSchema,
    domains: z
      .array(
        z.strictObject({
          domain: z.string(),
          k: z.int().nonnegative(),
          n: z.int().nonnegative(),
          rate: z.number().nullable(),
          ciThese: intervalSchema.nullable(),
          ciCategory: intervalSchema.nullable(),
        }),
      )
      .describe('Over all pairs: the mean of their rates, each pair a cluster of its replicates.'),
    brand: brandSummarySchema,
  })
  .meta({ id: 'AnalysisSummary' });

/** 200 of a read. */
export const analysisSchema = z
  .strictObject({
    ...asked,
    status: z.enum(['running', 'completed', 'failed']),
    completedAt: z.iso.datetime().nullable(),
    credits: z.strictObject({ reserved: z.int(), settled: z.int(), released: z.int() }),
    progress: z.strictObject({ total: z.int(), completed: z.int(), failed: z.int() }),
    results: z.array(pairSchema).nullable().describe('One per provider and location; null while it runs.'),
    summary: summarySchema.nullable(),
    methodology: methodologySchema.nullable(),
  })
  .meta({ id: 'Analysis' });

export type AnalysisBodyOut = z.infer<typeof analysisSchema>;
