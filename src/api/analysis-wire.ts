import { z } from 'zod';
import { childStatusSchema, envelopeSchema } from '../contract/envelope.ts';
import { outcomeSchema } from '../contract/outcome.ts';
import { SURFACE_NAMES, surfaceNameSchema } from '../contract/surface-name.ts';
import { webhookSchema } from './wire.ts';

const MAX_PROMPT = 5_000;
const PROMPT = `prompt must be 1-${MAX_PROMPT} characters.`;
const REPLICATES = 'replicates must be an integer from 1 to 50';
const PROVIDERS = 'providers must be an array of strings with at least one';
const LOCATIONS = 'locations must be an array of strings with at least one';

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
      providers: z.array(z.string(PROVIDERS).meta({ enum: [...SURFACE_NAMES] }), PROVIDERS).min(1, PROVIDERS),
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

const statusSchema = z.enum(['running', 'completed', 'failed']);

/** 202 of an analysis. */
export const analysisAcceptedSchema = z
  .strictObject({
    analysisId: z.string().describe('Also the id of the job under it: GET /v1/jobs/:id reads its captures.'),
    status: statusSchema,
    captures: z.int().describe('replicates × providers × locations'),
    creditsReserved: z.int(),
  })
  .meta({ id: 'AnalysisAccepted' });

const intervalSchema = z
  .strictObject({ low: z.number().min(0).max(1), high: z.number().min(0).max(1) })
  .describe("Wilson's score interval, 95 %.")
  .meta({ id: 'Interval' });

const appearance = {
  count: z.int().nonnegative(),
  n: z.int().nonnegative(),
  share: z.number().min(0).max(1),
  interval: intervalSchema,
};

const pairSchema = z
  .strictObject({
    provider: surfaceNameSchema,
    location: z.string(),
    n: z.int().nonnegative().describe('Captures that saw what the provider shows; failed ones tell nothing.'),
    answered: z.strictObject(appearance),
    domains: z
      .array(z.strictObject({ domain: z.string(), ...appearance }))
      .describe('Cited domains, each with the number of captures it appears in.'),
    answers: z
      .array(z.strictObject({ text: z.string(), ...appearance }))
      .describe('Different answers, each with the number of captures that gave it.'),
    meanJaccardDistance: z
      .strictObject({ domains: z.number().nullable(), words: z.number().nullable() })
      .describe('Between the captures, over all pairs: 0 all the same, 1 nothing in common; null for n < 2.'),
    captures: z.array(
      z.strictObject({ id: z.string(), status: childStatusSchema, outcome: outcomeSchema.nullable() }),
    ),
    raw: z.array(envelopeSchema).optional().describe('The Envelopes; left out with includeRaw=false.'),
  })
  .meta({ id: 'AnalysisPair' });

export type AnalysisPair = z.infer<typeof pairSchema>;

/** 200 of a read. */
export const analysisSchema = z
  .strictObject({
    analysisId: z.string(),
    status: statusSchema,
    prompt: z.string(),
    replicates: z.int(),
    providers: z.array(surfaceNameSchema),
    locations: z.array(z.string()),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
    credits: z.strictObject({ reserved: z.int(), charged: z.int() }),
    progress: z.strictObject({ captures: z.int(), ended: z.int() }),
    results: z.array(pairSchema).nullable().describe('One per provider and location; null while it runs.'),
  })
  .meta({ id: 'Analysis' });

export type AnalysisBodyOut = z.infer<typeof analysisSchema>;
