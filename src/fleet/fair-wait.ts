import { type Deadline, DeadlineError } from '../platform/deadline.ts';
import { longestWait, type RunDelays, runDelaysOf } from '../platform/run-delay.ts';

/** However busy the machine, a step is waited for so many times its budget at most. */
export const MOST_TURNS = 4;
/** Every process waits a little; a browser that was given no processor for this part of a wait was held up. */
const HELD_UP = 0.25;

/** How a step of a browser is waited for. */
export interface FairWait<T> {
  /** Process of the browser. */
  pid: number;
  budgetMs: number;
  /** Handed a value that comes after nobody waits for it any more. */
  onLate?: (late: T) => void | Promise<void>;
  /** The kernel's when absent. */
  delaysOf?: (pid: number) => RunDelays;
}

/**
 * Runs a step of a browser under a budget of time in which the browser could run: what a busy machine kept from it is
 * waited for once more, up to four budgets in all. A browser that is stopped or stuck waits for no processor and has its
 * budget once. Rejects as Deadline.run does.
 */
export async function runFairly<T>(
  deadline: Deadline,
  phase: string,
  step: () => Promise<T>,
  { pid, budgetMs, onLate, delaysOf = runDelaysOf }: FairWait<T>,
): Promise<T> {
  deadline.throwIfAborted();
  let before = delaysOf(pid);
  let left = budgetMs;
  const work = step();
  for (let turn = 1; ; turn++) {
    try {
      return await deadline.run(phase, () => work, { budgetMs: left });
    } catch (error) {
      const now = delaysOf(pid);
      const heldUpMs = longestWait(before, now);
      if (!(error instanceof DeadlineError) || turn >= MOST_TURNS || heldUpMs < left * HELD_UP) {
        work.then(onLate, () => undefined); // Nobody waits for its failure; the one told is ours.
        throw error;
      }
      before = now;
      left = Math.min(budgetMs, heldUpMs);
    }
  }
}
