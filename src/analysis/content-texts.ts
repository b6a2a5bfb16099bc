import type { PageScore } from '../contract/page-score.ts';
import type { Sql } from '../platform/database.ts';
import { promptHash, type Question } from './language-model.ts';
import { readTexts, type StoredText } from './model-texts.ts';
import { adviceQuestion } from './question-advice.ts';
import { summaryQuestion } from './question-summary.ts';

/** What a language model made of a content run's texts; undefined where it was not asked, or not yet. */
export interface ContentTexts {
  summary: StoredText | undefined;
  advice: StoredText | undefined;
}

/** All that a model is asked about a score. Pure. */
export function contentQuestions(score: PageScore): Question<unknown>[] {
  return [summaryQuestion(score), adviceQuestion(score)].filter((question) => question !== undefined);
}

/** The texts of a run beside its score as it is stored. */
export async function readContentTexts(
  sql: Sql,
  runId: string,
  score: PageScore | null,
): Promise<ContentTexts | undefined> {
  if (score === null) return undefined;
  const texts = await readTexts(sql, { reportId: null, runId });
  const of = (question: Question<unknown> | undefined): StoredText | undefined =>
    question && texts.get(promptHash(question));
  return { summary: of(summaryQuestion(score)), advice: of(adviceQuestion(score)) };
}
