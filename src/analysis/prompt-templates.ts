import type { NewPrompt, ReportPrompt } from './reports.ts';

type Intent = NonNullable<ReportPrompt['intent']>;

/** Questions people ask before they choose, by what they want to know; `{category}`, `{brand}`, `{rival}` are filled. */
const TEMPLATES: readonly (readonly [Intent, string])[] = [
  ['category', 'What are the best {category}?'],
  ['buying', 'Which {category} should I choose and why?'],
  ['informational', 'How do I choose between {category}?'],
  ['comparison', 'How does {brand} compare with {rival} for {category}?'],
  ['branded', 'Is {brand} a good choice for {category}?'],
];

/**
 * Prompts from templates × categories, category by category, at most `limit`. A template that needs a rival is used
 * once per rival. No language model is asked; the texts are English.
 */
export function promptsFromTemplates(
  brand: { name: string; categories: readonly string[]; rivals: readonly string[] },
  limit: number,
): NewPrompt[] {
  const prompts = brand.categories.flatMap((category) =>
    TEMPLATES.flatMap(([intent, template]) => {
      const rivals = template.includes('{rival}') ? brand.rivals : [''];
      return rivals.map((rival) => ({
        text: filled(template, { category, brand: brand.name, rival }),
        ...{ category, intent, origin: 'template' as const },
      }));
    }),
  );
  return prompts.slice(0, limit);
}

/** In one pass and letter by letter: a name may hold braces or `$&`. */
function filled(template: string, values: Readonly<Record<'category' | 'brand' | 'rival', string>>): string {
  return template.replace(/\{(category|brand|rival)\}/g, (_, key: keyof typeof values) => values[key]);
}
