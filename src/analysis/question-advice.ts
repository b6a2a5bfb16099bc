import { z } from 'zod';
import type { PageScore } from '../contract/page-score.ts';
import type { Question } from './language-model.ts';
import { figuresIn, pointsElsewhere } from './written-text.ts';

const SHORTEST = 10;
const LONGEST = 400;
const MOST_ITEMS = 24;
const MOST_DATA = 12_000;

/** A piece of advice that a template says, and the finding behind it. */
interface Item {
  id: string;
  finding: string;
}

const replySchema = z.strictObject({
  texts: z
    .array(z.strictObject({ id: z.string(), text: z.string().trim().min(SHORTEST).max(LONGEST) }))
    .max(MOST_ITEMS),
});

type Reply = z.infer<typeof replySchema>;

const INSTRUCTION = `For each finding about a web page, tell its owner in one or two plain English sentences what to do about it on this page. Write one text per finding, under its id, at most ${LONGEST} characters. Use only what the finding says; every number you write must stand in it. Promise no effect.`;

/** Advice in fluent words, finding by finding; undefined for a page without a score or without findings. Pure. */
export function adviceQuestion(score: PageScore): Question<Reply> | undefined {
  const items = score.overall_score === null ? [] : itemsOf(score);
  if (items.length === 0) return undefined;
  const known = new Map(items.map(({ id, finding }) => [id, new Set(figuresIn(finding))]));
  return {
    field: 'advice',
    instruction: INSTRUCTION,
    data: Object.fromEntries(items.map(({ id, finding }) => [`finding ${id}`, finding])),
    reply: replySchema,
    // Each finding has its one text, and none has a figure that was measured for another.
    holds: ({ texts }) =>
      texts.length === known.size &&
      new Set(texts.map(({ id }) => id)).size === known.size &&
      texts.every(
        ({ id, text }) =>
          figuresIn(text).every((figure) => known.get(id)?.has(figure)) === true && !pointsElsewhere(text),
      ),
    temperature: 0,
  };
}

/** What `recommendations[i]` and `trend_coverage[i]` are called in a question. */
export const adviceId = {
  recommendation: (index: number): string => `r${index + 1}`,
  trend: (index: number): string => `t${index + 1}`,
};

function itemsOf({ recommendations, trend_coverage }: PageScore): Item[] {
  const advised = recommendations.map(({ title, recommendation, why, evidence, quote }, index) => ({
    id: adviceId.recommendation(index),
    finding: JSON.stringify({ title, recommendation, why, evidence, quote }),
  }));
  const uncovered = (trend_coverage ?? []).flatMap(({ trend, gap, action }, index) =>
    action === null
      ? []
      : [{ id: adviceId.trend(index), finding: JSON.stringify({ topic: trend, gap, action }) }],
  );
  return fitting([...advised, ...uncovered].slice(0, MOST_ITEMS));
}

/** As many of the first as are together short enough to be asked about at once. */
function fitting(items: readonly Item[]): Item[] {
  let left = MOST_DATA;
  return items.filter(({ finding }) => {
    left -= finding.length;
    return left >= 0;
  });
}

/** What the model wrote, by finding; empty for what is no such reply. Pure. */
export function adviceTexts(value: unknown): ReadonlyMap<string, string> {
  const written = replySchema.safeParse(value);
  return new Map(written.success ? written.data.texts.map(({ id, text }) => [id, text]) : []);
}
