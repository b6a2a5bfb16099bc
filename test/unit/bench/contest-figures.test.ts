import { describe, expect, it } from 'vitest';
import type { Round } from '../../bench/contest.ts';
import { contestTable, profileTable, standing } from '../../bench/contest-figures.ts';

const round = (given: Partial<Round>): Round => ({
  ...{ captures: 10, failed: 0, wallS: 10, cpuS: 5, peakBytes: 100 * 1024 * 1024, memoryKind: 'pss' },
  cpuByKind: {},
  ...given,
});

describe('figures of a contest', () => {
  it('given rounds of different length, when summed up, then time and CPU are shared among all captures', () => {
    const sum = standing('one', [round({}), round({ captures: 20, wallS: 50, cpuS: 16, failed: 1 })]);
    expect(sum).toMatchObject({ captures: 30, failed: 1, perMinute: 30, cpuSPerCapture: 0.7 });
  });

  it('given a round in which only RSS could be read, when summed up, then the memory says so', () => {
    const sum = standing('one', [round({}), round({ memoryKind: 'rss', peakBytes: 200 * 1024 * 1024 })]);
    expect(sum).toMatchObject({ peakMb: 200, memory: 'rss' });
  });

  it('given standings, when printed, then each line has its ratio to the last one', () => {
    const table = contestTable([standing('fast', [round({ wallS: 5 })]), standing('bare', [round({})])]);
    expect(table.split('\n')[1]).toMatch(/fast +120 +2\.00 +0\.50 +1\.00/);
  });

  it('given CPU by kind of process, when printed, then it is milliseconds per capture', () => {
    const rounds = [round({ cpuByKind: { node: 1, gpu: 0.5 } }), round({ cpuByKind: { node: 2 } })];
    expect(profileTable(new Map([['one', rounds]])).split('\n')[1]).toMatch(/^one +150 +0 +0 +25 +0 +0 +0$/);
  });
});
