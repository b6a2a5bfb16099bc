import { describe, expect, it } from 'vitest';
import { lossInFacts, lossOfCrash } from '../../../src/capture/page-loss.ts';
import { WEAR_LIMITS, wornBy } from '../../../src/fleet/wear.ts';

const FRESH = { captures: 1, ageMs: 0, bytes: 150_000_000, pages: 0 };

describe('a browser’s wear', () => {
  it.each([
    ['captures', { captures: WEAR_LIMITS.captures }],
    ['age', { ageMs: WEAR_LIMITS.ageMs + 1 }],
    ['memory', { bytes: WEAR_LIMITS.idleBytes + 1 }],
  ] as const)('is told by %s', (reason, worn) => {
    expect(wornBy(FRESH, WEAR_LIMITS)).toBeUndefined();
    expect(wornBy({ ...FRESH, ...worn }, WEAR_LIMITS)).toBe(reason);
  });

  it('does not count what open pages may need', () => {
    const busy = { ...FRESH, bytes: WEAR_LIMITS.idleBytes + 2 * WEAR_LIMITS.bytesPerPage, pages: 3 };
    expect(wornBy(busy, WEAR_LIMITS)).toBeUndefined();
  });
});

describe('a lost page', () => {
  const crash = { status: 'crashed', errorCode: 11, endedForMemory: false, largestRenderer: 0 };

  it('ran out of memory where the browser says so, where we ended it, or where V8 gave up on a large heap', () => {
    expect(lossOfCrash({ ...crash, status: 'oom' })).toBe('out_of_memory');
    expect(lossOfCrash({ ...crash, status: 'killed', errorCode: 9, endedForMemory: true })).toBe(
      'out_of_memory',
    );
    expect(lossOfCrash({ ...crash, errorCode: 5, largestRenderer: 2e9 })).toBe('out_of_memory');
  });

  it('crashed in all other cases', () => {
    expect(lossOfCrash(crash)).toBe('page_crashed');
    expect(lossOfCrash({ ...crash, errorCode: 5, largestRenderer: 80e6 })).toBe('page_crashed');
    expect(lossOfCrash({ ...crash, status: null, errorCode: null })).toBe('page_crashed');
  });

  it('that crashed by itself while another was ended for its memory only crashed', () => {
    expect(lossOfCrash({ ...crash, endedForMemory: true })).toBe('page_crashed');
  });

  it('is read back from a record, and nothing else is taken for it', () => {
    expect(lossInFacts({ loss: 'out_of_memory' })).toBe('out_of_memory');
    expect(lossInFacts({ loss: 'toString' })).toBeUndefined();
    expect(lossInFacts({})).toBeUndefined();
  });
});
