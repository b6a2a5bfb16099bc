/** How one ping of a browser went. */
export interface PingEnd {
  answered: boolean;
  /** How long it was waited for, ms. */
  waitedMs: number;
  /** How much of that the browser could have run and was given no processor, ms. */
  starvedMs: number;
}

/** A browser that could have run for so long and did not answer hangs; on an idle machine that is two pings of 2.2 s. */
const PATIENCE_MS = 4_000;
/** However busy the machine: a part of each wait counts, so that a browser that hangs is found in half a minute. */
const LEAST_PART = 0.16;

/** What the unanswered pings in a row amount to so far, ms. Pure. */
export function unansweredAfter(before: number, { answered, waitedMs, starvedMs }: PingEnd): number {
  if (answered) return 0;
  return before + Math.max(waitedMs - starvedMs, waitedMs * LEAST_PART);
}

/** Whether a browser that left so much unanswered does not react. Pure. */
export function isUnresponsive(unansweredMs: number): boolean {
  return unansweredMs >= PATIENCE_MS;
}
