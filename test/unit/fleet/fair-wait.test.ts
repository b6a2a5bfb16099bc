import { describe, expect, it, vi } from 'vitest';
import { MOST_TURNS, runFairly } from '../../../src/fleet/fair-wait.ts';
import { Deadline, DeadlineError } from '../../../src/platform/deadline.ts';

const BUDGET_MS = 20;

/** A kernel that says at each look that the browser has waited so much longer. */
function waitingMore(msPerLook: number): { delays: () => Map<string, number>; looks: () => number } {
  let looks = 0;
  return { delays: () => new Map([['1', looks++ * msPerLook]]), looks: () => looks };
}

describe('a step of a browser', () => {
  it('that did not end in its budget is waited for longer where the machine kept the browser from running', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const kernel = waitingMore(BUDGET_MS);
    const delays = (): Map<string, number> => {
      if (kernel.looks() === 2) resolve('done'); // At the second failed wait.
      return kernel.delays();
    };
    const wait = { budgetMs: BUDGET_MS, delays };
    expect(await runFairly(Deadline.after(60_000), 'close', () => promise, wait)).toBe('done');
    expect(kernel.looks()).toBe(3);
  });

  it('is waited for once where the browser could run, and four times at most where it could not', async () => {
    for (const [perLook, waits] of [
      [0, 1],
      [BUDGET_MS * 100, MOST_TURNS],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<string>();
      const onLate = vi.fn();
      const { delays, looks } = waitingMore(perLook);
      const wait = { budgetMs: BUDGET_MS, delays, onLate };
      const ran = runFairly(Deadline.after(60_000), 'close', () => promise, wait);
      await expect(ran).rejects.toBeInstanceOf(DeadlineError);
      expect(looks()).toBe(1 + waits);
      resolve('late');
      await vi.waitFor(() => expect(onLate).toHaveBeenCalledWith('late'));
    }
  });

  it('ends at once when its capture is called off, busy machine or not', async () => {
    const deadline = Deadline.after(60_000);
    const { delays } = waitingMore(BUDGET_MS);
    const wait = { budgetMs: 60_000, delays };
    const ran = runFairly(deadline, 'page', () => new Promise<never>(() => undefined), wait);
    deadline.abort(new Error('lease lost'));
    await expect(ran).rejects.toThrow('lease lost');
  });
});
