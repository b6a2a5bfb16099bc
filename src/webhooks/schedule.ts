const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before the attempts, from one to the next (specs/edge.md 3): 23 h 35 min 5 s in all. */
export const PAUSES_MS = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  8 * HOUR,
  8 * HOUR,
] as const;
/** Nothing is attempted this long after a delivery's schedule began. */
export const HORIZON_MS = 24 * HOUR;
/** The latest start of a last attempt, so that it ends inside the horizon. */
const LAST_START_MS = HORIZON_MS - MINUTE;
const JITTER_SHARE = 0.1;
/** A tenth of eight hours would bring the last attempt before the end of a 23 h outage. */
const JITTER_MAX_MS = 10 * MINUTE;

/** What is known when an attempt has failed. Times are epoch milliseconds. */
export interface FailedTry {
  scheduledFrom: number;
  /** Attempts made in this schedule, this one included. */
  tries: number;
  failedAt: number;
  /** What the receiver's Retry-After asked for, in milliseconds. */
  retryAfterMs: number | undefined;
  /** From 0 to 1. */
  random: number;
}

/**
 * When to try again, or undefined when the delivery is dead. Steps are counted from the schedule's beginning, so that
 * slow answers do not add up; jitter only makes a step shorter; a late attempt is still followed by half the pause at
 * least; Retry-After can stretch a step, never beyond the horizon. Pure.
 */
export function nextTry(failed: FailedTry): number | undefined {
  const pause = PAUSES_MS[failed.tries];
  const latest = failed.scheduledFrom + LAST_START_MS;
  if (pause === undefined || failed.failedAt >= latest) return undefined;
  const offset = PAUSES_MS.slice(0, failed.tries + 1).reduce((sum, step) => sum + step, 0);
  const jitter = Math.min(pause * JITTER_SHARE, JITTER_MAX_MS) * failed.random;
  const due = Math.max(
    failed.scheduledFrom + offset - jitter,
    failed.failedAt + pause / 2,
    failed.failedAt + (failed.retryAfterMs ?? 0),
  );
  return Math.round(Math.min(due, latest));
}

/** Reads `Retry-After` (RFC 9110 10.2.3): seconds, or a date. Undefined when it is neither or past. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text) * SECOND;
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= now ? undefined : at - now;
}

/** Failures in a row after which a target is tried only once per pause. */
const CIRCUIT_FAILURES = 20;
const CIRCUIT_PAUSE_MS = 5 * MINUTE;
/** Attempts under way at one target. */
const CAP = 5;

/** What is known of a target when its next deliveries are to be chosen. */
export interface TargetState {
  /** Failures in a row. */
  failures: number;
  /** Epoch milliseconds until which nothing is sent. */
  openUntil: number | undefined;
  inFlight: number;
  now: number;
}

/** How many deliveries of a target may be begun now: none while it pauses, one as a probe, else up to the cap. Pure. */
export function allowance({ failures, openUntil, inFlight, now }: TargetState): number {
  if (openUntil !== undefined && openUntil > now) return 0;
  if (failures >= CIRCUIT_FAILURES) return inFlight === 0 ? 1 : 0;
  return Math.max(0, CAP - inFlight);
}

/** Until when a target pauses once one of its deliveries is begun: a probe is followed by a pause, others by none. Pure. */
export function pauseAfterBegin(failures: number, now: number): number | undefined {
  return failures >= CIRCUIT_FAILURES ? now + CIRCUIT_PAUSE_MS : undefined;
}

/** Until when a target pauses after a failed attempt: the circuit's pause, or what Retry-After asked, if shorter. Pure. */
export function pauseUntil(failed: {
  failures: number;
  retryAfterMs: number | undefined;
  now: number;
}): number | undefined {
  if (failed.failures >= CIRCUIT_FAILURES) return failed.now + CIRCUIT_PAUSE_MS;
  if (failed.retryAfterMs === undefined) return undefined;
  return failed.now + Math.min(failed.retryAfterMs, CIRCUIT_PAUSE_MS);
}
