import { describe, expect, it } from 'vitest';
import type { BrandBook } from '../../../src/contract/brand-book.ts';
import { compileMatcher, flaggedTerms, type ScanContext } from '../../../src/measure/matcher.ts';
import { bookOf } from './book-for-tests.ts';

function found(
  book: BrandBook,
  text: string,
  context: Partial<ScanContext> = {},
): { text: string; brand: string; kind: string }[] {
  return compileMatcher(book)
    .scan(text, { language: 'en', query: '', citedDomains: new Set(), ...context })
    .map(({ brandId, start, end, kind }) => ({ text: text.slice(start, end), brand: brandId, kind }));
}

const mentions = (...args: Parameters<typeof found>) =>
  found(...args)
    .filter(({ kind }) => kind === 'mention')
    .map(({ text }) => text);

const kinds = (...args: Parameters<typeof found>) => found(...args).map(({ kind }) => kind);

describe('spellings of one name', () => {
  const cola = bookOf({ id: 'cola', terms: ['Coca-Cola'] });

  it.each([
    'Coca-Cola',
    'coca cola',
    'CocaCola',
    'Coca‑Cola',
    'COCA\u00a0COLA',
    'Co\u00adca-Cola',
    'Ｃｏｃａ－Ｃｏｌａ',
    'Coca\u200b-Cola',
  ])('finds %s and gives the offsets of the original', (spelling) => {
    expect(mentions(cola, `We tried ${spelling} twice.`)).toEqual([spelling]);
  });

  it('does not find it in a longer word, across a line or in two words with more between', () => {
    expect(found(cola, 'Coca-Colas2 xcoca-cola Coca\nCola Coca - Cola')).toEqual([]);
  });

  it('keeps accents apart, composes what was decomposed, unifies apostrophes', () => {
    const book = bookOf({ id: 'cafe', terms: ['Café Noir'] }, { id: 'mac', terms: ['McDonald’s'] });
    expect(mentions(book, "Cafe Noir, Cafe\u0301 Noir and McDonald's")).toEqual([
      'Cafe\u0301 Noir',
      "McDonald's",
    ]);
  });

  it('reads İ as the capital of i in answers of any language, and of none that is known', () => {
    const book = bookOf({ id: 'bank', terms: ['İşbank'] });
    for (const language of ['en', 'de', 'tr', null])
      expect(mentions(book, 'At işbank or İŞBANK', { language })).toEqual(['işbank', 'İŞBANK']);
  });

  it('reads I and i as Turkish in Turkish answers only', () => {
    const book = bookOf({ id: 'isik', terms: ['Işıklar'] }, { id: 'migros', terms: ['Migrosa'] });
    expect(mentions(book, 'IŞIKLAR ve MİGROSA', { language: 'tr' })).toEqual(['IŞIKLAR', 'MİGROSA']);
    expect(mentions(book, 'MIGROSA', { language: 'tr' })).toEqual(['MIGROSA']);
    expect(mentions(book, 'IŞIKLAR and MIGROSA', { language: 'en' })).toEqual(['MIGROSA']);
  });

  it('ignores Arabic vowel signs and tatweel and takes the forms of alef for one', () => {
    const book = bookOf({ id: 'aramco', terms: ['أرامكو'] });
    expect(mentions(book, 'شركة أَرَامْكُو وكذلك ارامـــكو', { language: 'ar' })).toEqual([
      'أَرَامْكُو',
      'ارامـــكو',
    ]);
  });

  it('honours case where a term asks for it', () => {
    const book = bookOf({ id: 'swift', terms: [{ text: 'SWIFTLY', caseSensitive: true }] });
    expect(mentions(book, 'We use SWIFTLY swiftly.')).toEqual(['SWIFTLY']);
  });
});

describe('edges of words by script', () => {
  it.each([
    ['Appletree', 'Pineappletrees; Appletreeの人気', ['Appletree'], 'ja'],
    [
      'スイッチボット',
      'スイッチボットは便利。ミニスイッチボット、スイッチボットー',
      ['スイッチボット'],
      'ja',
    ],
    ['삼성', '삼성은 크다. 삼성전자, 구삼성', ['삼성'], 'ko'],
    ['삼성', '삼성에서는 삼성과의 삼성입니다', ['삼성', '삼성', '삼성'], 'ko'],
    ['أرامكو', 'وأرامكو بأرامكو أرامكوية', ['أرامكو', 'أرامكو'], 'ar'],
    ['比亚迪', '我喜欢比亚迪的汽车', ['比亚迪'], 'zh'],
    ['ซัมซุง', 'มือถือซัมซุงรุ่นใหม่', ['ซัมซุง'], 'th'],
    ['Яндекс', 'Яндекса, Яндексу; Яндексик', ['Яндекс', 'Яндекс'], 'ru'],
    ['Яндекс', 'Яндекса', [], 'en'],
    ['Тесла', 'У Теслы и Теслой', ['Теслы', 'Теслой'], 'ru'],
    ['Nokia', 'Nokialla ja Nokiassa', ['Nokia', 'Nokia'], 'fi'],
    ['Tesla', 'Teslának, Teslával', ['Teslának', 'Teslával'], 'hu'],
    ['Samsung', 'Samsunggal és Samsungnak', ['Samsung', 'Samsung'], 'hu'],
    ['Volkswagen', 'Volkswagens Absatz', ['Volkswagen'], 'de'],
    ['Trendyol', "Trendyol'un ve Trendyoldan", ['Trendyol', 'Trendyol'], 'tr'],
  ])('%s in “%s”', (term, text, expected, language) => {
    const book = bookOf({ id: 'b', terms: [term] });
    expect(mentions(book, text, { language })).toEqual(expected);
  });
});

