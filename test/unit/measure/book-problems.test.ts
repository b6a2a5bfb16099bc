import { describe, expect, it } from 'vitest';
import { brandBookSchema } from '../../../src/contract/brand-book.ts';
import {
  type BrandBookFile,
  bookFromFile,
  brandBookFileSchema,
  domainOfWebsite,
} from '../../../src/contract/brand-book-file.ts';
import { bookFileProblems, bookProblems, websiteProblem } from '../../../src/measure/book-problems.ts';
import { compileMatcher } from '../../../src/measure/matcher.ts';

const FILE: BrandBookFile = {
  brands: [
    {
      name: 'Acme Tools',
      website: 'https://www.acme-tools.com/en',
      domains: ['youtube.com/@acme'],
      aliases: ['AcmeTools', { text: 'X', context: ['drill'], case_sensitive: true, language: 'en' }],
      products: ['Drillmaster'],
      deny: ['acme tools of law'],
      facts: { founded_year: 1999, prices: [{ product: 'Drillmaster', amount: 99, currency: 'EUR' }] },
    },
    { name: 'Bosch' },
    { name: 'BOSCH!', aliases: ['Boschi'] },
  ],
};

describe('a brand book as people write it', () => {
  it('becomes a book with stable ids, the website’s domain and the first brand as the own one', () => {
    const book = bookFromFile(brandBookFileSchema.parse(FILE));
    expect(brandBookSchema.parse(book)).toEqual(book);
    expect(book.brands.map(({ id, own, domains }) => [id, own, domains])).toEqual([
      ['acme-tools', true, ['acme-tools.com', 'youtube.com/@acme']],
      ['bosch', false, []],
      ['bosch-2', false, []],
    ]);
    expect(book.brands[0]?.terms.map(({ id, kind, minContext }) => [id, kind, minContext])).toEqual([
      ['acme-tools/acme-tools', 'name', []],
      ['acme-tools/acmetools', 'alias', []],
      ['acme-tools/x', 'alias', ['drill']],
      ['acme-tools/drillmaster', 'product', []],
    ]);
    const context = { language: 'en', query: '', citedDomains: new Set<string>() };
    expect(
      compileMatcher(book)
        .scan('The X drill of Acme-Tools', context)
        .map(({ termId }) => termId),
    ).toEqual(['acme-tools/x', 'acme-tools/acme-tools']);
  });

  it('refuses fields it does not know', () => {
    expect(brandBookFileSchema.safeParse({ brands: [{ name: 'A', alias: [] }] }).success).toBe(false);
    expect(brandBookFileSchema.safeParse({ brands: [] }).success).toBe(false);
  });
});

describe('what is wrong with a book', () => {
  const problems = (file: BrandBookFile) =>
    bookFileProblems(file).map(({ path, kind, message }) => [path.join('.'), kind, message]);

  it.each<[string, BrandBookFile['brands'][number], string]>([
    ['a name of 81 characters', { name: 'a'.repeat(81) }, 'brands.0.name'],
    ['an empty name', { name: ' ' }, 'brands.0.name'],
    [
      '51 aliases',
      { name: 'Acme', aliases: Array.from({ length: 51 }, (_, i) => `Acme${'abc'.repeat(i)}`) },
      'brands.0.aliases',
    ],
    ['a one-letter alias', { name: 'Acme', aliases: ['Acmeco', 'A'] }, 'brands.0.aliases.1'],
    ['a one-character Han alias', { name: 'Acme', aliases: ['米'] }, 'brands.0.aliases.0'],
    ['an alias of digits', { name: 'Acme', aliases: ['360'] }, 'brands.0.aliases.0'],
    ['an alias of signs', { name: 'Acme', aliases: ['!!!'] }, 'brands.0.aliases.0'],
    ['ftp', { name: 'Acme', website: 'ftp://acme.com' }, 'brands.0.website'],
    ['javascript', { name: 'Acme', website: 'javascript:alert(1)' }, 'brands.0.website'],
    ['a private address', { name: 'Acme', website: 'http://192.168.1.4/' }, 'brands.0.website'],
    ['loopback in disguise', { name: 'Acme', website: 'http://0x7f000001' }, 'brands.0.website'],
    ['IPv6 loopback', { name: 'Acme', website: 'http://[::1]/' }, 'brands.0.website'],
    ['localhost', { name: 'Acme', website: 'https://localhost:8080' }, 'brands.0.website'],
    ['a host without a dot', { name: 'Acme', website: 'https://intranet' }, 'brands.0.website'],
    ['.internal', { name: 'Acme', website: 'https://wiki.acme.internal' }, 'brands.0.website'],
    ['no URL', { name: 'Acme', website: 'https://a b' }, 'brands.0.website'],
    ['a public suffix', { name: 'Acme', domains: ['co.uk'] }, 'brands.0.domains.0'],
    ['a private domain', { name: 'Acme', domains: ['acme.com', '10.0.0.1'] }, 'brands.0.domains.1'],
  ])('names the place of %s', (_, brand, place) => {
    expect(problems({ brands: [brand] })).toEqual([[place, 'invalid', expect.any(String)]]);
  });

  it('names both brands of one spelling or domain, however it is written', () => {
    const brands = [
      { name: 'Acme', aliases: ['Coca-Cola'], domains: ['acme.com'] },
      { name: 'Other', aliases: ['COCACOLA'], website: 'https://www.acme.com' },
    ];
    expect(problems({ brands })).toEqual([
      ['brands.1.aliases.0', 'conflict', '“COCACOLA” stands for both “Acme” and “Other”'],
      ['brands.1.domains.0', 'conflict', '“acme.com” stands for both “Acme” and “Other”'],
    ]);
  });

  it('lets one spelling stand for two brands in two languages', () => {
    const brands = [
      { name: 'Acme', aliases: [{ text: 'Puma', language: 'en' }] },
      { name: 'Other', aliases: [{ text: 'Puma', language: 'de' }] },
    ];
    expect(problems({ brands })).toEqual([]);
  });

  it('has nothing to say of a good book', () => {
    expect(bookFileProblems({ brands: FILE.brands.slice(0, 2) })).toEqual([]);
    expect(bookProblems({ brands: [] })).toEqual([]);
    expect(['acme.com', 'https://acme.de/x', 'acme.com:8443'].map(websiteProblem)).toEqual([
      null,
      null,
      null,
    ]);
    expect(domainOfWebsite('https://www.instagram.com/acme/')).toBe('instagram.com/acme');
  });
});
