import ipaddr from 'ipaddr.js';
import type { Brand, BrandBook, BrandTerm } from '../contract/brand-book.ts';
import { type BrandBookFile, bookFromFile, domainOfWebsite } from '../contract/brand-book-file.ts';
import { registrableDomain } from './brand-domains.ts';
import { spellingKey } from './fold.ts';
import { needsContext } from './homographs.ts';

/** What is wrong with a brand book. `conflict`: one spelling or domain for two brands; else `invalid`. */
export interface BookProblem {
  /** Where, as keys: `['brands', 0, 'aliases', 2]`. */
  path: (string | number)[];
  message: string;
  kind: 'invalid' | 'conflict';
}

const MOST_NAME = 80;
const MOST_TERM = 200;
const MOST_ALIASES = 50;

/**
 * Every problem of a book, in its order: names of 1–80 characters, at most 50 aliases and 50 products a brand, terms
 * with letters or digits, context words for one-character and all-digit terms, domains that are public hosts, and no
 * spelling or domain on two brands. Empty: the book may be used.
 */
export function bookProblems(book: BrandBook): BookProblem[] {
  return [
    ...book.brands.flatMap((brand, index) => brandProblems(brand, ['brands', index])),
    ...conflicts(book),
  ];
}

/** As `bookProblems`, for a book as people write it, its websites included. */
export function bookFileProblems(file: BrandBookFile): BookProblem[] {
  const websites = file.brands.flatMap(({ website }, index) => {
    const message = website === undefined ? null : websiteProblem(website);
    return message === null ? [] : [invalid(['brands', index, 'website'], message)];
  });
  const own = file.brands.filter((brand) => brand.own === true).length;
  const owners = own > 1 ? [invalid(['brands'], `one brand is the own one, not ${own}`)] : [];
  const wrong = new Set(
    file.brands.filter(({ website }) => website !== undefined && websiteProblem(website) !== null),
  );
  // A website named as wrong is not named again as the domain made from it.
  const checked = {
    brands: file.brands.map((brand) => (wrong.has(brand) ? { ...brand, website: undefined } : brand)),
  };
  return [...websites, ...owners, ...bookProblems(bookFromFile(checked))];
}

/** Why a website may not stand for a brand; null when it may: an http(s) URL, or a host, of the public internet. */
export function websiteProblem(website: string): string | null {
  const text = website.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:(?!\d+(?:\/|$))/i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(absolute)) return `website is not a URL: ${shown(text)}`;
  const url = new URL(absolute);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `website must be http or https: ${shown(text)}`;
  if (url.username !== '' || url.password !== '') return 'website must not hold a user name or password';
  return isPublicHost(url.hostname) ? null : `website must be a public host: ${shown(url.hostname)}`;
}

const PRIVATE_NAMES = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa|onion)$/;
const IPV6_PUBLIC = ipaddr.parseCIDR('2000::/3');

/** A name with a dot outside the special-use names of private networks (RFC 6761, 6762, 8375; 2026-11), or a public address. */
function isPublicHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (ipaddr.isValid(host)) {
    const address = ipaddr.process(host);
    return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(IPV6_PUBLIC));
  }
  return host.includes('.') && !PRIVATE_NAMES.test(host);
}

type Path = (string | number)[];

function invalid(path: Path, message: string): BookProblem {
  return { path, message, kind: 'invalid' };
}

/** A value in a message, short enough to be read. */
function shown(text: string): string {
  return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
}

function brandProblems(brand: Brand, path: Path): BookProblem[] {
  const problems: BookProblem[] = [];
  const length = brand.name.trim().length;
  if (length === 0 || length > MOST_NAME) {
    problems.push(invalid([...path, 'name'], `name must have 1–${MOST_NAME} characters, has ${length}`));
  }
  for (const [kind, key] of LISTS) {
    const count = brand.terms.filter((term) => term.kind === kind).length;
    if (count > MOST_ALIASES) {
      problems.push(invalid([...path, key], `at most ${MOST_ALIASES} ${key}, not ${count}`));
    }
  }
  for (const { term, at } of placedTerms(brand, path)) {
    const message = length === 0 && term.kind === 'name' ? null : termProblem(term);
    if (message !== null) problems.push(invalid(at, message));
  }
  brand.domains.forEach((domain, index) => {
    const message = domainProblem(domain);
    if (message !== null) problems.push(invalid([...path, 'domains', index], message));
  });
  return problems;
}

const LISTS = [
  ['alias', 'aliases'],
  ['product', 'products'],
] as const;

/** The terms of a brand with their places in the lists people write. */
function placedTerms(brand: Brand, path: Path): { term: BrandTerm; at: Path }[] {
  const names = brand.terms
    .filter(({ kind }) => kind === 'name')
    .map((term) => ({ term, at: [...path, 'name'] }));
  const listed = LISTS.flatMap(([kind, key]) =>
    brand.terms
      .filter((term) => term.kind === kind)
      .map((term, index) => ({ term, at: [...path, key, index] })),
  );
  return [...names, ...listed];
}

function termProblem({ text, minContext }: BrandTerm): string | null {
  if (text.trim().length === 0 || text.length > MOST_TERM)
    return `a term must have 1–${MOST_TERM} characters`;
  if (!/[\p{L}\p{N}]/u.test(text)) return `a term needs a letter or digit: ${shown(text)}`;
  if (needsContext(text) && minContext.length === 0) {
    return `${shown(text)} is one character or digits only: it needs context words`;
  }
  return null;
}

function domainProblem(domain: string): string | null {
  const host = domainOfWebsite(domain)?.split('/')[0] ?? null;
  if (host === null || /\s/.test(domain)) return `not a domain: ${shown(domain)}`;
  if (!isPublicHost(host)) return `a domain must be a public host: ${shown(host)}`;
  return !ipaddr.isValid(host) && registrableDomain(host) === null && !domain.includes('/')
    ? `a public suffix belongs to nobody: ${shown(host)}`
    : null;
}

/** Spellings and domains that two brands claim; named at the later one. */
function conflicts(book: BrandBook): BookProblem[] {
  const problems: BookProblem[] = [];
  const spellings = new Map<string, { brand: Brand; language: string | null }[]>();
  const domains = new Map<string, Brand>();
  book.brands.forEach((brand, index) => {
    for (const { term, at } of placedTerms(brand, ['brands', index])) {
      const key = spellingKey(term.text);
      const claims = spellings.get(key) ?? [];
      const other = claims.find(
        (claim) =>
          claim.brand !== brand &&
          (claim.language === term.language || claim.language === null || term.language === null),
      );
      if (other !== undefined && key !== '') problems.push(conflict(at, term.text, other.brand, brand));
      spellings.set(key, [...claims, { brand, language: term.language }]);
    }
    brand.domains.forEach((domain, place) => {
      const key = domainOfWebsite(domain)?.toLowerCase() ?? domain;
      const other = domains.get(key);
      if (other !== undefined && other !== brand)
        problems.push(conflict(['brands', index, 'domains', place], domain, other, brand));
      else domains.set(key, brand);
    });
  });
  return problems;
}

function conflict(path: Path, text: string, first: Brand, second: Brand): BookProblem {
  const message = `${shown(text)} stands for both ${shown(first.name)} and ${shown(second.name)}`;
  return { path, message, kind: 'conflict' };
}
