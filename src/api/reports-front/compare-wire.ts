import { z } from 'zod';
import type { ComparedReports } from '../../analysis/compare-report.ts';
import { figureSchema } from '../figure-wire.ts';
import { platformOf } from './platforms.ts';

/** Of a difference of two shares, which may be below 0. */
const differenceInterval = z
  .strictObject({ low: z.number(), high: z.number() })
  .describe('95 %.')
  .meta({ id: 'DifferenceInterval' });

const periodSchema = z.strictObject({ k: z.int(), n: z.int(), value: z.number().nullable() });

const comparedFigure = z
  .strictObject({
    brand: z.string(),
    own: z.boolean(),
    metric: z.enum(['presence', 'citation_presence']),
    platform: z.string().nullable().describe('Null: all platforms of both reports.'),
    before: periodSchema,
    after: periodSchema,
    difference: z.number().nullable().describe('After less before, paired by prompt.'),
    interval: differenceInterval.nullable().describe('Null below ten prompts.'),
    p_value: z.number().nullable().describe('Two-sided, by flipping signs.'),
    prompts: z.int(),
    method: z.enum(['paired_t/1', 'sign_flip/1']),
    noise_floor: z.number().nullable().describe('Of the presence of the own brand; null for the others.'),
    verdict: z.enum(['changed', 'within_noise', 'not_shown', 'not_measured']),
  })
  .meta({ id: 'ComparedFigure' });

const driftSchema = z.strictObject({
  between: figureSchema,
  within: figureSchema,
  prompts: z.int(),
  value: z.number().nullable(),
  interval: differenceInterval.nullable(),
  changed: z.boolean().nullable().describe('Null where there is no interval.'),
});

/** Ours: the reference has no comparison of two reports. */
export const comparisonSchema = z
  .strictObject({
    object: z.literal('report.comparison'),
    before: z.uuid(),
    after: z.uuid(),
    brand_id: z.uuid(),
    version: z.string(),
    prompts: z.strictObject({ common: z.int(), only_before: z.int(), only_after: z.int() }),
    platforms: z.strictObject({
      common: z.array(z.string()),
      only_before: z.array(z.string()),
      only_after: z.array(z.string()),
    }),
    tests: z.int().describe('Figures tested; q = .1 over them (Benjamini and Hochberg).'),
    figures: z.array(comparedFigure),
    drift: driftSchema.describe('Which domains are cited: 1 − Jaccard.'),
    order_drift: driftSchema.describe('In which order: 1 − rank-biased overlap, p = .9.'),
  })
  .describe('An addition of ours.')
  .meta({ id: 'ReportComparison' });

export function presentComparison({
  before,
  after,
  comparison,
}: ComparedReports): z.infer<typeof comparisonSchema> {
  const { prompts, surfaces, figures, drift, orderDrift, tests, version } = comparison;
  return {
    ...{ object: 'report.comparison', before: before.id, after: after.id, brand_id: after.brandId, version },
    prompts: {
      ...{ common: prompts.common, only_before: prompts.onlyBefore, only_after: prompts.onlyAfter },
    },
    platforms: {
      common: surfaces.common.map(platformOf),
      only_before: surfaces.onlyBefore.map(platformOf),
      only_after: surfaces.onlyAfter.map(platformOf),
    },
    tests,
    figures: figures.map(({ brandId, surface, difference, noiseFloor, ...figure }) => ({
      ...figure,
      platform: surface === null ? null : platformOf(surface),
      ...{ difference: difference.value, interval: difference.interval, p_value: difference.pValue },
      ...{ prompts: difference.prompts, method: difference.method, noise_floor: noiseFloor },
    })),
    ...{ drift, order_drift: orderDrift },
  };
}
