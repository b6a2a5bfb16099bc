import { OUTCOME_RULES, type Outcome } from '../contract/outcome.ts';
import type { LaneSettings } from '../platform/lanes-setting.ts';
import { quietUntil } from './quiet-hours.ts';

/**
 * The breaker of a lane: `flowing` lets captures through; `cooling` none until its time is over; `probing` one at a
 * time, until enough of them came back well (flowing) or one did not (cooling again, for longer).
 */
export const LANE_PHASES = ['flowing', 'cooling', 'probing'] as const;

export type LanePhase = (typeof LANE_PHASES)[number];

/** What made a lane cool down. */
export type CoolingCause = 'challenge' | 'throttled' | 'error_rate';

/** One capture's end as the error rate sees it. */
export interface RecentEnd {
  at: number;
  failed: boolean;
}

/** All that is remembered of a lane. Times are epoch milliseconds. */
export interface LaneState {
  phase: LanePhase;
  /** Counts the times the breaker opened or closed; what a capture admitted in an earlier spell says is old news. */
  spell: number;
  /** No capture starts before. */
  nextAt: number;
  /** While `cooling`: until when. */
  coolUntil: number;
  /** How often in a row it had to cool down. */
  openings: number;
  cause: CoolingCause | null;
  /** Probes that came back well since it cooled down. */
  probesPassed: number;
  flowingSince: number;
  recent: readonly RecentEnd[];
  /** Closed by hand, until a time or until opened by hand. */
  held: { until: number | null; reason: string } | null;
}

/** A lane nobody has used yet. */
export const FRESH_LANE: LaneState = {
  phase: 'flowing',
  spell: 0,
  nextAt: 0,
  coolUntil: 0,
  openings: 0,
  cause: null,
  probesPassed: 0,
  flowingSince: 0,
  recent: [],
  held: null,
};

/** Why a capture has to wait for its lane. */
export const LANE_WAITS = [
  'held',
  'cooling_down',
  'quiet_hours',
  'probing',
  'max_in_flight',
  'pacing',
] as const;

export type LaneWait = (typeof LANE_WAITS)[number];

/** `until`: when it is worth asking again; for what depends on others, a little later. */
export type Admission =
  | { kind: 'admit'; state: LaneState }
  | { kind: 'wait'; until: number; reason: LaneWait };

export interface LaneLoad {
  now: number;
  /** Captures of this lane under way, of all workers. */
  inFlight: number;
  /** Random, [0, 1). */
  roll: number;
}

/** What waits for another capture's end asks again after this long at the latest. */
const ASK_AGAIN_MS = 1_000;
/** What a person closed, a person opens. */
const HELD_ASK_AGAIN_MS = 10_000;
const MINUTE_MS = 60_000;
/** Probes that must come back well, one after another, before a lane flows again. */
const PROBES = 2;
/** The error rate is that of the last ends, at most this many, none older than this. */
const RECENT_ENDS = 20;
const RECENT_MS = 10 * MINUTE_MS;
/** Fewer ends tell nothing; of these, half failing is too much. */
const MIN_ENDS = 8;
const MAX_FAILED = 0.5;
const MAX_DOUBLINGS = 30;

/** Whether the next capture may start now. Pure. Who is admitted must write the state given back. */
export function decideAdmission(state: LaneState, settings: LaneSettings, load: LaneLoad): Admission {
  const { now, inFlight, roll } = load;
  const wait = (reason: LaneWait, until: number): Admission => ({ kind: 'wait', until, reason });
  const { held } = state;
  if (held !== null && (held.until === null || now < held.until)) {
    return wait('held', held.until ?? now + HELD_ASK_AGAIN_MS);
  }
  if (state.phase === 'cooling' && now < state.coolUntil) return wait('cooling_down', state.coolUntil);
  const quiet = settings.quiet === null ? null : quietUntil(settings.quiet, now);
  if (quiet !== null) return wait('quiet_hours', quiet);
  const phase = state.phase === 'cooling' ? 'probing' : state.phase;
  if (phase === 'probing' && inFlight > 0) return wait('probing', now + ASK_AGAIN_MS);
  if (inFlight >= settings.atOnce) return wait('max_in_flight', now + ASK_AGAIN_MS);
  const gap = MINUTE_MS / settings.perMinute;
  // A wait that these settings never give was written under slower ones, or before the clock was set back.
  const paced = now < state.nextAt && state.nextAt - now <= Math.ceil(gap * (1 + settings.jitter));
  if (paced) return wait('pacing', state.nextAt);
  const pause = gap * (1 + settings.jitter * roll);
  return { kind: 'admit', state: { ...state, phase, held: null, nextAt: now + Math.ceil(pause) } };
}

