import { z } from 'zod';
import type { Deadline } from '../platform/deadline.ts';
import { type FactProposals, type Facts, factsSchema } from './brand.ts';
import type { LanguageModel, Question } from './language-model.ts';

const LONGEST_PAGE = 8_000;
const LONGEST_VALUE = 500;
const LONGEST_QUOTE = 600;
const MOST_IN_LIST = 10;

const FIELDS = factsSchema.keyof().options;
const LISTS: readonly Field[] = ['key_facts', 'key_people', 'products', 'services'];

type Field = keyof Facts;

/** A page of the brand's own site, as a crawler without JavaScript reads it. */
export interface ReadPage {
  url: string;
  text: string;
}

const text = z.string().trim().min(2).max(LONGEST_VALUE);

const replySchema = z.strictObject({
  facts: z
    .array(
      z.strictObject({
        field: factsSchema.keyof(),
        value: z.union([text, z.int().min(1800).max(2100), z.array(text).min(1).max(MOST_IN_LIST)]),
        quote: z.string().min(3).max(LONGEST_QUOTE),
      }),
    )
    .max(FIELDS.length),
});

type Reply = z.infer<typeof replySchema>;
type Stated = Reply['facts'][number];

/**
 * What a brand's own pages state about it, in fields for which nothing was read by pattern; undefined where none is missing
 * or nothing can be read. A value counts only as the page has it: inside a quote that stands on one of the pages. Pure.
 */
export function factsQuestion(
  brand: string,
  pages: readonly ReadPage[],
  missing: readonly Field[],
): Question<Reply> | undefined {
  const texts = pages.map((page) => plain(page.text).slice(0, LONGEST_PAGE).toWellFormed());
  if (missing.length === 0 || texts.every((own) => own === '')) return undefined;
  return {
    field: 'facts',
    instruction: `Below are pages of a company's own website. Which of these facts do they state about the company itself, not about its customers: ${missing.join(', ')}? Leave out what is not stated. Copy each value, and every entry of a list, exactly as the page has it, and give the words around it, copied exactly, as quote, at most ${LONGEST_QUOTE} characters. ${LISTS.join(', ')} are lists, founded_year is a number, the others are texts.`,
    data: { company: brand, ...Object.fromEntries(texts.map((own, index) => [`page ${index + 1}`, own])) },
    reply: replySchema,
    holds: ({ facts }) =>
      new Set(facts.map(({ field }) => field)).size === facts.length &&
      facts.every(
        (own) => missing.includes(own.field) && isStated(own) && texts.some((page) => has(page, own.quote)),
      ),
    temperature: 0,
  };
}

function isStated({ field, value, quote }: Stated): boolean {
  if (Array.isArray(value)) return LISTS.includes(field) && value.every((one) => has(quote, one));
  if (LISTS.includes(field)) return false;
  return (typeof value === 'number') === (field === 'founded_year') && has(quote, String(value));
}

function has(whole: string, part: string): boolean {
  return plain(whole).includes(plain(part));
}

function plain(given: string): string {
  return given.replaceAll(/\s+/g, ' ').trim();
}

/**
 * Asks a model what the pages state beyond the facts that were found; empty where it says nothing that can be used. Rejects
 * when the deadline is aborted.
 */
export async function proposedFacts(
  model: LanguageModel,
  given: { brand: string; pages: readonly ReadPage[]; found: readonly Field[] },
  deadline: Deadline,
  readAt: string,
): Promise<FactProposals> {
  const missing = FIELDS.filter((field) => !given.found.includes(field));
  const question = factsQuestion(given.brand, given.pages, missing);
  const answer = question && (await model.ask(question, deadline));
  if (answer?.kind !== 'written') return {};
  const { source } = answer;
  return Object.fromEntries(
    answer.value.facts.map(({ field, value, quote }) => {
      const url = given.pages.find((page) => has(page.text, quote))?.url ?? '';
      return [field, { value, url, quote, read_at: readAt, ...source }];
    }),
  );
}
