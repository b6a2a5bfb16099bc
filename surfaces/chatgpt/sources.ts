import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, isWebUrl } from '../../src/extract/urls.ts';
import { type Message, refName, type Site } from './wire.ts';

/** What a source is known by: its URL without tracking (`utm_source=chatgpt.com`) and text fragment. */
export function sourceKey(url: string): string | undefined {
  return isWebUrl(url) ? canonicalUrl(url) : undefined;
}

/** ISO time of a `pub_date`: seconds since the epoch; text is kept as it stands. */
function publishedAt(date: Site['pub_date']): string | null {
  if (typeof date === 'string') return date.trim() === '' ? null : date;
  const time = date === null ? Number.NaN : Math.round(date * 1000);
  // 8.64e15 ms is the last instant a Date can hold.
  return time > 0 && time < 8.64e15 ? new Date(time).toISOString() : null;
}

const orNull = (text: string | null): string | null =>
  text === null || text.trim() === '' ? null : text.trim();

/** The draft of a site as the surface names it; undefined when it has no web address. */
export function draftOf(
  site: Site,
  more: { position?: number; providerRef?: string } = {},
): DraftSource | undefined {
  const key = site.url === null ? undefined : sourceKey(site.url);
  if (site.url === null || key === undefined) return undefined;
  return {
    key,
    url: site.url,
    title: orNull(site.title),
    publisher: orNull(site.attribution),
    snippet: orNull(site.snippet),
    publishedAt: publishedAt(site.pub_date),
    position: more.position ?? null,
    providerRef: more.providerRef ?? null,
  };
}

/**
 * Everything the turn's searches brought back, in the order it came: the pool the answer chose from
 * (`search_result_groups`; `_cite_metadata` until 2025).
 */
export function retrievedSources(messages: readonly Message[]): DraftSource[] {
  return messages.flatMap(({ metadata }) => [
    ...metadata.search_result_groups.flatMap(({ entries }) =>
      entries.flatMap(
        (entry) => draftOf(entry, entry.ref_id ? { providerRef: refName(entry.ref_id) } : {}) ?? [],
      ),
    ),
    ...(metadata._cite_metadata?.metadata_list ?? []).flatMap(
      (site) => draftOf({ ...site, snippet: site.snippet ?? site.text }) ?? [],
    ),
  ]);
}
