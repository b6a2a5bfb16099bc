import { z } from 'zod';
import type { Deadline } from '../platform/deadline.ts';
import type { OwnBrand } from './brand.ts';
import type { LanguageModel, Question } from './language-model.ts';
import type { NewPrompt } from './reports.ts';

const INTENTS = ['category', 'comparison', 'branded', 'buying', 'informational'] as const;
const LONGEST = 300;
const LONGEST_DATA = 4_000;

const promptSchema = z.strictObject({
  prompt_text: z
    .string()
    .trim()
    .min(5)
    .max(LONGEST)
    .regex(/^[^<>{}\n]*$/),
  category: z.string(),
  intent: z.enum(INTENTS),
});

type Asker = Pick<OwnBrand, 'name' | 'categories' | 'language' | 'facts'> & { rivals: readonly string[] };

/** Questions that people ask before they choose, about the categories of a brand; at most `most`. Pure. */
export function promptsQuestion(
  brand: Asker,
  most: number,
): Question<{ prompts: z.infer<typeof promptSchema>[] }> {
  return {
    field: 'prompts',
    instruction: `Write ${most} different questions that people type into an AI search engine before they choose a product or service of the given categories, each natural and of one sentence. Spread them over the categories and over the five intents; name the brand in those of intent branded or comparison only. Copy each category exactly as given. Language: ${/^[A-Za-z -]{2,40}$/.test(brand.language ?? '') ? brand.language : 'English'}.`,
    data: {
      brand: brand.name,
      categories: JSON.stringify(brand.categories),
      competitors: JSON.stringify(brand.rivals),
      description: (brand.facts.description ?? '').slice(0, LONGEST_DATA),
    },
    reply: z.strictObject({ prompts: z.array(promptSchema).min(1).max(most) }),
    holds: ({ prompts }) => prompts.every(({ category }) => brand.categories.includes(category)),
    temperature: 0,
  };
}

/** Prompts written by the model, each once; undefined when it wrote none that can be used. */
export async function promptsByModel(
  model: LanguageModel,
  brand: Asker,
  most: number,
  deadline: Deadline,
): Promise<NewPrompt[] | undefined> {
  const answer = await model.ask(promptsQuestion(brand, most), deadline);
  if (answer.kind !== 'written') return undefined;
  const once = new Map(answer.value.prompts.map((own) => [own.prompt_text.toLowerCase(), own]));
  return [...once.values()].map(({ prompt_text: text, category, intent }) => ({
    ...{ text, category, intent, origin: 'llm', source: answer.source },
  }));
}
