import { describe, expect, it } from 'vitest';
import type { AnswerSample } from '../../../src/capture/answer-sample.ts';
import { type AnswerWait, awaitAnswer } from '../../../src/capture/await-answer.ts';
import { emptyJournal } from '../../../src/capture/drive-journal.ts';
import { CaptureError } from '../../../src/contract/errors.ts';
import type { AnswerWatch } from '../../../src/contract/surface.ts';
import { Deadline } from '../../../src/platform/deadline.ts';

const watch: AnswerWatch = {
  answer: { name: 'answer', any: ['#answer'] },
  busy: [{ name: 'spinner', any: ['.spinner'] }],
  done: [{ name: 'end', any: ['.end'] }],
  ...{ stableMs: 1_600, floorMs: 3_200, firstSignMs: 8_000 },
};

/** Text was written and the page still says that more is to come. */
const writing: AnswerSample = {
  ...{ fingerprint: '6:1', textLength: 6, busy: ['spinner'], done: [], hits: { answer: '#answer' } },
  ...{ marks: 'spinner', changedAgoMs: null },
};

/** A clock that only looks and pauses move. */
function waitOf(ms: number, lookTakes: (spanMs: number) => number, seen: AnswerSample = writing) {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const journal = emptyJournal();
  const given: AnswerWait = {
    ...{ wait: Deadline.after(ms, clock), clock, journal, firstSignMs: 8_000 },
    look: async ({ spanMs }) => {
      now += lookTakes(spanMs);
      return seen;
    },
    pause: async (pauseMs) => {
      now += pauseMs;
    },
    checkWalls: async () => undefined,
    meanwhile: (step) => void step(),
    transcriptEnded: () => false,
    nextEnd: () => new Promise(() => undefined),
  };
  return { given, journal, at: () => now };
}

describe('the wait for an answer', () => {
  // A look takes its span and the way there and back; where the last one ended less than a pause before the end of the
  // wait, the pause ran into that end and the capture became a timeout without its text, depending on the phase.
  it.each(Array.from({ length: 60 }, (_, index) => 300 + 10 * index))(
    'of %d ms ends by its deadline, in whatever phase its last look falls',
    async (ms) => {
      const { given, journal, at } = waitOf(ms, (spanMs) => spanMs + 7);
      expect(await awaitAnswer(watch, given)).toBe('deadline');
      expect(journal.ending).toBe('deadline');
      expect(at()).toBeLessThanOrEqual(ms);
    },
  );

  it('ends by its deadline when a busy machine lets a look last far beyond it', async () => {
    const { given } = waitOf(2_000, () => 4_500);
    expect(await awaitAnswer(watch, given)).toBe('deadline');
  });

  it('says what settled it, and which alternative of each selector was there', async () => {
    const ended: AnswerSample = { ...writing, busy: [], done: ['end'], marks: '|end' };
    const { given, journal } = waitOf(20_000, (spanMs) => spanMs + 7, ended);
    expect(await awaitAnswer(watch, given)).toBe('settled');
    expect(journal.endMarks).toEqual(['end']);
    expect(journal.selectors.get('answer')).toEqual({ name: 'answer', hit: '#answer', fallback: false });
  });

  it('does not sit out a calm look when the transcript ends, and looks quickly until the page shows it', async () => {
    const { given } = waitOf(20_000, () => 7);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const glances: (number | undefined)[] = [];
    const look: AnswerWait['look'] = async ({ glanceMs }) => {
      glances.push(glanceMs);
      if (glanceMs === undefined) return new Promise(() => end()); // A look of 0.3 s that has just begun.
      return { ...writing, busy: [], done: ['end'], marks: '|end' };
    };
    expect(await awaitAnswer({ ...watch, stableMs: 0 }, { ...given, look, nextEnd: () => ended })).toBe(
      'settled',
    );
    expect(glances).toEqual([undefined, 15]);
  });

  it('ends early where nothing of an answer ever shows', async () => {
    const nothing: AnswerSample = { ...writing, fingerprint: null, textLength: 0, busy: [], marks: '|' };
    const { given, at } = waitOf(20_000, (spanMs) => spanMs + 7, nothing);
    expect(await awaitAnswer(watch, given)).toBe('no_sign');
    expect(at()).toBeLessThan(10_000);
  });

  it('a wall that comes at the very end is still seen', async () => {
    const { given } = waitOf(500, (spanMs) => spanMs + 7);
    const checkWalls = async (): Promise<void> => {
      throw new CaptureError('challenge', undefined, { mark: 'late' });
    };
    await expect(awaitAnswer(watch, { ...given, checkWalls })).rejects.toMatchObject({
      outcome: 'challenge',
    });
  });

  it('looks no longer than stillness still needs: the answer is settled when it suffices, not a whole look later', async () => {
    const still: AnswerSample = { ...writing, busy: [], done: ['end'], marks: '|end', changedAgoMs: null };
    const { given, at } = waitOf(20_000, (spanMs) => spanMs + 7, still);
    expect(await awaitAnswer({ ...watch, stableMs: 650, floorMs: 3_200 }, given)).toBe('settled');
    // The first look, 307 ms long, is what first saw the text.
    expect(at()).toBeGreaterThanOrEqual(307 + 650);
    expect(at()).toBeLessThanOrEqual(307 + 650 + 2 * 7);
  });

  it('however fast marks come and go, a look begins at most every 100 ms', async () => {
    let looks = 0;
    const { given } = waitOf(2_000, () => 3);
    const flapping = async (): Promise<AnswerSample> => {
      looks++;
      await given.pause(3);
      return { ...writing, marks: `${looks}` };
    };
    expect(await awaitAnswer(watch, { ...given, look: flapping })).toBe('deadline');
    expect(looks).toBeLessThanOrEqual(20);
    expect(looks).toBeGreaterThan(10);
  });
});
