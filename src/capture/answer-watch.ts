import type { AnswerWatch } from '../contract/surface.ts';

/** What one look at the page found. */
export interface WatchSample {
  /** Milliseconds since waiting began. */
  at: number;
  /** Changes whenever the answer's text changes; null when there is no answer element. */
  fingerprint: string | null;
  textLength: number;
  busy: readonly string[];
  done: readonly string[];
  transcriptEnded: boolean;
  /** How long before `at` the text last changed, ms, where the look saw it; null or absent: at `at`, if it changed at all. */
  changedAgoMs?: number | null;
}

/** What the looks so far amount to. */
export interface WatchState {
  fingerprint: string | null;
  changedAt: number;
  seen: boolean;
}

export type WatchVerdict =
  /** `forMs`: when nothing changes meanwhile, it is settled after so long; absent where something has to change first. */
  { verdict: 'wait'; forMs?: number } | { verdict: 'no_sign' } | { verdict: 'settled'; marks: string[] };

export const WATCH_START: WatchState = { fingerprint: null, changedAt: 0, seen: false };

/** Stillness that suffices when page and transcript both say the end; a surface that asks for less gets less. */
const AGREED_STABLE_MS = 400;

/**
 * Whether the answer is finished. Pure. No single mark can fool it: an end mark or the transcript's end counts only
 * together with text that stopped changing and nothing busy; when both are seen, the two witnesses agree and a shorter
 * stillness (400 ms) suffices for the page to show the last of what the stream brought; a busy mark that never goes away is overruled by both
 * kinds of end mark; with no end mark at all, text has to stand still for the longer `floorMs`.
 */
export function decideSettled(
  state: WatchState,
  sample: WatchSample,
  watch: Pick<AnswerWatch, 'stableMs' | 'floorMs' | 'firstSignMs'>,
): { state: WatchState; verdict: WatchVerdict } {
  const changed = sample.fingerprint !== state.fingerprint;
  const hasText = sample.textLength > 0;
  const sign = hasText || sample.busy.length > 0 || sample.done.length > 0 || sample.transcriptEnded;
  const next: WatchState = {
    fingerprint: sample.fingerprint,
    changedAt:
      changed || (sample.changedAgoMs ?? null) !== null
        ? sample.at - (sample.changedAgoMs ?? 0)
        : state.changedAt,
    seen: state.seen || sign,
  };
  if (!next.seen)
    return { state: next, verdict: { verdict: sample.at >= watch.firstSignMs ? 'no_sign' : 'wait' } };
  const still = sample.at - next.changedAt;
  const done = sample.done.length > 0;
  const ended = sample.transcriptEnded;
  const marks = [...sample.done, ...(ended ? ['transcript_ended'] : [])];
  if (sample.busy.length > 0) {
    const overrulable = done && ended && hasText;
    if (overrulable && still >= watch.floorMs)
      return { state: next, verdict: { verdict: 'settled', marks: [...marks, 'busy_overruled'] } };
    return { state: next, verdict: waitFor(overrulable ? watch.floorMs - still : undefined) };
  }
  const stableMs = done && ended ? Math.min(watch.stableMs, AGREED_STABLE_MS) : watch.stableMs;
  if ((done || ended) && still >= stableMs) return { state: next, verdict: { verdict: 'settled', marks } };
  if (hasText && still >= watch.floorMs)
    return { state: next, verdict: { verdict: 'settled', marks: ['stable_text'] } };
  const needs = [...(done || ended ? [stableMs] : []), ...(hasText ? [watch.floorMs] : [])];
  return { state: next, verdict: waitFor(needs.length > 0 ? Math.min(...needs) - still : undefined) };
}

function waitFor(forMs: number | undefined): WatchVerdict {
  return forMs === undefined ? { verdict: 'wait' } : { verdict: 'wait', forMs };
}