describe('overlaps and phrases that mean something else', () => {
  it('takes the longest, counts it once and hides denied phrases', () => {
    const book = bookOf(
      { id: 'xiaomi', terms: ['小米手机'], deny: ['大小米手机壳'] },
      { id: 'office', terms: ['Microsoft'] },
      { id: 'suite', terms: ['Microsoft Office'] },
    );
    expect(found(book, '大小米手机壳 Microsoft Office 小米手机', { language: 'zh' })).toEqual([
      { text: 'Microsoft Office', brand: 'suite', kind: 'mention' },
      { text: '小米手机', brand: 'xiaomi', kind: 'mention' },
    ]);
  });

  it('takes a product that holds the brand’s name for the name', () => {
    const book = bookOf({ id: 'apple', terms: ['Apple', { text: 'Apple Watch', kind: 'product' }] });
    expect(found(book, 'apple watch is fine')).toEqual([{ text: 'apple', brand: 'apple', kind: 'mention' }]);
  });
});

describe('where a mention does not count', () => {
  const book = bookOf({ id: 'acme', terms: ['Acmeware'] }, { id: 'booking', terms: ['Booking.com'] });

  it('marks URLs, addresses and masked ranges, but not a name that is a host', () => {
    const text = 'Booking.com, Acmeware: https://acmeware.com/x, help@acmeware.com, acmeware.com; `acmeware`';
    const masked = [[text.indexOf('`'), text.length]] as const;
    expect(kinds(book, text, { masked })).toEqual([
      'mention',
      'mention',
      'url_only',
      'url_only',
      'url_only',
      'url_only',
    ]);
  });

  it('marks the question repeated at the start', () => {
    const query = 'Is Acmeware good for teams?';
    expect(kinds(book, `**${query}**\nYes, Acmeware is.`, { query })).toEqual(['echo', 'mention']);
    expect(kinds(book, 'Acmeware prices are fair.', { query: 'acmeware prices' })).toEqual(['mention']);
  });
});

describe('homographs', () => {
  const book = bookOf(
    { id: 'apple', terms: ['Apple', { text: 'iPhone', kind: 'product' }], domains: ['apple.com'] },
    { id: 'samsung', terms: ['Samsung'] },
    { id: 'x', terms: [{ text: 'X', minContext: ['tweet', 'Musk'] }] },
    { id: 'bmw', terms: ['BMW'] },
  );

  it.each([
    ['An apple a day keeps the doctor away.', []],
    ['Apple trees need sun.', []],
    ['Many people like Apple for its design.', ['Apple']],
    ['Apple sells the iPhone.', ['Apple', 'iPhone']],
    ['Apple, Samsung and others', ['Apple', 'Samsung']],
    ['1. Apple: design\n2. Samsung: choice', ['Apple', 'Samsung']],
    ['How To Bake Apple Pies At Home', []],
    ['apples and Samsung', ['Samsung']],
    ['Solve for X in this equation.', []],
    ['Musk bought X last year.', ['X']],
    ['BMW builds cars.', ['BMW']],
  ])('%s', (text, expected) => {
    expect(mentions(book, text)).toEqual(expected);
  });

  it('counts a capital at the start of a sentence when the brand’s domain is cited', () => {
    expect(kinds(book, 'Apple is best.')).toEqual(['ambiguous']);
    expect(kinds(book, 'Apple is best.', { citedDomains: new Set(['apple.com']) })).toEqual(['mention']);
  });

  it('flags a word of a language in that language only', () => {
    expect(kinds(book, 'Apple ist beliebt.', { language: 'de' })).toEqual(['mention']);
    expect(kinds(book, 'Apple ist beliebt.', { language: null })).toEqual(['ambiguous']);
    expect(flaggedTerms(book).map(({ termId, reasons }) => [termId, reasons[0]])).toEqual([
      ['apple:Apple', 'dictionary_word'],
      ['x:X', 'short'],
      ['bmw:BMW', 'short'],
    ]);
  });
});

describe('whose URL it is', () => {
  const { brandOfUrl } = compileMatcher(
    bookOf(
      { id: 'acme', terms: ['Acmeware'], domains: ['www.acme.com', 'youtube.com/@Acme', 'acme.github.io'] },
      { id: 'shop', terms: ['Shopware'], domains: ['shop.acme.com', 'github.io'] },
    ),
  );

  it.each([
    ['https://acme.com/', 'acme'],
    ['https://www.acme.com/a?b', 'acme'],
    ['blog.acme.com', 'acme'],
    ['https://shop.acme.com/x', 'shop'],
    ['https://m.youtube.com/@acme/videos', 'acme'],
    ['https://youtube.com/@acmefan', null],
    ['https://acme.com.evil.net/', null],
    ['https://notacme.com', null],
    ['https://acme.github.io/docs', 'acme'],
    ['https://other.github.io', null],
    ['https://evil.net/acme.com', null],
    ['javascript:acme.com', null],
    ['not a url', null],
  ])('%s → %s', (url, brand) => {
    expect(brandOfUrl(url)).toBe(brand);
  });
});
