import { describe, expect, it } from 'vitest';
import { pageMsIn, simPage } from '../../bench/sim-page.ts';
import { rowsOf, verdictOf } from '../../bench/target-rows.ts';

describe('what a measured row comes to', () => {
  it('given figures at the aim, between aim and floor, and beyond it, then each is called by its name', () => {
    expect(verdictOf('a', { p50: 130, p95: 250 })).toBe('met');
    expect(verdictOf('a', { p50: 130, p95: 251 })).toBe('passes');
    expect(verdictOf('a', { p50: 251, p95: 260 })).toBe('missed');
  });

  it('given a figure of which more is better, when it is below the floor, then the row is missed', () => {
    expect(verdictOf('b', { perCpuMinute: 65 })).toBe('met');
    expect(verdictOf('b', { perCpuMinute: 50 })).toBe('passes');
    expect(verdictOf('b', { perCpuMinute: 49.9 })).toBe('missed');
  });

  it('given a bound of the aim only, when it is broken, then the row still passes', () => {
    expect(verdictOf('a3', { p95: 20, block: 10, roundTrips: 20 })).toBe('passes');
  });

  it('given a worker killed, when anything was lost or doubled, then the row is missed however fast it was', () => {
    const clean = { p95: 900, lost: 0, strayFiles: 0, disagree: 0 };
    expect(verdictOf('e1', clean)).toBe('met');
    for (const figure of ['lost', 'strayFiles', 'disagree'])
      expect(verdictOf('e1', { ...clean, [figure]: 1 })).toBe('missed');
  });

  it('given a figure that was not measured, then the row is missed', () => {
    expect(verdictOf('e', { p95: Number.NaN })).toBe('missed');
    expect(verdictOf('e', {})).toBe('missed');
  });
});

describe('the rows asked for', () => {
  it('given names, when one does not exist, then those that do are told', () => {
    expect(rowsOf('a, d2,e')).toEqual(['a', 'd2', 'e']);
    expect(rowsOf('all')).toContain('b2f');
    expect(() => rowsOf('a,z')).toThrow(/no row z; there are a, a1/);
  });
});

describe('the page of the targets', () => {
  it('given the specified page, when written, then it has 30 KB, and only a finished one tells its time', () => {
    const page = simPage('streaming', 'full');
    expect(page.length).toBeGreaterThan(28_000);
    expect(page.length).toBeLessThan(36_000);
    expect(pageMsIn(page)).toBeNaN();
    expect(pageMsIn('<div id="answer" data-done-ms="2412.5">')).toBe(2412.5);
  });
});
