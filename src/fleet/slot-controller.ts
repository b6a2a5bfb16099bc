/** How the machine stood at one moment. */
export interface LoadSample {
  /** Monotonic milliseconds. */
  at: number;
  /** Share of time in which some work waited for a processor, 0 to 1. */
  cpuPressure: number;
  /** Memory that can still be taken, and all there is, bytes; limits of the container honoured. */
  freeBytes: number;
  totalBytes: number;
  /** How late this process's event loop ran at worst since the last sample, milliseconds. */
  lagMs: number;
  /** Captures under way. */
  busy: number;
  /** Measured memory per capture, bytes; null before the first. */
  bytesPerCapture: number | null;
}

export interface SlotRules {
  /** Pressure of processor or event loop never goes below this. */
  floor: number;
  /** FLEET_SLOTS. */
  ceiling: number;
}

export interface SlotState {
  limit: number;
  cpu: number | null;
  lag: number | null;
  changedAt: number;
  loweredAt: number;
}

/** Between low and high nothing changes: the distance is what keeps the limit still. */
const CPU = { low: 0.8, high: 0.95 };
const LAG_MS = { low: 80, high: 250 };
/** Weight of a new sample: at one a second, half of a step is seen after two seconds. */
const WEIGHT = 0.3;
const LOWER_EVERY_MS = 5_000;
const RAISE_EVERY_MS = 10_000;
/** After a lowering, so long before the limit rises again: else it would swing with the load it causes itself. */
const CALM_MS = 30_000;
/** Memory kept free for everything else. */
const RESERVE = 0.1;
/** Until it is measured: what a real consumer page takes (specs/fleet.md 6, 300–500 MB). */
const ASSUMED_BYTES = 300_000_000;
const LEAST_BYTES = 40_000_000;

export function startSlots(rules: SlotRules, at: number): SlotState {
  const never = Number.NEGATIVE_INFINITY;
  return { limit: rules.ceiling, cpu: null, lag: null, changedAt: at, loweredAt: never };
}

/** How many captures the free memory carries, those under way included; at least one. Pure. */
export function slotsByMemory(sample: LoadSample): number {
  const each = Math.max(LEAST_BYTES, sample.bytesPerCapture ?? ASSUMED_BYTES);
  const spare = sample.freeBytes - sample.totalBytes * RESERVE;
  return Math.max(1, sample.busy + Math.floor(spare / each));
}

/**
 * The slots after one more sample. Memory sets a hard limit at once; pressure on processor or event loop lowers it
 * step by step to the floor, calm raises it step by step to the ceiling, and only where the slots are in use. Never
 * below one, so that a worker with nothing to do always takes a job. Pure.
 */
export function nextSlots(state: SlotState, sample: LoadSample, rules: SlotRules): SlotState {
  const cpu = smooth(state.cpu, sample.cpuPressure);
  const lag = smooth(state.lag, sample.lagMs);
  const next = { ...state, cpu, lag };
  const ceiling = Math.max(1, Math.min(rules.ceiling, slotsByMemory(sample)));
  if (state.limit > ceiling) return { ...next, limit: ceiling, changedAt: sample.at, loweredAt: sample.at };
  const since = sample.at - state.changedAt;
  const floor = Math.max(1, Math.min(rules.floor, ceiling));
  if ((cpu > CPU.high || lag > LAG_MS.high) && since >= LOWER_EVERY_MS && state.limit > floor) {
    const limit = Math.max(floor, Math.min(state.limit - 1, Math.floor(state.limit * 0.75)));
    return { ...next, limit, changedAt: sample.at, loweredAt: sample.at };
  }
  const calm = cpu < CPU.low && lag < LAG_MS.low && sample.at - state.loweredAt >= CALM_MS;
  const wanted = sample.busy >= state.limit || state.limit < floor;
  if (calm && wanted && since >= RAISE_EVERY_MS && state.limit < ceiling) {
    return { ...next, limit: state.limit + 1, changedAt: sample.at };
  }
  return next;
}

function smooth(before: number | null, now: number): number {
  return before === null ? now : before + WEIGHT * (now - before);
}
