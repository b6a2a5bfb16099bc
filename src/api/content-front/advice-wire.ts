import { z } from 'zod';
import { textSourceSchema } from '../../analysis/language-model.ts';
import type { StoredText } from '../../analysis/model-texts.ts';
import { adviceId, adviceTexts } from '../../analysis/question-advice.ts';
import type { PageScore } from '../../contract/page-score.ts';

const rewritten = z
  .strictObject({ text: z.string(), ...textSourceSchema.shape })
  .optional()
  .describe('The same advice in the words of a language model, where one wrote it; beside the template.');

const trend = {
  coverage: z.number(),
  gap: z.string().nullable(),
  action: z.string().nullable(),
  rewritten,
};

/** Parts of a result that advise; what stands in `top_recommendations`, too, is always the template. */
export const adviceFields = {
  trend_coverage: z.array(z.strictObject({ trend: z.string(), ...trend })),
  top_trends: z.array(z.strictObject({ name: z.string(), ...trend })),
  recommendations: z.array(
    z.strictObject({
      priority: z.string(),
      title: z.string(),
      recommendation: z.string(),
      expected_impact: z.string(),
      why: z.string(),
      evidence: z.string(),
      quote: z.string().nullable(),
      rewritten,
    }),
  ),
  advice_note: z
    .string()
    .optional()
    .describe('Why there is nothing by the language model although it was asked for advice.'),
};

const fields = z.strictObject(adviceFields);

/** The advice of a score: what was measured, in the words of templates, and of a model beside them where it wrote some. */
export function presentAdvice(score: PageScore, stored: StoredText | undefined): z.infer<typeof fields> {
  const texts = adviceTexts(stored?.value);
  const byModel = (id: string) => {
    const text = texts.get(id);
    return stored === undefined || text === undefined ? {} : { rewritten: { text, ...stored.source } };
  };
  const trends = (score.trend_coverage ?? []).map((own, index) => ({
    ...own,
    ...byModel(adviceId.trend(index)),
  }));
  return {
    trend_coverage: trends,
    top_trends: trends.map(({ trend: name, ...rest }) => ({ name, ...rest })),
    recommendations: score.recommendations.map(
      ({ priority, title, recommendation, expected_effect, why, evidence, quote }, index) => ({
        ...{ priority, title, recommendation, expected_impact: expected_effect, why, evidence, quote },
        ...byModel(adviceId.recommendation(index)),
      }),
    ),
    ...(stored === undefined || stored.problem === null
      ? {}
      : { advice_note: `${stored.source.model}: ${stored.problem}` }),
  };
}
