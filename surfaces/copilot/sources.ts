import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, domainOf, isWebUrl } from '../../src/extract/urls.ts';

interface Shown {
  url: string;
  title?: string | null;
  publisher?: string | null;
  snippet?: string | null;
  position?: number | null;
}

const orNull = (text: string | null | undefined): string | null =>
  text == null || text.trim() === '' ? null : text.trim();

/** The draft of a page as Copilot names it; undefined when it has no web address. */
export function draftOf(shown: Shown): DraftSource | undefined {
  const url = withoutBing(shown.url);
  const key = canonicalUrl(url);
  if (key === undefined) return undefined;
  const title = orNull(shown.title);
  return {
    key,
    url,
    title: title === url ? null : title,
    publisher: orNull(shown.publisher),
    snippet: orNull(shown.snippet),
    publishedAt: null,
    position: shown.position ?? null,
    providerRef: null,
  };
}

/** Bing's click counter carries its target: `bing.com/ck/a?…&u=a1<base64url>` (seen on Bing since 2022). */
function withoutBing(url: string): string {
  if (!/^https?:\/\/(?:www\.)?bing\.com\/ck\/a\?/.test(url) || !URL.canParse(url)) return url;
  const wrapped = new URL(url).searchParams.get('u') ?? '';
  if (!wrapped.startsWith('a1')) return url;
  const target = Buffer.from(wrapped.slice(2), 'base64url').toString('utf8');
  return isWebUrl(target) ? target : url;
}

/** A site of which only the icon is shown: that it was used is known, which of its pages is not. */
export function siteDraft(domain: string): DraftSource {
  return {
    key: `site:${domain}`,
    url: null,
    title: null,
    publisher: null,
    snippet: null,
    publishedAt: null,
    domain,
    position: null,
    providerRef: null,
  };
}

/** Sites that no source of the list stands for. */
export function sitesBeside(sites: readonly string[], sources: readonly DraftSource[]): DraftSource[] {
  const known = new Set(sources.map(({ url }) => (url === null ? undefined : domainOf(url))));
  return [...new Set(sites)].filter((site) => !known.has(site)).map(siteDraft);
}

/** Hosts whose links in and around an answer are Copilot's own. */
const OWN_HOSTS =
  /(?:^|\.)(?:copilot\.microsoft\.com|bingapis\.com|login\.live\.com|login\.microsoftonline\.com|copilot\.fun)$/;

/** A link that leads out of Copilot. */
export function isOutside(url: string): boolean {
  return isWebUrl(url) && !OWN_HOSTS.test(new URL(url).hostname);
}
