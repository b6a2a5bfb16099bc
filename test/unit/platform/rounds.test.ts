import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRounds } from '../../../src/platform/rounds.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('rounds', () => {
  it('come at once and then one after the other, whichever of them fail', async () => {
    const failed = vi.fn();
    let done = 0;
    const rounds = startRounds({
      round: async () => {
        done++;
        if (done === 2) throw new Error('the second');
      },
      ...{ everyMs: 1_000, failed },
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(done).toBe(3);
    expect(failed).toHaveBeenCalledExactlyOnceWith(new Error('the second'));
    await rounds.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(done).toBe(3);
  });

  it('never overlap, and stop waits for the one under way and tells it', async () => {
    let end = (): void => undefined;
    let told: boolean | undefined;
    let begun = 0;
    const rounds = startRounds({
      round: async (stopping) => {
        begun++;
        await new Promise<void>((resolve) => (end = resolve));
        told = stopping();
      },
      everyMs: 10,
      failed: (error) => {
        throw error;
      },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun).toBe(1);
    let stopped = false;
    const stopping = rounds.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    end();
    await stopping;
    expect(told).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun).toBe(1);
  });
});
