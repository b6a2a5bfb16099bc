import type { Block, ListItem } from '../contract/envelope.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { registrableDomain } from './brand-domains.ts';
import {
  asName,
  headOf,
  isCommonNoun,
  isFrontPage,
  isNameOfDomain,
  itemHead,
  siteOfLink,
} from './candidate-names.ts';
import { spellingKey } from './fold.ts';
import type { Matcher } from './matcher.ts';
import type { CompetitorSuggestion } from './report-metrics.ts';

/** What discovery reads of a capture. */
export interface DiscoveryAnswer {
  promptId: string;
  surface: SurfaceName;
  markdown: string;
  blocks: readonly Block[];
  /** URLs of its sources. */
  sourceUrls: readonly string[];
  /** Titles of its product cards. */
  productTitles: readonly string[];
}

type Origin = 'link' | 'list' | 'bold' | 'table' | 'product';

interface Candidate {
  name: string;
  from: Origin;
  domain: string | null;
  /** The brand of the book whose site the name leads to. */
  aliasOf?: string;
}

/** What is known of a name over all captures. */
interface Sighting {
  names: Map<string, number>;
  domains: Map<string, number>;
  aliasOf: Map<string, number>;
  prompts: Set<string>;
  surfaces: Set<SurfaceName>;
  captures: number;
  from: Set<Origin>;
}

const MOST_SUGGESTED = 20;
/** Heads of one answer that are looked at, and characters of it in which a noun is looked for. */
const MOST_HEADS = 200;
const MOST_READ = 20_000;

/**
 * Names that answers offer beside the terms of the book (C.2 *Competitor discovery*): heads of list items and of bold
 * lines, first columns of tables, links whose text is the site's own name, product cards; and, as further names of a brand
 * of the book, texts of links to its own site that the book does not have. Kept when seen in two prompts
 * on two surfaces, or in three captures; most captures first, at most 20. Suggested, never counted. Takes one answer
 * after the other, so that no answer has to stay in memory.
 */
export class CompetitorDiscovery {
  readonly #sightings = new Map<string, Sighting>();
  readonly #matcher: Matcher;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  add(answer: DiscoveryAnswer): void {
    note(this.#sightings, answer, candidatesOf(answer, this.#matcher), this.#matcher);
  }

  /** The same for the same answers in any order. */
  suggestions(): CompetitorSuggestion[] {
    return [...this.#sightings.values()]
      .filter(({ prompts, surfaces, captures }) => (prompts.size >= 2 && surfaces.size >= 2) || captures >= 3)
      .map(
        ({ names, domains, aliasOf, prompts, surfaces, captures, from }): CompetitorSuggestion => ({
          name: mostFrequent(names) ?? '',
          domain: mostFrequent(domains),
          ...(aliasOf.size === 0 ? {} : { aliasOf: mostFrequent(aliasOf) ?? '' }),
          prompts: prompts.size,
          surfaces: surfaces.size,
          captures,
          from: [...from].sort(),
        }),
      )
      .sort((a, b) => b.captures - a.captures || b.prompts - a.prompts || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_SUGGESTED);
  }
}

function note(
  sightings: Map<string, Sighting>,
  answer: DiscoveryAnswer,
  candidates: readonly Candidate[],
  matcher: Matcher,
): void {
  const seen = new Set<string>();
  const domains = new Set(answer.sourceUrls.map(registrableDomain).filter((domain) => domain !== null));
  for (const { name, from, domain, aliasOf } of candidates) {
    const key = spellingKey(name);
    if (key === '' || isKnown(name, aliasOf === undefined ? domain : null, matcher)) continue;
    const known = sightings.get(key) ?? emptySighting();
    sightings.set(key, known);
    if (!seen.has(key)) known.captures += 1;
    seen.add(key);
    known.prompts.add(answer.promptId);
    known.surfaces.add(answer.surface);
    known.from.add(from);
    if (aliasOf !== undefined) count(known.aliasOf, aliasOf);
    count(known.names, name);
    const own = domain ?? [...domains].find((one) => isNameOfDomain(name, one));
    if (own !== undefined) count(known.domains, own);
  }
}

function emptySighting(): Sighting {
  return {
    names: new Map(),
    domains: new Map(),
    aliasOf: new Map(),
    prompts: new Set(),
    surfaces: new Set(),
    captures: 0,
    from: new Set(),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The most frequent key, the first in order of code points among equals. */
function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  const [first] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return first?.[0] ?? null;
}

/** Whether the book has it: as a term, homographs included, or by its domain. */
function isKnown(name: string, domain: string | null, matcher: Matcher): boolean {
  if (domain !== null && matcher.brandOfUrl(domain) !== null) return true;
  return matcher.scan(name, { language: null, query: '', citedDomains: new Set() }).length > 0;
}

const LINK = /(?<!!)\[([^\]\n]{2,60})\]\((https?:\/\/[^\s)]+)\)/g;
const BOLD_HEAD =
  /^[ \t>]*(?:#{1,6}[ \t]+|[-*+•][ \t]+|\d{1,2}[.)][ \t]+)*(?:\*\*|__)(.{2,80}?)(?:\*\*|__)/gm;

function candidatesOf({ markdown, blocks, productTitles }: DiscoveryAnswer, matcher: Matcher): Candidate[] {
  const links = [...markdown.matchAll(LINK)].flatMap(([, text = '', url = '']): Candidate[] => {
    const name = asName(text);
    if (name === null) return [];
    const aliasOf = isFrontPage(url) ? matcher.brandOfUrl(url) : null;
    if (aliasOf !== null) return [{ name, from: 'link', domain: registrableDomain(url), aliasOf }];
    const domain = siteOfLink(text, url);
    return domain === null ? [] : [{ name, from: 'link', domain }];
  });
  const heads = [
    ...blocks.flatMap(blockHeads),
    ...[...markdown.matchAll(BOLD_HEAD)].map(([, text = '']) => ({
      text: headOf(text),
      from: 'bold' as const,
    })),
    ...productTitles.map((text) => ({ text, from: 'product' as const })),
  ];
  return [
    ...links,
    ...heads.slice(0, MOST_HEADS).flatMap(({ text, from }): Candidate[] => {
      const name = asName(text);
      return name === null || isCommonNoun(name, markdown.slice(0, MOST_READ))
        ? []
        : [{ name, from, domain: null }];
    }),
  ];
}

function blockHeads({ type, items, rows, text }: Block): { text: string; from: Origin }[] {
  if (type === 'product') return [{ text: headOf(text), from: 'product' }];
  const list = (items ?? []).map((item: ListItem) => ({ text: itemHead(item.text), from: 'list' as const }));
  const table = (rows ?? [])
    .slice(1)
    .map(([first = '']) => ({ text: headOf(first), from: 'table' as const }));
  return [...list, ...table];
}
