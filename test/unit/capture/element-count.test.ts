import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ElementCount } from '../../../src/capture/element-count.ts';

const wholly = (html: string): boolean => new ElementCount().add(Buffer.from(html));

describe('a page of far too many elements', () => {
  it('is told at 500,000 opening tags; closing tags, comments and comparisons are none', () => {
    expect(wholly('<i>x</i>'.repeat(500_000))).toBe(true);
    expect(wholly(`${'<i>x</i>'.repeat(499_999)}${'< 5 <!-- --> 1<2'.repeat(10)}`)).toBe(false);
    expect(wholly('<P\n'.repeat(500_000))).toBe(true);
  });

  it('is told the same wherever its bytes are cut', () => {
    const html = Buffer.from(`é<${'<i>'.repeat(499_999)}<b`);
    fc.assert(
      fc.property(fc.array(fc.nat(html.length), { maxLength: 5 }), (cuts) => {
        const elements = new ElementCount();
        const ends = [...cuts.sort((a, b) => a - b), html.length];
        let from = 0;
        let told = false;
        for (const end of ends) {
          told = elements.add(html.subarray(from, end));
          from = end;
        }
        expect(told).toBe(true);
      }),
      {
        numRuns: 20,
        examples: [
          [[html.length - 1]],
          [[3, 3, html.length - 2]],
          [[6, 6]],
          [[html.length - 1, html.length - 1]],
        ],
      },
    );
  });
});
