import { z } from 'zod';
import type { AnswerSentiment } from '../outputs/section-sentiment.ts';
import { promptHash, type Question, readReply } from './language-model.ts';
import type { StoredText } from './model-texts.ts';
import type { CellResult, Results } from './report-results.ts';

export const SENTIMENTS = ['positive', 'neutral', 'negative', 'mixed'] as const;

const NOT_NAMED = 'not_named';
const LONGEST_ANSWER = 12_000;
const LONGEST_QUOTE = 300;
/** Two passes: the second with chance in it, so that what only just got its label shows. */
const TEMPERATURES = [0, 1] as const;

const replySchema = z.strictObject({
  label: z.enum([...SENTIMENTS, NOT_NAMED]),
  quote: z.string().min(3).max(LONGEST_QUOTE).nullable(),
});

type Reply = z.infer<typeof replySchema>;

const INSTRUCTION = `An AI search engine gave the answer below. How does it speak of the brand below: positive, neutral, negative or mixed? Judge only what it says of that brand, not of others. Give the words that decide it as quote, copied exactly from the answer, at most ${LONGEST_QUOTE} characters. When the answer does not name the brand, the label is ${NOT_NAMED} and the quote null.`;

/** What is asked about one answer that names the brand, pass by pass. Pure. */
export function sentimentQuestions(brand: string, answer: string): Question<Reply>[] {
  const text = answer.replaceAll(/\s+/g, ' ').slice(0, LONGEST_ANSWER).toWellFormed();
  return TEMPERATURES.map((temperature) => ({
    field: 'sentiment',
    instruction: INSTRUCTION,
    data: { brand, answer: text },
    reply: replySchema,
    holds: ({ label, quote }) =>
      label === NOT_NAMED ? quote === null : quote !== null && text.includes(quote),
    temperature,
  }));
}

/** All that is asked about a report: two passes for each answer shown in which the own brand appears. Pure. */
export function sentimentsOf(brand: string, { cells }: Results): Question<Reply>[] {
  return cells.flatMap((cell) => questionsOfCell(brand, cell));
}

function questionsOfCell(brand: string, { brandAppears, response }: CellResult): Question<Reply>[] {
  return brandAppears === true && response !== null ? sentimentQuestions(brand, response) : [];
}

/** How an answer speaks of the brand, as a model read it twice: a label with its words, never a number. */
export interface Sentiment {
  /** Null where the passes disagree. */
  label: (typeof SENTIMENTS)[number] | null;
  quote: string | null;
  /** The label of each pass. */
  passes: string[];
  agreement: '2 of 2' | '1 of 2';
  source: StoredText['source'];
}

export type SentimentStatus = 'not_measured' | 'labelled' | 'passes_disagree' | 'reply_refused';

/** What is known of a cell; nothing before both passes were made. Pure. */
export function sentimentOfCell(
  brand: string,
  cell: CellResult,
  texts: ReadonlyMap<string, StoredText>,
): { sentiment: Sentiment | null; status: SentimentStatus } {
  const questions = questionsOfCell(brand, cell);
  const kept = questions.flatMap((question) => {
    const text = texts.get(promptHash(question));
    return text === undefined ? [] : [{ text, read: readReply(question, text.value) }];
  });
  const [first, second] = kept;
  if (first === undefined || second === undefined) return { sentiment: null, status: 'not_measured' };
  if (!('value' in first.read && 'value' in second.read)) return { sentiment: null, status: 'reply_refused' };
  const [one, other] = [first.read.value, second.read.value];
  const agree = one.label === other.label;
  if (agree && one.label === NOT_NAMED) return { sentiment: null, status: 'not_measured' };
  return {
    sentiment: {
      label: agree && one.label !== NOT_NAMED ? one.label : null,
      quote: agree ? one.quote : null,
      passes: [one.label, other.label],
      agreement: agree ? '2 of 2' : '1 of 2',
      source: first.text.source,
    },
    status: agree ? 'labelled' : 'passes_disagree',
  };
}

/** All that a model said of a report's answers, in their order: for its page. Pure. */
export function sentimentsShown(
  brand: string,
  { cells }: Results,
  texts: ReadonlyMap<string, StoredText>,
): AnswerSentiment[] {
  return cells.flatMap((cell) => {
    const { sentiment } = sentimentOfCell(brand, cell, texts);
    if (sentiment === null) return [];
    const { label, quote, passes, source } = sentiment;
    const { promptId, surface } = cell;
    return [{ promptId, surface, label, quote, passes, model: source.model, promptHash: source.prompt_hash }];
  });
}
