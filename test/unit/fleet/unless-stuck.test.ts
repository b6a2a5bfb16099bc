import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  PAGE_STUCK_AFTER_MS,
  STUCK_AFTER_MS,
  StuckError,
  unlessStuck,
} from '../../../src/fleet/unless-stuck.ts';
import { Deadline } from '../../../src/platform/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const noPage = (): boolean => false;
const never = (): Promise<string> => new Promise(() => undefined);

/** How a promise stands at present. */
function watch(promise: Promise<string>): { is: () => unknown } {
  let now: unknown = 'open';
  promise.then(
    (value) => (now = value),
    (error: unknown) => (now = error),
  );
  return { is: () => now };
}

describe('an attempt', () => {
  it('that is back in time is what it says, well or badly', async () => {
    expect(await unlessStuck(Promise.resolve('done'), Deadline.after(1_000), noPage)).toBe('done');
    await expect(unlessStuck(Promise.reject(new Error('no')), Deadline.after(1_000), noPage)).rejects.toThrow(
      'no',
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that comes back after its deadline still says how it ended', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const well = watch(unlessStuck(promise, Deadline.after(1_000), noPage));
    const badly = Promise.withResolvers<string>();
    const ill = watch(unlessStuck(badly.promise, Deadline.after(1_000), noPage));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([well.is(), ill.is()]).toEqual(['open', 'open']);
    resolve('late');
    badly.reject(new Error('late'));
    reject(new Error('ignored'));
    await vi.advanceTimersByTimeAsync(0);
    expect([well.is(), ill.is()]).toEqual(['late', new Error('late')]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['its deadline has passed', false],
    ['it was called off', true],
  ])('that never comes back is given up long after %s', async (_when, aborts) => {
    const deadline = Deadline.after(aborts ? 1e9 : 1_000);
    const attempt = watch(unlessStuck(never(), deadline, noPage));
    if (aborts) deadline.abort(new Error('the lease is lost'));
    await vi.advanceTimersByTimeAsync(STUCK_AFTER_MS - 1_000);
    expect(attempt.is()).toBe('open');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(attempt.is()).toBeInstanceOf(StuckError);
  });

  it('that holds its page is given up 10 s after its deadline, and one that holds it no longer is let be', async () => {
    const page = { held: true };
    const stuck = watch(unlessStuck(never(), Deadline.after(1_000), () => true));
    const storing = watch(unlessStuck(never(), Deadline.after(1_000), () => page.held));
    await vi.advanceTimersByTimeAsync(1_000 + PAGE_STUCK_AFTER_MS - 1);
    expect([stuck.is(), storing.is()]).toEqual(['open', 'open']);
    page.held = false;
    await vi.advanceTimersByTimeAsync(1);
    expect(PAGE_STUCK_AFTER_MS).toBe(10_000);
    expect(stuck.is()).toBeInstanceOf(StuckError);
    expect(storing.is()).toBe('open');
    await vi.advanceTimersByTimeAsync(STUCK_AFTER_MS - PAGE_STUCK_AFTER_MS);
    expect(storing.is()).toBeInstanceOf(StuckError);
    expect(vi.getTimerCount()).toBe(0);
  });
});
