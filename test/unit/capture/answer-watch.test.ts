import { describe, expect, it } from 'vitest';
import { decideSettled, WATCH_START, type WatchSample } from '../../../src/capture/answer-watch.ts';

const watch = { stableMs: 500, floorMs: 3_000, firstSignMs: 10_000 };
const nothing: WatchSample = {
  at: 0,
  fingerprint: null,
  textLength: 0,
  busy: [],
  done: [],
  transcriptEnded: false,
};

function play(samples: Partial<WatchSample>[]): string {
  let state = WATCH_START;
  for (const sample of samples) {
    const decided = decideSettled(state, { ...nothing, ...sample }, watch);
    state = decided.state;
    if (decided.verdict.verdict === 'settled')
      return `settled at ${sample.at} by ${decided.verdict.marks.join('+')}`;
    if (decided.verdict.verdict === 'no_sign') return `no sign by ${sample.at}`;
  }
  return 'waiting';
}

const text = (at: number, length: number, rest: Partial<WatchSample> = {}): Partial<WatchSample> => ({
  at,
  fingerprint: `f${length}`,
  textLength: length,
  ...rest,
});

describe('when an answer counts as finished', () => {
  it('needs an end mark and text that stands still', () => {
    expect(play([text(0, 5), text(100, 9, { done: ['d'] }), text(400, 9, { done: ['d'] })])).toBe('waiting');
    expect(play([text(0, 5), text(100, 9, { done: ['d'] }), text(700, 9, { done: ['d'] })])).toBe(
      'settled at 700 by d',
    );
  });

  it('waits less when page and transcript both say the end, but still for text that stands still', () => {
    const both = { done: ['d'], transcriptEnded: true };
    expect(play([text(0, 5), text(100, 9, both), text(490, 9, both)])).toBe('waiting');
    expect(play([text(0, 5), text(100, 9, both), text(400, 12, both), text(600, 12, both)])).toBe('waiting');
    expect(play([text(0, 5), text(100, 9, both), text(500, 9, both)])).toBe(
      'settled at 500 by d+transcript_ended',
    );
  });

  it('is not fooled by an end mark while something is still busy', () => {
    expect(
      play([text(0, 9, { done: ['d'], busy: ['b'] }), text(5_000, 9, { done: ['d'], busy: ['b'] })]),
    ).toBe('waiting');
  });

  it('overrules a busy mark that stays behind when page and transcript both say the end', () => {
    const sample = { done: ['d'], busy: ['b'], transcriptEnded: true };
    expect(play([text(0, 9, sample), text(3_100, 9, sample)])).toBe(
      'settled at 3100 by d+transcript_ended+busy_overruled',
    );
  });

  it('falls back on text alone when every mark has drifted', () => {
    expect(play([text(0, 9), text(2_900, 9)])).toBe('waiting');
    expect(play([text(0, 9), text(3_100, 9)])).toBe('settled at 3100 by stable_text');
  });

  it('takes the transcript’s end as an end mark', () => {
    expect(
      play([text(0, 9), text(100, 9, { transcriptEnded: true }), text(600, 9, { transcriptEnded: true })]),
    ).toBe('settled at 600 by transcript_ended');
  });

  it('gives up when no sign of an answer comes', () => {
    expect(play([{ at: 0 }, { at: 9_900 }])).toBe('waiting');
    expect(play([{ at: 0 }, { at: 10_000 }])).toBe('no sign by 10000');
  });
});
