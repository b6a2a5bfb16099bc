import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSeat, type Seating } from '../../../src/fleet/seating.ts';

/** Seats so many captures one after the other, none of which ends; tells how many each browser carries. */
function seated(captures: number, processors: number): number[] {
  const open: number[] = [];
  for (let index = 0; index < captures; index++) {
    const seating = open.map((count) => ({ open: count, ahead: false }));
    const chosen = chooseSeat(seating, processors);
    if (chosen === 'launch') open.push(1);
    else open[chosen] = (open[chosen] ?? 0) + 1;
  }
  return open;
}

describe('the seat of a capture', () => {
  it.each([
    [1, 2, [1]],
    [6, 2, [6]],
    [8, 2, [6, 2]],
    [32, 2, [16, 16]],
    [64, 2, [16, 16, 16, 16]],
    [64, 16, [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 4]],
  ])('%i captures on %i processors: browsers carry %j', (captures, processors, expected) => {
    expect(seated(captures, processors)).toEqual(expected);
  });

  it('is where a page lies open that fits, before another is opened elsewhere', () => {
    const browsers = [
      { open: 1, ahead: false },
      { open: 5, ahead: true },
    ];
    expect(chooseSeat(browsers, 2)).toBe(1);
  });

  it('is never in a full browser, page ahead or not, and a browser is launched only where no other place is', () => {
    const browser = fc.record<Seating>({ open: fc.nat(16), ahead: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(browser, { maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        (browsers, processors) => {
          const chosen = chooseSeat(browsers, processors);
          const roomy = browsers.some(({ open }) => open < 6);
          if (chosen === 'launch') {
            expect(roomy).toBe(false);
            expect(browsers.length < processors || browsers.every(({ open }) => open === 16)).toBe(true);
          } else {
            expect(browsers[chosen]?.open).toBeLessThan(roomy ? 6 : 16);
          }
        },
      ),
    );
  });
});
