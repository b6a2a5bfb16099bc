import { z } from 'zod';

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

export type Extraction = z.infer<typeof extractionSchema>;
export type Health = z.infer<typeof healthSchema>;
