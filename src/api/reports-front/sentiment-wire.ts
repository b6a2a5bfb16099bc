import { z } from 'zod';
import { textSourceSchema } from '../../analysis/language-model.ts';
import type { StoredText } from '../../analysis/model-texts.ts';
import { SENTIMENTS, sentimentOfCell } from '../../analysis/question-sentiment.ts';
import type { CellResult } from '../../analysis/report-results.ts';

/** Fields of a result about how its answer speaks of the brand. */
export const sentimentFields = {
  sentiment: z
    .strictObject({
      label: z.enum(SENTIMENTS).nullable().describe('Null where the passes disagree.'),
      quote: z.string().nullable().describe('The words of the answer that decide it.'),
      passes: z.array(z.string()),
      agreement: z.enum(['2 of 2', '1 of 2']),
      ...textSourceSchema.shape,
    })
    .nullable()
    .describe('As a language model read the answer twice; null without one. It is in no figure.'),
  sentiment_status: z.enum(['not_measured', 'labelled', 'passes_disagree', 'reply_refused']),
};

const fields = z.strictObject(sentimentFields);

/** What a language model said of a brand's answers; without one, nothing. */
export interface BrandTexts {
  brand: string;
  texts: ReadonlyMap<string, StoredText>;
}

export function presentSentiment(cell: CellResult, known: BrandTexts | undefined): z.infer<typeof fields> {
  if (known === undefined) return { sentiment: null, sentiment_status: 'not_measured' };
  const { sentiment, status } = sentimentOfCell(known.brand, cell, known.texts);
  if (sentiment === null) return { sentiment, sentiment_status: status };
  const { source, ...rest } = sentiment;
  return { sentiment: { ...rest, ...source }, sentiment_status: status };
}
