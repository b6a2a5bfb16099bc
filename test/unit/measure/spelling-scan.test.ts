import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpellingScan } from '../../../src/measure/spelling-scan.ts';

const few = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'ö', '小'), minLength: 1, maxLength: 6 });

/** Every place of every spelling, looked for one by one. */
function everyPlace(text: string, spellings: readonly string[]): string[] {
  return spellings.flatMap((spelling) =>
    [...text].flatMap((_, at) =>
      text.startsWith(spelling, at) ? [`${at} ${at + spelling.length} ${spelling}`] : [],
    ),
  );
}

describe('looking for many spellings at once', () => {
  it('given any spellings and text, then each is found wherever it stands, in order of where it ends', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(few, { minLength: 1, maxLength: 8 }),
        fc.array(few, { maxLength: 20 }),
        (spellings, pieces) => {
          const text = pieces.join('--');
          const matches = new SpellingScan(spellings).matches(text);
          const ends = matches.map(({ end }) => end);
          expect(ends).toEqual([...ends].sort((a, b) => a - b));
          const places = matches.map(({ begin, end, keyword }) => `${begin} ${end} ${keyword}`);
          expect(places.sort()).toEqual(everyPlace(text, spellings).sort());
          found += places.length;
        },
      ),
    );
    expect(found).toBeGreaterThan(100);
  });
});
