import type { SurfaceName } from '../contract/surface-name.ts';
import { registrableDomain } from './brand-domains.ts';
import { isNameOfDomain } from './candidate-names.ts';
import { spellingKey } from './fold.ts';
import type { Matcher } from './matcher.ts';
import { type OfferedName, type OfferingAnswer, type Origin, offeredNames } from './offered-names.ts';
import type { CompetitorSuggestion } from './report-metrics.ts';

/** What discovery reads of a capture. */
export interface DiscoveryAnswer extends OfferingAnswer {
  promptId: string;
  surface: SurfaceName;
  /** URLs of its sources. */
  sourceUrls: readonly string[];
}

/** The names an answer offers, and where it was. */
export interface NamesOfAnswer {
  promptId: string;
  surface: SurfaceName;
  names: readonly OfferedName[];
  /** Registrable domains of its sources, in their order. */
  domains: readonly string[];
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

/** An offered name as the book sees it; the same of every answer. */
interface Judged {
  key: string;
  /** The book has it, or it is a link that leads neither to a brand's site nor to its own. */
  left: boolean;
  domain: string | null;
  /** The brand of the book whose site the name leads to. */
  aliasOf: string | null;
}

/**
 * Names that answers offer beside the terms of the book (C.2 *Competitor discovery*; `offeredNames`); and, as further names
 * of a brand of the book, texts of links to its own site that the book does not have. Kept when seen in two prompts
 * on two surfaces, or in three captures; most captures first, at most 20. Suggested, never counted. Takes one answer
 * after the other, so that no answer has to stay in memory.
 */
export class CompetitorDiscovery {
  readonly #sightings = new Map<string, Sighting>();
  readonly #judged = new Map<string, Judged>();
  readonly #matcher: Matcher;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  add(answer: DiscoveryAnswer): void {
    const { promptId, surface } = answer;
    const domains = answer.sourceUrls.map(registrableDomain).filter((domain) => domain !== null);
    this.addNames({ promptId, surface, domains, names: offeredNames(answer) });
  }

  addNames({ promptId, surface, names, domains }: NamesOfAnswer): void {
    const seen = new Set<string>();
    for (const offered of names) {
      const { name, from } = offered;
      const { key, left, domain, aliasOf } = this.#judge(offered);
      if (left) continue;
      const sighting = this.#sightings.get(key) ?? emptySighting();
      this.#sightings.set(key, sighting);
      if (!seen.has(key)) sighting.captures += 1;
      seen.add(key);
      sighting.prompts.add(promptId);
      sighting.surfaces.add(surface);
      sighting.from.add(from);
      if (aliasOf !== null) count(sighting.aliasOf, aliasOf);
      count(sighting.names, name);
      const own = domain ?? domains.find((one) => isNameOfDomain(name, one));
      if (own !== undefined) count(sighting.domains, own);
    }
  }

  #judge(offered: OfferedName): Judged {
    const { name, domain, url } = offered;
    const place = `${url ?? ''}\n${domain ?? ''}\n${name}`;
    const before = this.#judged.get(place);
    if (before !== undefined) return before;
    const judged = judge(offered, this.#matcher);
    this.#judged.set(place, judged);
    return judged;
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

function judge({ name, domain, url }: OfferedName, matcher: Matcher): Judged {
  const key = spellingKey(name);
  const aliasOf = url === undefined ? null : matcher.brandOfUrl(url);
  const leadsNowhere = url !== undefined && aliasOf === null && domain === null;
  const left = leadsNowhere || key === '' || isKnown(name, aliasOf === null ? domain : null, matcher);
  const site = url === undefined || aliasOf === null ? domain : registrableDomain(url);
  return { key, left, domain: site, aliasOf };
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
