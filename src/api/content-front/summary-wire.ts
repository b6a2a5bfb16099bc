import { z } from 'zod';
import { textSourceSchema } from '../../analysis/language-model.ts';
import type { StoredText } from '../../analysis/model-texts.ts';

/** Who wrote a summary, where a language model was asked for it; else it is made from its template. */
export const summaryFields = {
  summary_by: textSourceSchema.optional().describe('Only of a summary that a language model wrote.'),
  summary_note: z.string().optional().describe('Why the summary is the template although a model was asked.'),
};

const summarySchema = z.object({ summary: z.string() });
const summaryPart = z.object({ summary: z.string(), ...summaryFields });

/** The text of a model where there is one, else the template. */
export function presentSummary(template: string, text: StoredText | undefined): z.infer<typeof summaryPart> {
  if (text === undefined) return { summary: template };
  const written = summarySchema.safeParse(text.value);
  if (written.success) return { summary: written.data.summary, summary_by: text.source };
  return { summary: template, summary_note: `${text.source.model}: ${text.problem}` };
}
