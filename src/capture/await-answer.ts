import type { AnswerEnd, AnswerWatch } from '../contract/surface.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { AnswerSample, LookSpan } from './answer-sample.ts';
import { decideSettled, WATCH_START, type WatchState } from './answer-watch.ts';
import { type DriveJournal, recordWatch } from './drive-journal.ts';

/** From one look to the next at least so long, however fast marks come and go. */
const POLL_MS = 100;
/** One look at an answer under way lasts so long, unless a mark comes or goes meanwhile or stillness suffices before. */
const LOOK_MS = 300;
/** When the transcript has ended, the page is looked at this often. */
const QUICK_GLANCE_MS = 15;
/** While an answer is awaited the walls are looked for this often; a wall that comes late is rare and looking costs. */
const WALL_CHECK_MS = 1_500;

/** What a wait for an answer stands on. */
export interface AnswerWait {
  /** Over when the wait is: an end, and no failure, so nothing is run under it. */
  wait: Pick<Deadline, 'remainingMs'>;
  pause(ms: number): Promise<void>;
  clock: Clock;
  journal: DriveJournal;
  firstSignMs: number;
  look(span: LookSpan): Promise<AnswerSample>;
  /** Throws when the page shows a wall. */
  checkWalls(): Promise<void>;
  /** What the drive need not wait for: it goes on, and fails with it where it fails. */
  meanwhile(step: () => Promise<void>): void;
  transcriptEnded(): boolean;
  /** Resolves when the next exchange of the transcript ends: most often the page shows the end in the same moment. */
  nextEnd(): Promise<void>;
}

/** Looks at the page again and again until its answer is finished, shows no sign of one, or time is up. */
export async function awaitAnswer(watch: AnswerWatch, given: AnswerWait): Promise<AnswerEnd> {
  const { wait, clock, journal, firstSignMs, checkWalls } = given;
  const began = clock.monotonic();
  let state: WatchState = WATCH_START;
  let wallCheckAt = WALL_CHECK_MS;
  let marks = '';
  let settlesAt = Number.POSITIVE_INFINITY;
  while (wait.remainingMs() > POLL_MS) {
    const lookedAt = clock.monotonic();
    const stillMs = Math.max(0, settlesAt - (lookedAt - began));
    const spanMs = Math.min(LOOK_MS, stillMs, wait.remainingMs() - POLL_MS);
    const seen = await lookUntilEnd({ fingerprint: state.fingerprint, marks, spanMs }, given);
    const at = clock.monotonic() - began;
    const transcriptEnded = given.transcriptEnded();
    const decided = decideSettled(state, { ...seen, at, transcriptEnded }, { ...watch, firstSignMs });
    state = decided.state;
    const { verdict } = decided;
    if (verdict.verdict === 'no_sign') {
      await checkWalls();
      recordWatch(journal, watch, seen.hits);
      return 'no_sign';
    }
    if (verdict.verdict === 'settled') {
      const { marks: endMarks } = verdict;
      given.meanwhile(async () => {
        await checkWalls();
        recordWatch(journal, watch, seen.hits);
        journal.ending = 'settled';
        journal.endMarks = endMarks;
      });
      return 'settled';
    }
    if (at >= wallCheckAt) {
      await checkWalls();
      wallCheckAt = at + WALL_CHECK_MS;
    }
    marks = seen.marks;
    settlesAt = at + (verdict.forMs ?? Number.POSITIVE_INFINITY);
    const now = clock.monotonic();
    const restMs = Math.min(POLL_MS - (now - lookedAt), settlesAt - (now - began), wait.remainingMs());
    if (restMs > 0) await given.pause(restMs);
  }
  await checkWalls();
  journal.ending = 'deadline';
  return 'deadline';
}

/** One look; when the transcript says an end meanwhile, another with quicker glances joins it, and the first to see counts. */
async function lookUntilEnd(
  span: LookSpan,
  { look, nextEnd }: Pick<AnswerWait, 'look' | 'nextEnd'>,
): Promise<AnswerSample> {
  let seen = false;
  const calm = awaitedLater(look(span));
  const quick = async (): Promise<AnswerSample> => {
    await nextEnd();
    return seen ? calm : look({ ...span, glanceMs: QUICK_GLANCE_MS });
  };
  try {
    return await Promise.race([calm, awaitedLater(quick())]);
  } finally {
    seen = true;
  }
}
