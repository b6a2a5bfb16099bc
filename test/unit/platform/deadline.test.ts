import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/platform/clock.ts';
import { Deadline, DeadlineError } from '../../../src/platform/deadline.ts';

const LONG_MS = 30_000;

function handClock(): Clock & { advance: (ms: number) => void } {
  let now = 0;
  return {
    now: () => now,
    monotonic: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

describe('a deadline', () => {
  it('hands through what a step in time resolves or rejects with', async () => {
    const deadline = Deadline.after(LONG_MS);
    await expect(deadline.run('step', async () => 7)).resolves.toBe(7);
    await expect(deadline.run('step', () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('ends a step that hangs, naming the phase', async () => {
    const ended = Deadline.after(LONG_MS).run('open page', () => never(), { budgetMs: 5 });
    await expect(ended).rejects.toThrow(DeadlineError);
    await expect(ended).rejects.toMatchObject({ phase: 'open page', code: 'DEADLINE_EXCEEDED' });
  });

  it('does not begin a step when its time is over', async () => {
    const clock = handClock();
    const deadline = Deadline.after(10, clock);
    clock.advance(10);
    let begun = false;
    const late = deadline.run('late', async () => {
      begun = true;
    });
    await expect(late).rejects.toThrow(DeadlineError);
    expect(begun).toBe(false);
  });

  it('never gives a part more time than the whole has', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (whole, part, passed) => {
        const clock = handClock();
        const deadline = Deadline.after(whole, clock);
        const inner = deadline.within(part);
        clock.advance(passed);
        expect(inner.remainingMs()).toBeLessThanOrEqual(deadline.remainingMs());
        expect(inner.remainingMs()).toBe(Math.max(0, Math.min(whole, part) - passed));
      }),
    );
  });

  it('ends what is under way in its parts when it is aborted, with the reason', async () => {
    const deadline = Deadline.after(LONG_MS);
    const part = deadline.within(LONG_MS).within(LONG_MS);
    const step = part.run('step', () => never());
    deadline.abort(new Error('the lease is lost'));
    await expect(step).rejects.toThrow('the lease is lost');
    expect(() => part.throwIfAborted()).toThrow('the lease is lost');
  });

  it('leaves the whole alone when a part is aborted', async () => {
    const deadline = Deadline.after(LONG_MS);
    deadline.within(LONG_MS).abort(new Error('part'));
    await expect(deadline.run('step', async () => 1)).resolves.toBe(1);
  });

  it('hands a value that comes late to onLate exactly once, and one in time never', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.anything(), async (isLate, value) => {
        const deadline = Deadline.after(LONG_MS);
        const { promise, resolve } = Promise.withResolvers<{ value: unknown }>();
        const late: unknown[] = [];
        const step = deadline.run('step', () => promise, {
          onLate: ({ value: arrived }) => void late.push(arrived),
        });
        if (isLate) {
          deadline.abort(new Error('over'));
          await expect(step).rejects.toThrow('over');
        }
        resolve({ value });
        if (!isLate) await step;
        await promise;
        await new Promise((done) => setImmediate(done));
        expect(late).toEqual(isLate ? [value] : []);
      }),
      { numRuns: 50 },
    );
  });
});
