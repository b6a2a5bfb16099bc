import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingKey } from '../../../src/measure/fold.ts';
import { compileMatcher } from '../../../src/measure/matcher.ts';
import { bookOf } from './book-for-tests.ts';

const TERMS = [
  'Coca-Cola', 'Apple', 'ﬁgma', 'Café Noir', 'İşbankası', 'Яндекс', 'Тесла', 'Κωτσόβολος', 'אמזון', 'أرامكو',
  'الأهلي', 'सैमसंग', 'ซัมซุง', 'ซัม', '삼성', 'スイッチ', 'ポケモン', '小米', '小米手机', '3M', '7', 'C++', '.NET', 'Å-ring', '𝒳 Æ',
]; // biome-ignore format: one line is enough
const book = bookOf(
  ...TERMS.map((text, index) => ({ id: `b${index}`, terms: [text], deny: index === 1 ? ['apple pie'] : [] })),
);
const matcher = compileMatcher(book);

/** Pieces that fold in surprising ways: marks, ligatures, widths, surrogates, bidi and zero-width characters. */
const NOISE = ['\u0301', '\u200d', '\u00ad', 'ﬁ', 'ﷺ', 'İ', 'ı', 'ﾌﾟ', 'ﾌ', '\ud835', '\udc9e', '𝒳', '👍🏽', '\u0651', 'ـ', '\u05b8', '\ufe0f', ' ', '\u3000', '-', '‑', '・', '\n', '.', '’', 'は', '는', 'ー', 'ın', 'лла', "'s", 's', '1', 'https://', '@', '*', 'و', 'ال']; // biome-ignore format: a bag

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TERMS) },
  { weight: 1, arbitrary: fc.constantFrom(...TERMS).map((term) => term.toUpperCase().normalize('NFD')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...TERMS).map((term) => [...term].join('\u200b').replace('-', ' ')),
  },
  { weight: 4, arbitrary: fc.constantFrom(...NOISE) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
);
const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
const anyLanguage = fc.constantFrom('en', 'tr', 'fi', 'hu', 'ru', 'el', 'he', 'ar', 'ko', 'zh', null);

describe('offsets of found terms', () => {
  it('slice back to a spelling of the term, inside the text, sorted and apart, whatever the text', () => {
    let found = 0;
    fc.assert(
      fc.property(anyText, anyLanguage, (text, language) => {
        let last = 0;
        for (const { termId, start, end } of matcher.scan(text, {
          language,
          query: text.slice(0, 20),
          citedDomains: new Set(),
        })) {
          found += 1;
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          const turkic = language === 'tr';
          const keys = matcher.spellings(termId, language).map((spelling) => spelling.replaceAll(' ', ''));
          expect(keys).toContain(spellingKey(text.slice(start, end), { turkic, keepCase: false }));
          last = end;
        }
      }),
      { numRuns: 3_000, seed: 20_261_127 },
    );
    expect(found).toBeGreaterThan(3_000);
  });

  it('are the same for the same text, and the text is only read', () => {
    fc.assert(
      fc.property(anyText, anyLanguage, (text, language) => {
        const context = { language, query: '', citedDomains: new Set<string>() };
        expect(compileMatcher(book).scan(text, context)).toEqual(matcher.scan(text, context));
      }),
      { numRuns: 50, seed: 7 },
    );
  });
});
