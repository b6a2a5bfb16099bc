import { type Deadline, DeadlineError } from '../platform/deadline.ts';
import { longestWait, type RunDelays } from '../platform/run-delay.ts';

/** However busy the machine, a step is waited for so many times its budget at most. */
export const MOST_TURNS = 4;
/** Every process waits a little; a browser that was given no processor for this part of a wait was held up. */
const HELD_UP = 0.25;
/** Most steps end long before this part of their budget; only then is the kernel asked. */
const PROMPT = 0.25;

/** How a step of a browser is waited for. */
export interface FairWait<T> {
  budgetMs: number;
  /** Handed a value that comes after nobody waits for it any more. */
  onLate?: (late: T) => void | Promise<void>;
  /** How long the browser's processes have waited for a processor so far: a page waits for its renderer too. */
  delays: () => RunDelays;
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
  { budgetMs, onLate, delays }: FairWait<T>,
): Promise<T> {
  deadline.throwIfAborted();
  const work = step();
  let before: RunDelays | undefined;
  let left = budgetMs * PROMPT;
  for (let turn = 0; ; turn++) {
    try {
      return await deadline.run(phase, () => work, { budgetMs: left });
    } catch (error) {
      const now = delays();
      if (error instanceof DeadlineError && before === undefined && !deadline.expired) {
        before = now;
        left = budgetMs * (1 - PROMPT);
        continue;
      }
      const heldUpMs = before === undefined ? 0 : longestWait(before, now);
      if (!(error instanceof DeadlineError) || turn >= MOST_TURNS || heldUpMs < left * HELD_UP) {
        work.then(onLate, () => undefined); // Nobody waits for its failure; the one told is ours.
        throw error;
      }
      before = now;
      left = Math.min(budgetMs, heldUpMs);
    }
  }
}