/** What a capture's end says about the site: wants us gone, does not work, works, or nothing. */
function verdict(outcome: Outcome): 'wall' | 'failed' | 'fine' | 'nothing' {
  if (OUTCOME_RULES[outcome].retry === 'lane') return 'wall';
  switch (outcome) {
    case 'surface_error':
    case 'timeout':
    case 'navigation_failed':
      return 'failed';
    // Our own browser, and a profile that ran out: the site has neither refused nor failed.
    case 'browser_crashed':
    case 'login_wall':
      return 'nothing';
    default:
      return 'fine';
  }
}

/** The lane after a capture that was admitted in `spell` has ended. Pure. */
export function afterCapture(
  state: LaneState,
  settings: LaneSettings,
  end: { outcome: Outcome; spell: number; now: number },
): LaneState {
  const said = verdict(end.outcome);
  if (end.spell !== state.spell || said === 'nothing') return state;
  if (said === 'wall')
    return cooled(state, settings, end.outcome === 'challenge' ? 'challenge' : 'throttled', end.now);
  if (state.phase !== 'flowing') {
    return said === 'failed' ? cooled(state, settings, 'error_rate', end.now) : probed(state, end.now);
  }
  const recent = [...state.recent, { at: end.now, failed: said === 'failed' }]
    .filter(({ at }) => end.now - at < RECENT_MS)
    .slice(-RECENT_ENDS);
  const failed = recent.filter((one) => one.failed).length;
  const next = { ...state, recent };
  const tooMany = recent.length >= MIN_ENDS && failed >= recent.length * MAX_FAILED;
  return tooMany && said === 'failed' ? cooled(next, settings, 'error_rate', end.now) : next;
}

/** How long the nth cool-down in a row lasts, in milliseconds. */
export function coolDownMs(settings: LaneSettings, openings: number): number {
  const doublings = Math.min(Math.max(0, openings - 1), MAX_DOUBLINGS);
  return Math.min(
    Math.max(settings.maxCoolDownMs, settings.coolDownMs),
    settings.coolDownMs * 2 ** doublings,
  );
}

function cooled(state: LaneState, settings: LaneSettings, cause: CoolingCause, now: number): LaneState {
  // Only a lane that flowed for as long as it last had to cool down starts again from the shortest one.
  const calm = state.phase === 'flowing' && now - state.flowingSince >= coolDownMs(settings, state.openings);
  const openings = calm ? 1 : state.openings + 1;
  return {
    ...state,
    ...{ phase: 'cooling', spell: state.spell + 1, openings, cause, probesPassed: 0, recent: [] },
    coolUntil: now + coolDownMs(settings, openings),
  };
}

function probed(state: LaneState, now: number): LaneState {
  const probesPassed = state.probesPassed + 1;
  if (probesPassed < PROBES) return { ...state, probesPassed };
  return {
    ...state,
    phase: 'flowing',
    spell: state.spell + 1,
    cause: null,
    probesPassed: 0,
    flowingSince: now,
  };
}

/** Closed by hand: what is under way ends, nothing new starts. Pure. */
export function heldByHand(state: LaneState, held: { until: number | null; reason: string }): LaneState {
  return { ...state, held };
}

/** Opened by hand: flows at once, whatever the breaker thought, and forgets its cool-downs. Pure. */
export function openedByHand(state: LaneState, now: number): LaneState {
  return { ...FRESH_LANE, spell: state.spell + 1, nextAt: state.nextAt, flowingSince: now };
}
