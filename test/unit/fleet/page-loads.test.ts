import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PageLoads } from '../../../src/fleet/page-loads.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Says whether it is calm yet. */
function watched(loads: PageLoads): () => Promise<boolean> {
  let calm = false;
  void loads.calm().then(() => (calm = true));
  return async () => {
    await vi.advanceTimersByTimeAsync(0);
    return calm;
  };
}

describe('pages that are being loaded', () => {
  it('given none, then it is calm at once', async () => {
    expect(await watched(new PageLoads())()).toBe(true);
  });

  it('given two, when both are there, then those who waited go on, all of them', async () => {
    const loads = new PageLoads();
    const [first, second] = [loads.begin(), loads.begin()];
    const waiting = [watched(loads), watched(loads)];
    first();
    first(); // Told twice, counted once.
    expect(await Promise.all(waiting.map((calm) => calm()))).toEqual([false, false]);
    second();
    expect(await Promise.all(waiting.map((calm) => calm()))).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('given one that never ends, then it is waited for 150 ms and no longer', async () => {
    const loads = new PageLoads();
    loads.begin();
    const calm = watched(loads);
    await vi.advanceTimersByTimeAsync(149);
    expect(await calm()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await calm()).toBe(true);
  });
});
