import { z } from 'zod';

/** A 95 % interval of a share. */
export const intervalSchema = z
  .strictObject({ low: z.number().min(0).max(1), high: z.number().min(0).max(1) })
  .describe('95 %.')
  .meta({ id: 'Interval' });

/** A number that can be checked (src/measure/figure.ts). */
export const figureSchema = z
  .strictObject({
    k: z.number().nullable().describe('Numerator; null where the figure is no count.'),
    n: z.number(),
    value: z
      .number()
      .nullable()
      .describe('Null when nothing was eligible; never 0 for what was not measured.'),
    ciThese: intervalSchema.nullable().describe('For these prompts: run noise only.'),
    ciCategory: intervalSchema.nullable().describe('For questions like these: prompt sampling, too.'),
    excluded: z.record(z.string(), z.number()).describe('Observations left out, by reason.'),
    method: z.string().describe('Name of the formula on the method page.'),
    reason: z.string().nullable().describe('Why there is no value or no interval.'),
  })
  .meta({ id: 'Figure' });

export const positionsSchema = z
  .strictObject({
    n: z.int(),
    median: z.number().nullable(),
    distribution: z.array(z.int()).readonly().describe('How often each place, first to tenth.'),
    later: z.int(),
    fromLists: z.int(),
  })
  .meta({ id: 'Positions' });

const counts = z.record(z.string(), z.number());

/** How the figures came about (specs/analysis.md C.6). */
export const methodologySchema = z
  .strictObject({
    definitionsVersion: z.string(),
    queryVolume: z.strictObject({ prompts: z.int(), byIntent: counts, byCategory: counts }),
    queryConstruction: z.array(
      z.strictObject({ promptId: z.string(), origin: z.enum(['user', 'template', 'llm']), text: z.string() }),
    ),
    sampleSize: z.strictObject({
      asked: z.int(),
      answered: z.int(),
      bySurfaceRegion: z.array(
        z.strictObject({ surface: z.string(), region: z.string(), asked: z.int(), answered: z.int() }),
      ),
    }),
    replicates: z.strictObject({ min: z.int(), max: z.int() }),
    promptTypeCoverage: z
      .strictObject({
        covered: z.array(z.string()),
        missing: z.array(z.string()),
        notStated: z.int(),
      })
      .optional(),
    cadence: z.strictObject({ runs: z.int(), intervalDays: z.number().nullable() }),
    reproducibility: z.strictObject({
      noiseFloor: z.number().nullable(),
      withinJaccard: z.number().nullable(),
      icc: z.number().nullable(),
    }),
    platformCoverage: z.strictObject({ captured: z.array(z.string()), notCaptured: z.array(z.string()) }),
    collection: z.strictObject({
      acquisition: z.literal('own-fleet'),
      fidelity: z.literal('consumer_ui'),
      loginStates: counts,
      regionsAsked: z.array(z.string()),
      regionNotHonoured: z.int(),
      adapters: z.array(z.string()),
      modelLabels: counts,
    }),
    window: z.strictObject({ first: z.string().nullable(), last: z.string().nullable() }),
    exclusions: counts,
    brandMatching: z.strictObject({ brandBookHash: z.string(), ambiguous: z.int(), controlHits: z.int() }),
    accuracyDetection: z
      .strictObject({ declaredFacts: z.int(), agrees: z.int(), contradicts: z.int() })
      .optional()
      .describe('Facts the brands declared, and sentences about them.'),
    sentiment: z.literal('not_measured'),
    persuasion: z.literal('not_measured'),
    llmUsed: z.boolean().describe('Whether a language model wrote prompts; it is in no figure.'),
    proof: z.strictObject({ manifestSha256: z.string(), count: z.int() }),
    tier: z.strictObject({
      tier: z.enum(['exploratory', 'directional', 'decision_grade']),
      failed: z.array(z.string()),
    }),
  })
  .meta({ id: 'Methodology' });
