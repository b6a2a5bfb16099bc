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

const LADDER: Budgets = {
  rpc: 5_000,
  navigation: 30_000,
  ready: 15_000,
  answer: 120_000,
  proof: 30_000,
  capture: 210_000,
};

/** The ladder scaled down to a shorter capture (never up); proof keeps at least a fifth, so that a timeout is proven. */
export function budgetsFor(captureMs: number): Budgets {
  const scale = Math.min(1, captureMs / LADDER.capture);
  return {
    rpc: Math.max(1_000, Math.min(LADDER.rpc, captureMs / 4)),
    navigation: LADDER.navigation * scale,
    ready: LADDER.ready * scale,
    answer: LADDER.answer * scale,
    proof: Math.max(LADDER.proof * scale, captureMs / 5),
    capture: captureMs,
  };
}
