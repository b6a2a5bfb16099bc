import { z } from 'zod';
import type { PageScore } from '../contract/page-score.ts';
import type { Question } from './language-model.ts';
import { figuresIn, pointsElsewhere } from './written-text.ts';

const SHORTEST = 20;
const LONGEST = 700;
const MOST_DATA = 12_000;
/** What a text gives out as the score. */
const SCORE = /\bscor\w*\D{0,20}?(\d+(?:\.\d+)?)/gi;

const summarySchema = z.strictObject({ summary: z.string().trim().min(SHORTEST).max(LONGEST) });

/** A score told in a few sentences, from what was measured; undefined for a page without a score. Pure. */
export function summaryQuestion(score: PageScore): Question<{ summary: string }> | undefined {
  if (score.overall_score === null) return undefined;
  const facts = JSON.stringify(factsOf(score)).slice(0, MOST_DATA);
  const page = (score.page.title ?? '').slice(0, 300);
  const known = new Set(figuresIn(`${facts} ${page}`));
  return {
    field: 'summary',
    instruction:
      'Tell the owner of a web page in two to four plain English sentences how fit it is to be found and cited by AI search, and what to change first. Use only the findings given; every number you write must stand in them. Promise no effect.',
    data: { findings: facts, 'title of the page': page },
    reply: summarySchema,
    // A figure nobody measured, or a link, would be the model's own or the page's.
    holds: ({ summary: text }) =>
      figuresIn(text).every((number) => known.has(number)) &&
      [...text.matchAll(SCORE)].every(([, named]) => Number(named) === score.overall_score) &&
      !pointsElsewhere(text),
    temperature: 0,
  };
}

function factsOf({ overall_score, overall_band, gates, factors, recommendations, page }: PageScore) {
  return {
    ...{ overall_score, of: 100, overall_band, kind_of_page: page.kind },
    gates: gates.map(({ name, status, why }) => ({ name, status, why })),
    factors: factors.map(({ name, value, weight, why }) => ({
      ...{ name, percent: value === null ? null : Math.round(value * 100), weight, why },
    })),
    recommendations: recommendations.map(({ title, recommendation }) => ({ title, recommendation })),
  };
}
