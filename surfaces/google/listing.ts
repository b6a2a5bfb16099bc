import type { Ad, Result } from '../../src/contract/envelope.ts';
import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, domainOf } from '../../src/extract/urls.ts';
import type { ResolvedLink } from './source-links.ts';

/** One thing of a listing as its own markup tells it, before it has ranks. */
export type Entry = Omit<Result, 'rank' | 'rankInType'>;

/** An entry of that type in the main column with nothing known yet. */
export function emptyEntry(type: Entry['type'], title: string | null): Entry {
  return {
    type,
    position: 'main',
    title,
    url: null,
    displayedLink: null,
    snippet: null,
    publishedAt: null,
    publisher: null,
    domain: null,
  };
}

/** The fields of an entry that say where it leads. */
export function linkFields({
  url,
  wrappedUrl,
  domain,
}: ResolvedLink): Pick<Entry, 'url' | 'wrappedUrl' | 'domain'> {
  const site = url === null ? (domain ?? null) : (domainOf(url) ?? null);
  return { url, domain: site, ...(url === null && wrappedUrl !== undefined ? { wrappedUrl } : {}) };
}

/** Attributes for an entry: the field is left out when there are none. */
export function attributesField(attributes: Readonly<Record<string, string>>): Pick<Entry, 'attributes'> {
  return Object.keys(attributes).length === 0 ? {} : { attributes };
}

/** Gives entries in document order their ranks: over everything, and among their own type, both from 1. */
export function ranked(entries: readonly Entry[]): Result[] {
  const seen = new Map<Entry['type'], number>();
  return entries.map((entry, index) => {
    const rankInType = (seen.get(entry.type) ?? 0) + 1;
    seen.set(entry.type, rankInType);
    return { ...entry, rank: index + 1, rankInType };
  });
}

/** Results that a listing retrieved for its reader, as sources; `known` maps canonical URLs to keys already given. */
export function sourcesOfResults(
  results: readonly Result[],
  types: readonly Entry['type'][],
  known: ReadonlyMap<string, string> = new Map(),
): DraftSource[] {
  return results
    .filter(({ type }) => types.includes(type))
    .map((result, index) => {
      const address = result.url === null ? undefined : canonicalUrl(result.url);
      const own = address ?? result.wrappedUrl ?? `${result.type}:${result.rank}`;
      return {
        key: known.get(own) ?? own,
        url: result.url,
        ...(result.wrappedUrl === undefined ? {} : { wrappedUrl: result.wrappedUrl }),
        title: result.title,
        publisher: result.publisher,
        snippet: result.snippet,
        publishedAt: result.publishedAt,
        domain: result.domain,
        position: known.size > 0 ? null : index + 1,
        providerRef: result.attributes?.docId ?? null,
      };
    });
}

/** The listing's paid results once more, as advertisements. */
export function adsOf(results: readonly Result[]): Ad[] {
  return results
    .filter(({ type }) => type === 'ad' || type === 'product_ad')
    .map((result) => ({
      advertiser: result.publisher ?? result.domain,
      title: result.title,
      text: result.snippet,
      url: result.url,
      position: `${result.position} ${result.rankInType}`,
    }));
}

/** ISO 8601 of seconds since 1970, as `data-ts` carries them (UTC); null for anything else. */
export function isoOfSeconds(text: string | undefined): string | null {
  if (text === undefined || !/^\d{9,10}$/.test(text)) return null;
  return new Date(Number(text) * 1_000).toISOString();
}
