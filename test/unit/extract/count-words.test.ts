import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWords } from '../../../src/extract/words.ts';

describe('words of a text', () => {
  it.each([
    ['It is 9 o’clock.', 4],
    ["It's the dogs' 2nd walk", 5],
    ["'quoted' -- x_y", 3],
    ['', 0],
    ['東京タワー', 3],
    ['Straße und Café', 3],
  ])('%s: %i', (text, words) => {
    expect(countWords(text)).toBe(words);
  });

  it('are as many in an ASCII text as with a sign of another script beside it, which is no word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (text) => {
        expect(countWords(text)).toBe(countWords(`${text} …`));
      }),
      { numRuns: 2_000 },
    );
  });
});
