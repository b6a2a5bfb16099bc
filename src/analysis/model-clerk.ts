import { z } from 'zod';
import { pageScoreSchema } from '../contract/page-score.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { contentQuestions } from './content-texts.ts';
import { type LanguageModel, promptHash, type Question } from './language-model.ts';
import { readMeasured } from './measure-report.ts';
import { claimTask, keepTask, keepText, readTexts, type TextOwner, type TextTask } from './model-texts.ts';
import { sentimentsOf } from './question-sentiment.ts';

const EVERY_MS = 2_000;
const ANSWER_MS = 60_000;
const LEASE_MS = 3 * ANSWER_MS;
const AT_ONCE = 4;

export interface ModelClerkOptions {
  db: Database;
  clock: Clock;
  log: Log;
  model: LanguageModel;
  /** Default 2 s. */
  everyMs?: number;
}

/**
 * Has a language model write the texts of reports and content runs that have ended. What has ended stays as it is: no
 * figure waits for a text or is made of one. Any number of processes may run one.
 */
export function startModelClerk(options: ModelClerkOptions): Rounds {
  const { db, clock, log, everyMs = EVERY_MS } = options;
  // Only there to be aborted; every question has its own end.
  const whole = Deadline.after(Number.MAX_SAFE_INTEGER, clock);
  const rounds = startRounds({
    round: async (stopping) => {
      while (!stopping()) {
        const task = await claimTask(db, clock.now(), LEASE_MS);
        if (task === undefined) return;
        await write(options, task, whole).catch((error: unknown) => {
          if (!stopping()) throw error;
        });
      }
    },
    everyMs,
    failed: (err) => log.warn({ err }, 'texts could not be looked after; the next round tries again'),
  });
  return {
    stop: () => {
      whole.abort(new Error('the process is stopping'));
      return rounds.stop();
    },
  };
}

/** Writes what an owner still lacks, a few texts at a time. A server that is away is tried again when the lease ends. */
async function write(
  { db, clock, log, model }: ModelClerkOptions,
  task: TextTask,
  whole: Deadline,
): Promise<void> {
  const { owner } = task;
  const known = await readTexts(db, owner);
  const questions = (await questionsOf(db, owner)).filter((question) => !known.has(promptHash(question)));
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    const held = await keepTask(db, task, { until: clock.now() + LEASE_MS, done: false });
    if (!held) return;
    const batch = questions.slice(from, from + AT_ONCE);
    const answers = await Promise.all(
      batch.map(async (question) => {
        const answer = await model.ask(question, whole.within(ANSWER_MS));
        if (answer.kind !== 'unavailable') await keepText(db, owner, question.field, answer, clock.now());
        return answer;
      }),
    );
    if (answers.some(({ kind }) => kind === 'unavailable')) return;
  }
  await keepTask(db, task, { until: clock.now(), done: true });
  log.info({ ...owner, asked: questions.length }, 'texts by the language model');
}

const scoreRow = z.object({ score: pageScoreSchema });

async function questionsOf(sql: Sql, { reportId, runId }: TextOwner): Promise<Question<unknown>[]> {
  if (reportId !== null) {
    const measured = await readMeasured(sql, reportId);
    const own = measured?.metrics.brands.find((brand) => brand.own);
    return measured === undefined || own === undefined ? [] : sentimentsOf(own.name, measured.results);
  }
  const { rows } = await sql.query('SELECT score FROM fleet.content_run WHERE id = $1', [runId]);
  const row = scoreRow.optional().parse(rows[0]);
  return row === undefined ? [] : contentQuestions(row.score);
}
