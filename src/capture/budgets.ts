/** Budgets of a capture's steps, each strictly inside the next (specs/fleet.md 4, the ladder). Milliseconds. */
export interface Budgets {
  /** One call to the browser: evaluate, content, close. */
  rpc: number;
  navigation: number;
  /** Until the page shows what the drive works with. */
  ready: number;
  /** The whole wait for an answer. */
  answer: number;
  /** HTML, screenshot, thumbnail. */
  proof: number;
  /** The whole capture; the lease is longer. */
  capture: number;
}

/**
 * The ladder for a capture of this length. A shorter capture keeps the proportions that leave each step a chance, and
 * a fifth of its time for proof, so that a timeout is proven too.
 */
export function budgetsFor(captureMs: number): Budgets {
  return {
    rpc: Math.max(1_000, Math.min(5_000, captureMs / 4)),
    navigation: Math.min(30_000, captureMs * 0.4),
    ready: Math.min(15_000, captureMs * 0.25),
    answer: Math.min(120_000, captureMs * 0.6),
    proof: Math.min(30_000, captureMs / 5),
    capture: captureMs,
  };
}
