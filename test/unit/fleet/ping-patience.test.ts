import { describe, expect, it } from 'vitest';
import { isUnresponsive, type PingEnd, unansweredAfter } from '../../../src/fleet/ping-patience.ts';
import { longestWait, runDelaysOf } from '../../../src/platform/run-delay.ts';

const MISSED: PingEnd = { answered: false, waitedMs: 2_200, starvedMs: 0 };

/** After how many such pings in a row a browser counts as one that does not react. */
function pingsUntilKilled(end: PingEnd): number {
  let unanswered = 0;
  for (let pings = 1; pings <= 100; pings++) {
    unanswered = unansweredAfter(unanswered, end);
    if (isUnresponsive(unanswered)) return pings;
  }
  return Number.POSITIVE_INFINITY;
}

describe('the patience with a browser that does not answer', () => {
  it('ends with the second ping where the browser could run, the little waits of every process included', () => {
    expect(pingsUntilKilled(MISSED)).toBe(2);
    expect(pingsUntilKilled({ ...MISSED, starvedMs: 150 })).toBe(2);
  });

  it('lasts longer where the machine gave the browser no processor, and not for ever', () => {
    expect(pingsUntilKilled({ ...MISSED, starvedMs: 1_650 })).toBeGreaterThanOrEqual(8);
    expect(pingsUntilKilled({ ...MISSED, starvedMs: 9_999 })).toBeLessThanOrEqual(12);
  });

  it('begins anew with every answer', () => {
    const before = unansweredAfter(0, MISSED);
    expect(unansweredAfter(before, { ...MISSED, answered: true })).toBe(0);
  });
});

describe('the wait for a processor', () => {
  it('is read from the kernel, thread by thread', () => {
    const delays = runDelaysOf(process.pid, () => '7000000 2500000 12\n');
    expect(delays.size).toBeGreaterThan(0);
    expect([...delays.values()].every((ms) => ms === 2.5)).toBe(true);
  });

  it('is unknown, and no error, where the kernel tells nothing', () => {
    expect(runDelaysOf(process.pid, () => undefined).size).toBe(0);
    expect(runDelaysOf(2 ** 30).size).toBe(0);
    expect(longestWait(new Map(), new Map())).toBe(0);
  });

  it('between two looks is that of the thread that waited longest, be it born meanwhile', () => {
    const before = new Map([
      ['1', 100],
      ['2', 50],
    ]);
    const after = new Map([
      ['1', 110],
      ['2', 950],
      ['3', 300],
    ]);
    expect(longestWait(before, after)).toBe(900);
    expect(longestWait(before, new Map([...after, ['4', 1_200]]))).toBe(1_200);
    expect(longestWait(new Map(), after)).toBe(0);
  });
});
