import { describe, expect, it } from 'vitest';
import { parseRollup } from '../../bench/kind-memory.ts';
import { cpuOfStat, descendants } from '../../bench/tree-cost.ts';

describe('what a process tree costs', () => {
  it('given processes of several trees, when one is asked for, then its whole depth is found and nothing else', () => {
    const all = [
      [10, 1],
      [11, 10],
      [12, 11],
      [20, 1],
      [21, 20],
    ].map(([pid = 0, parent = 0]) => ({ pid, parent, group: pid, startTicks: 1 }));
    expect(descendants(10, all)).toEqual([10, 11, 12]);
  });

  it('given a name with spaces and parentheses, when read, then own and collected CPU time are counted', () => {
    const stat = '77 (a) b (c) S 1 77 77 0 -1 4194560 100 200 0 0 150 50 30 20 20 0 5 0 12345 1000 10';
    expect(cpuOfStat(stat)).toBe(2.5);
  });

  it('given the kernel’s sum of a process’s memory, when read, then the shared part counts by its share', () => {
    const rollup = 'Rss: 122216 kB\nPss:               33535 kB\nPss_Dirty: 17366 kB\nPss_Anon:   14136 kB\n';
    expect(parseRollup(rollup)).toEqual({ pss: 33_535 * 1_024, anonymous: 14_136 * 1_024 });
    expect(parseRollup('')).toEqual({ pss: 0, anonymous: 0 });
  });
});
