/** What one step of the coordinate bench gave. */
export interface Step {
  /** Captures under way at once. */
  captures: number;
  settledPerS: number;
}

/** Below this share of what the captures would settle with a database that takes no time, the database is the limit. */
const KEEPS_UP = 0.85;

/** Children per second that so many captures would settle if coordination took no time. Pure. */
export function idealPerS(captures: number, meanS: number): number {
  return captures / meanS;
}

/** The first step at which the database no longer keeps up; undefined when it kept up in all. Pure. */
export function bendOf(steps: readonly Step[], meanS: number): Step | undefined {
  return steps.find(({ captures, settledPerS }) => settledPerS < KEEPS_UP * idealPerS(captures, meanS));
}

/**
 * Captures at once that a database carries which settles so many children per second, when a capture takes `captureS`
 * seconds (Little's law). Pure.
 */
export function capturesCarried(settledPerS: number, captureS: number): number {
  return Math.floor(settledPerS * captureS);
}
