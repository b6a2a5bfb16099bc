import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../src/measure/fold.ts';
import { gramsOf } from '../../../src/measure/text-grams.ts';

/** What stays one unit where it was, what becomes several, none, or one with what stands around it. */
const PIECES = ['word', 'Word ', ' ', '  ', '-', '–', '· ', 'ﬁ', 'é', 'e\u0301', 'İ', 'I', '\u200d', '\t', '😀', '’', 'Ａ', '\ud835', '가', '\u1161', 'ة', 'َ', 'ｶﾞ', '½', '\u00a0']; // biome-ignore format: a bag
const anyText = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 30 })
  .map((pieces) => `x${pieces.join('')}`);
const anyOptions = fc.constantFrom(
  { turkic: false, keepCase: false },
  { turkic: true, keepCase: false },
  { turkic: false, keepCase: true },
);

function ranges(folded: ReturnType<typeof fold>, shift = 0): string[] {
  const { text, starts, ends } = folded;
  return [...Array(text.length).keys()].map(
    (at) => `${text.charCodeAt(at)} ${(starts[at] ?? -1) + shift} ${(ends[at] ?? -1) + shift}`,
  );
}

describe('folding a text', () => {
  it('given two lines, when they are folded as one text, then every unit and its way back are those of the lines apart', () => {
    fc.assert(
      fc.property(anyText, anyText, anyOptions, (first, second, options) => {
        const together = ranges(fold(`${first}\n${second}`, options));
        const { length } = first;
        expect(together).toEqual([
          ...ranges(fold(first, options)),
          `10 ${length} ${length + 1}`,
          ...ranges(fold(second, options), length + 1),
        ]);
      }),
    );
  });

  it('given a long text that was just folded otherwise, when it is folded again, then as if it never had been', () => {
    const long = 'Iı İş  BANKASI – ﬁgma; '.repeat(40);
    const plain = { turkic: false, keepCase: false };
    const first = ranges(fold(long, plain));
    const turkish = fold(long, { turkic: true, keepCase: false }).text;
    expect(turkish).not.toBe(fold(long, plain).text);
    expect(ranges(fold(`${long} `.slice(0, -1), plain))).toEqual(first);
    expect(fold(`${long}!`, plain).text).toBe(`${fold(long, plain).text}!`);
  });
});

describe('the filter kept of an answer', () => {
  it('given texts, then its bits are what they always were: those in databases are read with the same eyes', () => {
    expect(gramsOf(['Coca-Cola, İş Bankası and ﬁgma.', '7'])).toBe(PINNED);
  });
});

/** As made by the code that kept the first ones, 2026-11-27. */
const PINNED = 'gAQAQCEgCAggAABAAAMIMCEAIAAAKAAgAIEQEgAEAAAEhgACECCAAAIAQAAAgJAAAgAAIgAAJAgBgAQAAAACkA==';
